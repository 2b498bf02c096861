using System.Collections;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Interop.Pages.Looks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;

namespace Interop.Pages.Tests;

/// <summary>What the server says no with is told in the language of who reads it, or marked as what it is.</summary>
public sealed partial class RefusalsTests
{
    /// <summary>Where the server keeps the rules that what somebody does on a page can meet: folders and files of Interop.Server.</summary>
    private static readonly string[] Met =
    [
        "Calls", "Consents/ConsentAnswers.cs", "Consents/ConsentRule.cs", "Duplicates/MergePatients.cs", "EarlyIntervention/ModelActs.cs",
        "EarlyIntervention/PredictionRule.cs", "EarlyIntervention/StopModel.cs", "FollowUp/AttemptRule.cs", "Forms/FormFit.cs",
        "Guard/Admission.cs", "Guard/Changes/DirectoryRules.cs", "Instruments/InstrumentRule.cs", "Lifecycles/StatusEndRule.cs",
        "Measures/ReportRule.cs", "Outcomes/OutcomeRule.cs", "Referrals", "Summary/CrisisSummary.cs", "Voices/AskSurveyLinks.cs",
        "Voices/SurveyAnswer.cs", "Voices/Surveys.cs",
    ];

    /// <summary>What these files say besides: remarks on what was done, and the wording of Tasks.</summary>
    private static readonly string[] NoRefusals = ["Referrals/RecipientRoom.cs", "Referrals/ReferralRule.cs"];

    private static readonly string Server = Path.Combine(Repository.Root, "src", "Interop.Server");

    private readonly IStringLocalizer<Refusals> words = new ServiceCollection().AddLogging().AddLocalization().BuildServiceProvider()
        .GetRequiredService<IStringLocalizer<Refusals>>();

    [Fact]
    public void A_refusal_is_told_in_the_language_of_who_reads_it_with_what_it_names()
    {
        const string None = "No agreement opens records of Organization/a-1 to Organization/b.";

        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");
        Assert.Equal(new(None), Refusals.Told(words, None));
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("es-MX"); // of this test alone
        Assert.Equal(new("Ningún acuerdo abre los datos de Organization/a-1 a Organization/b."), Refusals.Told(words, None));
        Assert.Equal(new("Nobody has said this {0}.", "en"), Refusals.Told(words, "Nobody has said this {0}."));
        Assert.StartsWith("Esto ya no se puede", Refusals.Told(words, "From 'completed' the owner may move this Task to: none.").Text);
        Assert.StartsWith("Las preguntas recomiendan otra", Refusals.Told(
            words, "The screening recommends crt, ccd; another response has a reason: the extension https://a.b/c with a code of e.").Text);
    }

    [Fact]
    public void Every_refusal_that_somebody_can_meet_on_a_page_has_its_Spanish()
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("es"); // of this test alone
        var sentences = Met.SelectMany(place => Sources(Path.Combine(Server, place)))
            .Where(file => !NoRefusals.Contains(Path.GetRelativePath(Server, file).Replace('\\', '/')))
            .SelectMany(file => SourceSentences.Of(File.ReadAllText(file))).Where(SourceSentences.IsSentence)
            .Where(sentence => !sentence.StartsWith("X: the extension ", StringComparison.Ordinal)) // the end of one that stands elsewhere
            .Distinct().ToList();

        Assert.InRange(sentences.Count, 80, 1_000);
        Assert.Equal([], sentences.Where(sentence => Refusals.Told(words, sentence).Language is not null));
    }

    [Fact]
    public void What_is_translated_of_refusals_the_server_still_says()
    {
        var said = ((string[])[Server, Path.Combine(Repository.Root, "identity", "Interop.Identity")]).SelectMany(Sources)
            .SelectMany(file => SourceSentences.Of(File.ReadAllText(file))).Distinct().ToList();
        var keys = ((string[])["es", ""]).SelectMany(language => new ResourceManager(typeof(Refusals))
            .GetResourceSet(CultureInfo.GetCultureInfo(language), true, false)!
            .Cast<DictionaryEntry>().Select(entry => (string)entry.Key)).ToList();

        Assert.NotEmpty(keys);
        Assert.Equal([], keys.Where(key =>
        {
            // A rule that names an extension is put together of two literals.
            var whole = key.Split(": the extension ")[0];
            var sentence = new Regex($"^{Place().Replace(Regex.Escape(whole), ".+")}$", RegexOptions.NonBacktracking);
            return !said.Any(sentence.IsMatch);
        }));
    }

    private static IEnumerable<string> Sources(string place) => File.Exists(place) ? [place]
        : Directory.EnumerateFiles(place, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [GeneratedRegex(@"\\\{\d}")]
    private static partial Regex Place();
}
