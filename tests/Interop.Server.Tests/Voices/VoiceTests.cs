using System.Text.Json;
using Interop.Demo;
using Interop.Server.Voices;

namespace Interop.Server.Tests.Voices;

/// <summary>Anonymous surveys: a link works once, and an answer is nobody's.</summary>
public class VoiceTests : SceneTests
{
    private const string Base = Fixtures.Base;
    private const string Links = "Questionnaire/survey-client/$survey-links";

    protected override IReadOnlyList<string> Scene =>
        [Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital"), Fixtures.Patient("p1")];

    [Fact]
    public async Task An_answer_comes_by_a_link_once_and_is_stored_at_the_end_of_the_day_without_a_trace_of_whose_it_is()
    {
        using var navigator = Server.As("navigator");
        using var anybody = Server.WithToken(null);
        var codes = await CodesAsync(navigator, 3);
        Assert.Equal(3, codes.Distinct().Count(code => code.Length == 22));
        var form = await OpenedAsync(anybody, codes[0], "es");
        Assert.Equal("survey-client-es", form.GetProperty("id").GetString());
        var before = (await Server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).Count;

        Assert.Equal(200, await AnsweredAsync(anybody, codes[0], Response("survey-client", "very-bad", "They came late. SECRET")));
        Assert.Equal(200, await AnsweredAsync(anybody, codes[1], Response("survey-client-es", "very-good", null)));

        // What is spent, what never was, and what is no code at all: one answer, at both doors.
        var closed = new List<string>();
        foreach (var code in new[] { codes[0], "AAAAAAAAAAAAAAAAAAAAAA", "x", "'; DROP TABLE survey_code; --" })
        {
            closed.Add(await ClosedAsync(anybody, "Questionnaire/$open-survey", Sent(code)));
            closed.Add(await ClosedAsync(
                anybody, "QuestionnaireResponse/$answer-survey", Sent(code, Response("survey-client", "good", null))));
        }

        Assert.Single(closed.Distinct());
        Assert.Equal(before, (await Server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).Count);
        await PassAsync();
        Assert.Equal(0, await TotalAsync(navigator, "QuestionnaireResponse?_summary=count"));

        Server.Clock.Advance(TimeSpan.FromDays(1));
        await PassAsync();

        var stored = (await navigator.GetJsonAsync("QuestionnaireResponse")).GetProperty("entry").EnumerateArray()
            .Select(entry => entry.GetProperty("resource")).ToList();
        Assert.Equal(2, stored.Count);
        Assert.Single(stored.Select(response => response.GetProperty("meta").GetProperty("lastUpdated").GetString()).Distinct());
        Assert.All(stored, response =>
        {
            Assert.Equal(
                ["resourceType", "id", "meta", "questionnaire", "status", "authored", "item"],
                response.EnumerateObject().Select(property => property.Name));
            Assert.Equal("2026-11-16", response.GetProperty("authored").GetString()); // a Monday
            Assert.Equal(["versionId", "lastUpdated"], response.GetProperty("meta").EnumerateObject().Select(property => property.Name));
        });
        Assert.Equal(
            [1, 5],
            (await navigator.GetJsonAsync($"Observation?code={Base}/CodeSystem/survey-score|client-satisfaction")).GetProperty("entry")
                .EnumerateArray().Select(entry => entry.GetProperty("resource").GetProperty("valueInteger").GetInt32()).Order());

        // The trail says how many, and no code, text or time of an answer; others than the programme see nothing.
        var rows = (await Server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).Select(entry => entry.Row).ToList();
        Assert.DoesNotContain(rows, row => codes.Exists(code => $"{row.Detail}{row.Target}".Contains(code, StringComparison.Ordinal)));
        using var hospital = Server.As("hospital");
        using var dispatch = Server.As(new DemoCaller("d", Custodian, ["COC"], ["dispatcher"], "system/*.rs"));
        foreach (var other in new[] { hospital, dispatch })
        {
            Assert.Equal(0, await TotalAsync(other, "QuestionnaireResponse?_summary=count"));
            Assert.Equal(0, await TotalAsync(other, "Observation?_summary=count"));
        }

        await AnEvaluatorCountsScoresAsync();

        // An answer may be removed, for it can name somebody, and not changed.
        var id = stored[0].GetProperty("id").GetString();
        using var changed = await navigator.PutFhirAsync(
            $"QuestionnaireResponse/{id}", stored[0].GetRawText(), "W/\"1\"");
        Assert.Equal("QuestionnaireResponse.questionnaire", Place(await changed.OutcomeAsync(422)));
        using var removed = await navigator.DeleteAsync(new Uri($"QuestionnaireResponse/{id}", UriKind.Relative));
        Assert.Equal(204, (int)removed.StatusCode);
    }

    [Fact]
    public async Task What_is_no_answer_or_says_whose_it_is_is_refused_by_element_and_leaves_the_link_good()
    {
        using var navigator = Server.As("navigator");
        using var anybody = Server.WithToken(null);
        var code = (await CodesAsync(navigator, 1))[0];
        var good = Response("survey-client", "good", "fine");
        foreach (var (response, place) in new[]
        {
            (With(good, "\"subject\":{\"reference\":\"Patient/p1\"}"), "subject"),
            (With(good, "\"author\":{\"display\":\"Ana\"}"), "author"),
            (With(good, "\"source\":{\"reference\":\"Patient/p1\"}"), "source"),
            (With(good, "\"authored\":\"2026-11-22T12:00:00Z\""), "authored"),
            (With(good, "\"identifier\":{\"value\":\"7\"}"), "identifier"),
            (With(good, "\"meta\":{\"tag\":[{\"code\":\"ana\"}]}"), "meta"),
            (With(good, "\"extension\":[{\"url\":\"urn:x\",\"valueString\":\"ana\"}]"), "extension"),
            (good.Replace("\"comment\"", "\"comment\",\"text\":\"Ana\"", StringComparison.Ordinal), "item[1].text"),
            (good.Replace("completed", "in-progress", StringComparison.Ordinal), "status"),
            (good.Replace("survey-client|", "survey-partner|", StringComparison.Ordinal), "questionnaire"),
            (good.Replace("\"good\"", "\"excellent\"", StringComparison.Ordinal), "item[0].answer[0].valueCoding"),
            (good.Replace("\"comment\"", "\"comments\"", StringComparison.Ordinal), "item[1].linkId"),
            (good.Replace("\"fine\"", $"\"{new string('a', 2001)}\"", StringComparison.Ordinal), "item[1].answer[0].valueString"),
            ($$"""
                {"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"{{Base}}/Questionnaire/survey-client|1.0.0"}
                """, "item"),
        })
        {
            using var refused = await anybody.PostFhirAsync("QuestionnaireResponse/$answer-survey", Sent(code, response));
            Assert.Equal("QuestionnaireResponse." + place, Place(await refused.OutcomeAsync(422)));
        }

        foreach (var (path, body, text) in new[]
        {
            ("QuestionnaireResponse/$answer-survey", Sent(code), "response"),
            ("QuestionnaireResponse/$answer-survey", """{"resourceType":"Parameters"}""", "code"),
            ("QuestionnaireResponse/$answer-survey", Sent(code, """{"resourceType":"Patient"}"""), "type"),
            ("QuestionnaireResponse/$answer-survey", Sent(code, good.Replace("\"completed\"", "7", StringComparison.Ordinal)), "status"),
            ("Questionnaire/$open-survey", """{"resourceType":"Parameters"}""", "code"),
            ("Questionnaire/$open-survey", In(Sent(code), "fr"), "language"),
        })
        {
            using var refused = await anybody.PostFhirAsync(path, body);
            Assert.Contains(text, (await refused.OutcomeAsync(400)).ToString(), StringComparison.Ordinal);
        }

        // What anybody may send is small, and a length that is only promised costs nothing.
        using (var flood = await anybody.PostFhirAsync("Questionnaire/$open-survey", Sent(new string('x', 70_000))))
        {
            Assert.Equal(413, (int)flood.StatusCode);
        }

        // Of many who answer at once with one link one is heard, and nobody is written down, not even who sends a token and is refused.
        const string trail = "AuditEvent?_count=0&_total=accurate";
        using var privacy = Server.As("privacy");
        var before = await TotalAsync(privacy, trail);
        using (var known = await navigator.PostFhirAsync("QuestionnaireResponse/$answer-survey", Sent(code)))
        {
            Assert.Equal(400, (int)known.StatusCode);
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            anybody.PostFhirAsync("QuestionnaireResponse/$answer-survey", Sent(code, good))));
        Assert.Single(answers, answer => (int)answer.StatusCode == 200);
        Assert.Equal(before + 1, await TotalAsync(privacy, trail)); // the row of the count itself
    }

    [Fact]
    public async Task Only_the_programmes_staff_makes_links_and_they_end_with_their_day()
    {
        using var anybody = Server.WithToken(null);
        using var navigator = Server.As("navigator");
        foreach (var caller in new[]
        {
            DemoCaller.All.Single(caller => caller.Name == "hospital"), DemoCaller.All.Single(caller => caller.Name == "police"),
            new DemoCaller("e", Custodian, ["HOPERAT"], ["evaluator"], "system/*.cruds"),
            new DemoCaller("d", Custodian, ["COC"], ["dispatcher"], "system/*.cruds"),
        })
        {
            using var client = Server.As(caller);
            using var refused = await client.PostFhirAsync(Links, Asking("2"));
            await refused.OutcomeAsync(403);
        }

        using var stranger = await anybody.PostFhirAsync(Links, Asking("2"));
        Assert.Equal(401, (int)stranger.StatusCode);
        foreach (var (path, body, text) in new[]
        {
            (Links, Asking("0"), "count"), (Links, Asking("501"), "count"), (Links, """{"resourceType":"Parameters"}""", "count"),
            (Links, Asking("1", "2026-11-21"), "expires"), (Links, Asking("1", "2027-11-21"), "expires"),
            ("Questionnaire/phq-9/$survey-links", Asking("1"), "survey-client"),
        })
        {
            using var refused = await navigator.PostFhirAsync(path, body);
            Assert.Contains(text, (await refused.OutcomeAsync(400)).ToString(), StringComparison.Ordinal);
        }

        // Nobody writes by another way what only an answer can say.
        foreach (var (type, body) in new[]
        {
            ("QuestionnaireResponse", Response("survey-client", "very-good", null)),
            ("Observation", $$"""
                {"resourceType":"Observation","status":"final","code":{"coding":[{"system":"{{Base}}/CodeSystem/survey-score",
                "code":"client-satisfaction"}]},"valueInteger":5}
                """),
        })
        {
            using var refused = await navigator.PostFhirAsync(type, body);
            await refused.OutcomeAsync(422);
        }

        var code = (await CodesAsync(navigator, 1, "2026-11-22"))[0];
        await OpenedAsync(anybody, code, "en");
        Server.Clock.Advance(TimeSpan.FromHours(11.9));
        await OpenedAsync(anybody, code, "en");
        Server.Clock.Advance(TimeSpan.FromHours(0.2));
        await ClosedAsync(anybody, "Questionnaire/$open-survey", Sent(code));
        await PassAsync();
        await ClosedAsync(anybody, "QuestionnaireResponse/$answer-survey", Sent(code, Response("survey-client", "good", null)));
    }

    private async Task AnEvaluatorCountsScoresAsync()
    {
        Server.Clock.Advance(TimeSpan.FromDays(7)); // her data set is that of the week's Monday
        using var evaluator = Server.As(new DemoCaller("e", Custodian, ["HOPERAT"], ["evaluator"], "system/*.rs"));
        using var table = await evaluator.PostFhirAsync("ViewDefinition/$run", """
            {"resourceType":"Parameters","parameter":[{"name":"viewResource","resource":{"resourceType":"ViewDefinition",
            "resource":"Observation","select":[{"column":[{"name":"score","path":"value.ofType(integer)","type":"integer"},
            {"name":"what","path":"code.coding.code.first()"}]}]}}]}
            """);
        var rows = (await table.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["{\"score\":1,\"what\":\"client-satisfaction\"}", "{\"score\":5,\"what\":\"client-satisfaction\"}"], rows);
        using var texts = await evaluator.PostFhirAsync("ViewDefinition/$run", """
            {"resourceType":"Parameters","parameter":[{"name":"viewResource","resource":{"resourceType":"ViewDefinition",
            "resource":"QuestionnaireResponse","select":[{"column":[{"name":"id","path":"id"}]}]}}]}
            """);
        await texts.OutcomeAsync(400);
    }

    private Task PassAsync() => Server.Part<SurveyNight>().PassAsync(CancellationToken.None);

    private static async Task<List<string>> CodesAsync(HttpClient staff, int count, string? expires = null)
    {
        using var made = await staff.PostFhirAsync(Links, Asking($"{count}", expires));
        var text = await made.Content.ReadAsStringAsync();
        Assert.True((int)made.StatusCode == 200, text);
        var parameters = (await made.JsonAsync()).GetProperty("parameter").EnumerateArray().ToList();
        Assert.Equal(expires ?? "2026-12-31", parameters[0].GetProperty("valueDate").GetString());
        return [.. parameters.Skip(1).Select(link => link.GetProperty("part")[0].GetProperty("valueString").GetString()!)];
    }

    private static async Task<JsonElement> OpenedAsync(HttpClient client, string code, string language)
    {
        using var opened = await client.PostFhirAsync(
            "Questionnaire/$open-survey",
            In(Sent(code), language));
        Assert.Equal(200, (int)opened.StatusCode);
        return await opened.JsonAsync();
    }

    private static async Task<int> AnsweredAsync(HttpClient client, string code, string response)
    {
        using var answered = await client.PostFhirAsync("QuestionnaireResponse/$answer-survey", Sent(code, response));
        var text = await answered.Content.ReadAsStringAsync();
        Assert.True((int)answered.StatusCode == 200, text);
        return (int)answered.StatusCode;
    }

    private static async Task<string> ClosedAsync(HttpClient client, string path, string body)
    {
        using var closed = await client.PostFhirAsync(path, body);
        return (await closed.OutcomeAsync(404)).GetRawText();
    }

    private static async Task<int> TotalAsync(HttpClient client, string query) =>
        (await client.GetJsonAsync(query)).GetProperty("total").GetInt32();

    private static string Asking(string count, string? expires = null) => $$"""
        {"resourceType":"Parameters","parameter":[{"name":"count","valueInteger":{{count}}}
        {{(expires is null ? string.Empty : $$""",{"name":"expires","valueDate":"{{expires}}"}""")}}]}
        """;

    private static string Sent(string code, string? response = null) => $$"""
        {"resourceType":"Parameters","parameter":[{"name":"code","valueString":"{{code}}"}{{(response is null
            ? string.Empty : $$""",{"name":"response","resource":{{response}}}""")}}]}
        """;

    private static string In(string sent, string language) =>
        sent.Replace("}]", $$"""},{"name":"language","valueCode":"{{language}}"}]""", StringComparison.Ordinal);

    private static string Response(string form, string satisfaction, string? comment) => $$"""
        {"resourceType":"QuestionnaireResponse","questionnaire":"{{Base}}/Questionnaire/{{form}}|1.0.0","status":"completed","item":[
        {"linkId":"satisfaction","answer":[{"valueCoding":{"system":"{{Base}}/CodeSystem/survey-answer","code":"{{satisfaction}}"} }]}
        {{(comment is null ? string.Empty : $$""",{"linkId":"comment","answer":[{"valueString":"{{comment}}"}]}""")}}]}
        """;

    private static string With(string response, string member) =>
        response.Replace("\"status\":", member + ",\"status\":", StringComparison.Ordinal);

    private static string? Place(JsonElement issue) =>
        issue.TryGetProperty("expression", out var places) ? places[0].GetString() : null;
}
