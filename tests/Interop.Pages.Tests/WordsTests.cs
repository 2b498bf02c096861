using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Interop.Pages.Looks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;

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
    public void A_refusal_is_told_in_the_language_of_who_reads_it_with_what_it_names()
    {
        var services = new ServiceCollection().AddLogging().AddLocalization().BuildServiceProvider();
        var words = services.GetRequiredService<IStringLocalizer<Refusals>>();
        const string None = "No agreement opens records of Organization/a-1 to Organization/b.";

        Assert.Equal(None, Refusals.Told(words, None));
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("es-MX"); // of this test alone
        Assert.Equal("Ningún acuerdo abre los datos de Organization/a-1 a Organization/b.", Refusals.Told(words, None));
        Assert.Equal("Nobody has said this {0}.", Refusals.Told(words, "Nobody has said this {0}."));
        Assert.StartsWith("Esto ya no se puede", Refusals.Told(words, "From 'completed' the owner may move this Task to: none."));
        Assert.StartsWith("Las preguntas recomiendan otra", Refusals.Told(
            words, "The screening recommends crt, ccd; another response has a reason: the extension https://a.b/c with a code of e."));
    }

    [Fact]
    public void What_is_translated_of_refusals_the_server_still_says()
    {
        var source = string.Concat(
            ((string[])["src/Interop.Server", "identity/Interop.Identity"])
                .SelectMany(folder => Directory.EnumerateFiles(
                    Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
                .Select(File.ReadAllText));
        var keys = ((string[])["es", ""]).SelectMany(language => new ResourceManager(typeof(Refusals))
            .GetResourceSet(CultureInfo.GetCultureInfo(language), true, false)!
            .Cast<System.Collections.DictionaryEntry>().Select(entry => (string)entry.Key)).ToList();

        Assert.NotEmpty(keys);
        Assert.Equal(
            [], keys.Where(key => !Place().Split(key).All(part => source.Contains(part.Trim('"'), StringComparison.Ordinal))));
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

    /// <summary>Where a sentence is put together: what changes in it, and the rule that names an extension.</summary>
    [GeneratedRegex(@"\{\d\}|(?=: the extension )")]
    private static partial Regex Place();

    [GeneratedRegex(@"\b(?:T|words)\[""((?:[^""\\]|\\.)*)""")]
    private static partial Regex Keys();
}
