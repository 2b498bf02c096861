using System.Globalization;
using System.Resources;
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

    [GeneratedRegex(@"\b(?:T|words)\[""((?:[^""\\]|\\.)*)""")]
    private static partial Regex Keys();
}
