using System.Globalization;
using System.Resources;
using System.Text.Json;
using System.Text.RegularExpressions;
using Interop.Pages.Looks;

namespace Interop.Pages.Tests;

/// <summary>No sentence of a page is without its Spanish, and none says what it must not.</summary>
public sealed partial class WordsTests
{
    private static readonly string Source = Path.Combine(Repository.Root, "src", "Interop.Pages");

    private static IEnumerable<string> Files(params string[] ends) => Directory.EnumerateFiles(Source, "*", SearchOption.AllDirectories)
        .Where(file => ends.Any(end => file.EndsWith(end, StringComparison.Ordinal))
            && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [Fact]
    public void Every_text_of_a_page_has_its_Spanish()
    {
        var spanish = new ResourceManager(typeof(Words)).GetResourceSet(CultureInfo.GetCultureInfo("es"), true, false)!;
        var texts = Files(".cs", ".cshtml")
            .SelectMany(file => Keys().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Concat(Names.Texts)
            .Concat(Looks.Measured.MeasureNames.Texts)
            .Concat(Pages.Evaluation.MeasuresModel.Steps)
            .Concat(Pages.Handover.ReferralModel.Reasons)
            .Concat(Pages.Handover.ReferralNewModel.Kinds.Select(kind => kind.Name));

        Assert.Equal([], texts.Distinct().Where(text => spanish.GetString(text) is not { Length: > 0 }).ToList());
    }

    [Fact]
    public void Every_short_name_of_an_instrument_and_what_it_says_has_its_Spanish()
    {
        var spanish = new ResourceManager(typeof(Words)).GetResourceSet(CultureInfo.GetCultureInfo("es"), true, false)!;
        var profiles = Path.Combine(Repository.Root, "profiles");
        using var instruments = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(profiles, "workflow", "instruments.json")));
        var texts = instruments.RootElement.EnumerateArray().SelectMany(one => Told(one, "text", "says").Concat(Told(
            JsonDocument.Parse(File.ReadAllBytes(
                Path.Combine(profiles, "crisis", $"Questionnaire-{one.GetProperty("form").GetString()}.json"))).RootElement,
            "text", "display")));

        // Bands begin small in the record, and with a capital on the page.
        Assert.Equal([], texts.Distinct().Where(text =>
            (spanish.GetString(text) ?? spanish.GetString(Codes.Sentence(text))) is not { Length: > 0 }).ToList());
    }

    [Fact]
    public void No_page_has_a_script_or_style_of_its_own_or_names_another_host()
    {
        foreach (var file in Files(".cshtml", ".css", ".js"))
        {
            var text = File.ReadAllText(file);
            Assert.DoesNotMatch(@"\bstyle=|<style|javascript:|\son[a-z]+=""", text);
            Assert.DoesNotMatch(@"<script(?! src=""@PageAssets)", text);
            Assert.DoesNotMatch(@"(src|href|url)\s*[=(]\s*[""']?https?:", text);
            Assert.DoesNotContain("Html.Raw", text, StringComparison.Ordinal);
        }
    }

    /// <summary>The texts of some properties, however deep.</summary>
    private static IEnumerable<string> Told(JsonElement json, params string[] properties) => json.ValueKind switch
    {
        JsonValueKind.Array => json.EnumerateArray().SelectMany(item => Told(item, properties)),
        JsonValueKind.Object => json.EnumerateObject().SelectMany(property =>
            property.Value.ValueKind == JsonValueKind.String && properties.Contains(property.Name)
                ? [property.Value.GetString()!]
                : Told(property.Value, properties)),
        _ => [],
    };

    [GeneratedRegex(@"\b(?:T|words)\[""((?:[^""\\]|\\.)*)""")]
    private static partial Regex Keys();
}
