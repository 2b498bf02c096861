using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Calls;

/// <summary>
/// Instruments of the field team: their forms are there to be read, answers fit them, and what is complete is scored at once.
/// </summary>
public class InstrumentTests : SceneTests
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital", labels: ["MH"]),
        Fixtures.Patient("p1"),
        Fixtures.Consent("c1", "p1", "city-hospital", labels: ["MH"]),
        Fixtures.Encounter("e1", "p1"),
    ];

    [Fact]
    public async Task Each_form_is_published_and_its_answers_are_scored_with_code_and_band()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        foreach (var name in (string[])["c-ssrs", "phq-9", "phq-2", "gad-7", "audit-c", "dast-10", "ahc-hrsn", "consent-on-scene"])
        {
            var form = Assert.Single((await hospital.GetJsonAsync($"Questionnaire?url={Fixtures.Base}/Questionnaire/{name}")).Keys());
            Assert.Equal($"Questionnaire/{name}", form);
        }

        // Form, which of its options each item has, the code of the score, the score, and its band.
        (string Form, int Option, string Code, int Score, string Band)[] cases =
        [
            ("phq-9", 0, "44261-6", 0, "N"), ("phq-9", 1, "44261-6", 9, "A"), ("phq-9", 2, "44261-6", 18, "H"),
            ("phq-9", 3, "44261-6", 27, "HH"), ("phq-2", 1, "55758-7", 2, "NEG"), ("phq-2", 2, "55758-7", 4, "POS"),
            ("gad-7", 1, "70274-6", 7, "A"), ("gad-7", 3, "70274-6", 21, "HH"), ("audit-c", 0, "75626-2", 0, "NEG"),
            ("audit-c", 2, "75626-2", 6, "POS"), ("dast-10", 0, "82667-7", 9, "HH"), ("dast-10", 1, "82667-7", 1, "A"),
            ("ahc-hrsn", 1, "95614-4", 8, "NEG"), ("ahc-hrsn", 2, "95614-4", 12, "POS"),
        ];
        foreach (var (form, option, code, score, band) in cases)
        {
            var key = await navigator.CreatedAsync("QuestionnaireResponse", await AnsweredAsync(navigator, form, _ => option));
            var observation = await ScoreAsync(navigator, key);
            Assert.Equal(code, observation.GetProperty("code").GetProperty("coding")[0].Text("code"));
            Assert.True(score == observation.GetProperty("valueInteger").GetInt32(), $"{form}: {observation}");
            Assert.Equal(band, observation.GetProperty("interpretation")[0].GetProperty("coding")[0].Text("code"));
            Assert.Equal("Encounter/e1", observation.GetProperty("encounter").Text("reference"));
        }

        // Labels follow: of what the consent names the hospital sees the score, of drinking and drugs neither score nor answers.
        var seen = (await hospital.GetJsonAsync("Observation?patient=Patient/p1&_count=100")).GetProperty("entry").EnumerateArray()
            .Select(entry => entry.GetProperty("resource").GetProperty("code").GetProperty("coding")[0].Text("code")).ToHashSet();
        Assert.Contains("44261-6", seen);
        Assert.DoesNotContain("75626-2", seen);
        Assert.DoesNotContain("82667-7", seen);
    }

    [Fact]
    public async Task A_positive_suicide_screen_raises_a_flag_and_says_so_and_an_amended_or_withdrawn_one_takes_it_back()
    {
        using var navigator = Server.As("navigator");
        foreach (var (item, level) in ((string, string)[])
                 [
                     ("none", "no-risk-found"), ("/93246-7", "low"), ("/93247-5", "low"), ("/93248-3", "moderate"),
                     ("/93267-3", "moderate"), ("/93249-1", "high"), ("/93269-9", "high"),
                 ])
        {
            var made = await navigator.CreatedAsync(
                "QuestionnaireResponse", await AnsweredAsync(navigator, "c-ssrs", link => link == item ? 0 : 1));
            var found = await ScoreAsync(navigator, made);
            Assert.Equal("93374-7", found.GetProperty("code").GetProperty("coding")[0].Text("code"));
            Assert.Equal(level, found.GetProperty("valueCodeableConcept").GetProperty("coding")[0].Text("code"));
            Assert.Contains(found.GetProperty("category").EnumerateArray(), category => category.ToString().Contains("safety-assessment"));
        }

        Assert.Equal(2, (await navigator.GetJsonAsync("Flag?patient=Patient/p1")).Keys().Count);
        using var answer = await navigator.PostFhirAsync(
            "QuestionnaireResponse", await AnsweredAsync(navigator, "c-ssrs", link => link == "/93250-9" ? 0 : 1));
        Assert.Contains("high risk of suicide", Assert.Single(answer.Headers.GetValues("Warning")), StringComparison.Ordinal);
        var key = $"QuestionnaireResponse/{(await answer.JsonAsync()).Text("id")}";
        Assert.Equal(3, await ActiveFlagsAsync(navigator));

        // It was not the plan after all: amended, then withdrawn.
        using var amended = await navigator.ChangeAsync(key, change =>
        {
            change["status"] = "amended";
            var plan = change["item"]!.AsArray().Single(item => item!["linkId"]!.GetValue<string>() == "/93250-9")!;
            plan["answer"]![0]!["valueCoding"]!["code"] = "LA32-8";
        });
        Assert.True(amended.IsSuccessStatusCode, await amended.Content.ReadAsStringAsync());
        var corrected = await ScoreAsync(navigator, key);
        Assert.Equal("amended", corrected.Text("status"));
        Assert.Equal("no-risk-found", corrected.GetProperty("valueCodeableConcept").GetProperty("coding")[0].Text("code"));
        Assert.Equal(2, await ActiveFlagsAsync(navigator));
        using var withdrawn = await navigator.ChangeAsync(key, change => change["status"] = "entered-in-error");
        Assert.True(withdrawn.IsSuccessStatusCode, await withdrawn.Content.ReadAsStringAsync());
        Assert.Equal("entered-in-error", (await ScoreAsync(navigator, key)).Text("status"));

        using var ninth = await navigator.PostFhirAsync(
            "QuestionnaireResponse", await AnsweredAsync(navigator, "phq-9", link => link == "/44260-8" ? 1 : 0));
        Assert.Contains("C-SSRS", Assert.Single(ninth.Headers.GetValues("Warning")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Social_needs_are_said_by_the_answers_that_show_them_and_violence_alone_is_counted()
    {
        // An item, which of its options, and what is said of them; nothing is said of the answers of who has no need.
        (string Item, int Option, string Need)[] needs =
        [
            ("/71802-3", 1, "a place to live"), ("/71802-3", 2, "a place to live"), ("/96778-6", 6, "bad repair"), ("/88122-7", 1, "food"),
            ("/88123-5", 0, "food"), ("/93030-5", 0, "transport"), ("/96779-4", 0, "power"), ("/96779-4", 2, "power"),
        ];
        var none = new Dictionary<string, int>
        {
            ["/71802-3"] = 0, ["/96778-6"] = 7, ["/88122-7"] = 2, ["/88123-5"] = 2, ["/93030-5"] = 1, ["/96779-4"] = 1,
        };
        using var navigator = Server.As("navigator");
        var nothing = await AnsweredAsync(navigator, "ahc-hrsn", link => none.GetValueOrDefault(link));
        using var well = await navigator.PostFhirAsync("QuestionnaireResponse", nothing);
        Assert.Equal(201, (int)well.StatusCode);
        Assert.False(well.Headers.Contains("Warning"));
        foreach (var (item, option, need) in needs)
        {
            var answers = await AnsweredAsync(navigator, "ahc-hrsn", link => link == item ? option : none.GetValueOrDefault(link));
            using var answer = await navigator.PostFhirAsync("QuestionnaireResponse", answers);
            Assert.Contains(need, Assert.Single(answer.Headers.GetValues("Warning")), StringComparison.Ordinal);
            var score = await ScoreAsync(navigator, $"QuestionnaireResponse/{(await answer.JsonAsync()).Text("id")}");
            Assert.Equal(4, score.GetProperty("valueInteger").GetInt32());
        }

        // Trouble with the place has several answers, of which "none of these" has no other beside it.
        var several = JsonNode.Parse(nothing)!;
        var place = several["item"]!.AsArray().Single(item => (string?)item!["linkId"] == "/96778-6")!["answer"]!.AsArray();
        place[0]!["valueCoding"]!["code"] = "LA31996-4";
        place.Add(JsonNode.Parse("""{"valueCoding":{"system":"http://loinc.org","code":"LA28580-1"}}"""));
        await navigator.CreatedAsync("QuestionnaireResponse", several.ToJsonString());
        place[1]!["valueCoding"]!["code"] = "LA9-3";
        using var refused = await navigator.PostFhirAsync("QuestionnaireResponse", several.ToJsonString());
        var issue = await refused.OutcomeAsync(422);
        Assert.Equal("QuestionnaireResponse.item[1].answer", issue.GetProperty("expression")[0].GetString());
        Assert.Contains("stands alone", issue.Text("diagnostics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_with_item_and_rule_and_what_is_not_complete_is_not_scored()
    {
        using var navigator = Server.As("navigator");
        var whole = JsonNode.Parse(await AnsweredAsync(navigator, "phq-9", _ => 1))!.AsObject();
        (Action<JsonObject> Change, string Element, string Rule)[] cases =
        [
            (json => json["item"]!.AsArray().RemoveAt(3), "QuestionnaireResponse.item", "/44254-1 is required"),
            (json => json["item"]![0]!["answer"]![0]!["valueCoding"]!["code"] = "LA33-6",
                "QuestionnaireResponse.item[0].answer[0].valueCoding", "one of"),
            (json => json["item"]![0]!["linkId"] = "/1", "QuestionnaireResponse.item[0].linkId", "no item"),
            (json => json["questionnaire"] = $"{Fixtures.Base}/Questionnaire/phq-9", "QuestionnaireResponse.questionnaire", "version"),
            (json => json.Remove("subject"), "QuestionnaireResponse.subject", "one Patient"),
        ];
        foreach (var (change, element, rule) in cases)
        {
            var wrong = whole.DeepClone().AsObject();
            change(wrong);
            using var refused = await navigator.PostFhirAsync("QuestionnaireResponse", wrong.ToJsonString());
            var issues = (await refused.JsonAsync()).GetProperty("issue").EnumerateArray().ToList();
            Assert.Equal(422, (int)refused.StatusCode);
            Assert.Contains(issues, issue => issue.GetProperty("expression")[0].GetString() == element
                && issue.Text("diagnostics").Contains(rule, StringComparison.Ordinal));
        }

        var begun = whole.DeepClone().AsObject();
        begun["status"] = "in-progress";
        begun["item"]!.AsArray().RemoveAt(3);
        await navigator.CreatedAsync("QuestionnaireResponse", begun.ToJsonString());
        Assert.Empty((await navigator.GetJsonAsync("Observation")).Keys());
    }

    private static async Task<int> ActiveFlagsAsync(HttpClient client) =>
        (await client.GetJsonAsync("Flag?patient=Patient/p1")).GetProperty("entry").EnumerateArray()
            .Count(entry => entry.GetProperty("resource").Text("status") == "active");

    private static async Task<JsonElement> ScoreAsync(HttpClient client, string response)
    {
        var found = await client.GetJsonAsync($"Observation?derived-from={response}");
        return Assert.Single(found.GetProperty("entry").EnumerateArray()).GetProperty("resource");
    }

    /// <summary>Answers each item of a form with one of its options.</summary>
    private static async Task<string> AnsweredAsync(HttpClient client, string form, Func<string, int> option)
    {
        var questionnaire = await client.GetJsonAsync($"Questionnaire/{form}");
        var items = questionnaire.GetProperty("item").EnumerateArray().Select(item =>
        {
            var options = item.GetProperty("answerOption").EnumerateArray().ToList();
            var chosen = options[Math.Min(option(item.Text("linkId")), options.Count - 1)].GetProperty("valueCoding");
            return (JsonNode)new JsonObject
            {
                ["linkId"] = item.Text("linkId"),
                ["answer"] = new JsonArray(new JsonObject { ["valueCoding"] = JsonNode.Parse(chosen.GetRawText()) }),
            };
        });
        return new JsonObject
        {
            ["resourceType"] = "QuestionnaireResponse",
            ["questionnaire"] = $"{questionnaire.Text("url")}|{questionnaire.Text("version")}",
            ["status"] = "completed",
            ["subject"] = new JsonObject { ["reference"] = "Patient/p1" },
            ["encounter"] = new JsonObject { ["reference"] = "Encounter/e1" },
            ["authored"] = "2026-11-22T11:30:00Z",
            ["item"] = new JsonArray([.. items]),
        }.ToJsonString();
    }
}
