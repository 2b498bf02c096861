using System.Text;
using System.Text.RegularExpressions;
using Interop.Demo;
using Interop.Server.EarlyIntervention;
using Interop.Server.Guard;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.EarlyIntervention;

/// <summary>
/// A prediction through every channel and for everybody, before there is one, while it is a draft, when it is final, and when the person
/// has named it to a partner. Who must not see it gets the same bytes as before there was one.
/// </summary>
public partial class DraftChannelTests : EarlyScene
{
    private static readonly string[] Partners =
        ["hospital", "hospital-office", "hospital-evaluator", "police", "social", "dispatch", "provider"];

    private static readonly string[] OwnStaff = ["clinician", "dispatcher", "evaluator", "administrator", "person", "representative"];

    /// <summary>Channels of one prediction, its person and its encounter.</summary>
    private static readonly string[] Paths =
    [
        "{key}", "{key}/_history", "{key}/_history/1", "{key}/_history/2", "RiskAssessment?_id={id}", "RiskAssessment?patient=ana",
        "RiskAssessment?_summary=count", "RiskAssessment?probability=gt0.1", "RiskAssessment?probability:missing=false",
        "RiskAssessment?method=repeat-encounter-90d", "RiskAssessment?_sort=-date&_total=accurate", "RiskAssessment?encounter=ana-v3",
        "RiskAssessment?_security:not=PSY", "RiskAssessment?_lastUpdated=gt2026-01-01", "RiskAssessment?patient.family=Testa",
        "RiskAssessment?_include=*", "RiskAssessment/_history", "_history", "?_type=RiskAssessment,Patient&_total=accurate",
        "Patient?_id=ana&_revinclude=RiskAssessment:subject", "Patient?_id=ana&_revinclude=*",
        "Patient?_has:RiskAssessment:subject:probability=gt0.1", "Patient?_has:RiskAssessment:patient:_id={id}",
        "Encounter?_id=ana-v3&_revinclude=RiskAssessment:encounter", "Encounter?_has:RiskAssessment:encounter:method=repeat-encounter-90d",
        "Patient/ana/RiskAssessment", "Patient/ana/*", "Encounter/ana-v3/*", "Patient/ana/$everything", "Patient/ana/$crisis-summary",
        "Provenance?target={key}", "Task?focus={key}", "Task?code=outreach", "Task?patient=ana", "Device", "Library",
        "Patient/ana/_history",
        "Patient/ana/$explain-access?organization=Organization/city-hospital&resource={key}",
    ];

    private static readonly (string Method, string Path, string Body)[] Calls =
    [
        ("POST", "RiskAssessment/_search", "patient=ana"),
        ("POST", string.Empty, """
            {"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"{key}"}},
            {"request":{"method":"GET","url":"RiskAssessment?patient=ana"}}]}
            """),
        ("POST", "ViewDefinition/$run", """
            {"resourceType":"Parameters","parameter":[{"name":"viewResource","resource":{"resourceType":"ViewDefinition",
            "status":"active","resource":"RiskAssessment","select":[{"column":[{"name":"status","path":"status"},
            {"name":"p","path":"prediction.probability.ofType(decimal)"}]}]}}]}
            """),
        ("PUT", "{key}", """
            {"resourceType":"RiskAssessment","id":"{id}","status":"final","subject":{"reference":"Patient/ana"}}
            """),
        ("PATCH", "{key}", """[{"op":"replace","path":"/status","value":"final"}]"""),
        ("DELETE", "{key}", string.Empty),
        ("POST", "Provenance", """
            {"resourceType":"Provenance","target":[{"reference":"{key}"}],"recorded":"2026-11-22T12:00:00Z",
            "agent":[{"who":{"reference":"Organization/crisis-program"}}]}
            """),
        ("POST", "Patient/$crisis-summary", """
            {"resourceType":"Parameters","parameter":[{"name":"incident","valueString":"inc-now"},{"name":"officer","valueString":"b"},
            {"name":"family","valueString":"Testa"},{"name":"birthDate","valueDate":"1988-02-29"}]}
            """),
    ];

    // The clock stands, and everybody asks very often.
    protected override string[] Settings =>
    [
        .. base.Settings,
        .. new[] { "LookupsPerMinute", "UserPerMinute", "ClientPerMinute" }.Select(limit => $"--Interop:Limits:{limit}=100000"),
    ];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Organization("city-police", "police"),
        Fixtures.Organization("family-services", "social-services"), Fixtures.Organization("dispatch-center", "dispatch"),
        Fixtures.Organization("clinic", "provider"),
        Fixtures.Agreement("city-hospital", labels: ["PREDICTION"], purposes: ["TREAT", "HOPERAT"], dataUse: ["HRESCH"]),
        Fixtures.Agreement("city-police", "basic", ["OVRPS"]), Fixtures.Agreement("family-services", "intermediate", ["COC"]),
        Fixtures.Agreement("dispatch-center", "basic", ["OVRPS"]), Fixtures.Agreement("clinic", labels: ["PREDICTION"]),

        // She agrees to a great deal with everybody, and has an open case with the clinic and a team with her now.
        Fixtures.Consent("hospital", "ana", "city-hospital", "full"), Fixtures.Consent("clinic", "ana", "clinic", "full"),
        Fixtures.Consent("social", "ana", "family-services", purpose: "COC"),
        Fixtures.Consent("police", "ana", "city-police", "basic", purpose: "OVRPS"),
        Fixtures.Referral("asked", "ana").Replace("city-hospital", "clinic", StringComparison.Ordinal),
        Fixtures.ReferralTask("task", "ana", "asked", "accepted", "clinic"),
        Fixtures.Encounter("now", "ana").Replace(
            "\"status\":\"in-progress\"",
            $"\"extension\":[{Assigned("city-police")},{Assigned("clinic")}],\"status\":\"in-progress\"",
            StringComparison.Ordinal),
        """
        {"resourceType":"RelatedPerson","id":"guardian","active":true,"patient":{"reference":"Patient/ana"},
        "relationship":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-RoleCode","code":"GUARD"}]}],
        "period":{"start":"2020-01-01"}}
        """,
    ];

    [Fact]
    public async Task Who_must_not_see_a_prediction_is_answered_as_before_there_was_one()
    {
        var key = Predictions.KeyOf("ana-v3", Server.Part<Secrets>().Key.Span).ToString();
        using var adam = Adam();
        using var accepted = await AcceptAsync(adam, Hash);
        Assert.True(accepted.IsSuccessStatusCode);
        using var subscriber = Server.As(DemoCaller.All.Single(caller => caller.Name == "hospital"), ("sub", "demo-hospital"));
        using var subscribed = await subscriber.PostFhirAsync("Subscription", """
            {"resourceType":"Subscription","status":"requested","reason":"r",
            "criteria":"https://interop.example/fhir/SubscriptionTopic/follow-up",
            "channel":{"type":"websocket","payload":"application/fhir+json"}}
            """);
        Assert.True(subscribed.IsSuccessStatusCode, await subscribed.Content.ReadAsStringAsync());
        var subscription = (await subscribed.JsonAsync()).Text("id");
        await Server.QuietAsync();
        var everybody = Partners.Concat(OwnStaff).ToList();
        var before = await AnswersAsync(everybody, key);

        await DraftAsync(Server);
        using var nora = Nora();
        Assert.Equal("preliminary", (await nora.GetJsonAsync(key)).Text("status"));
        Same(before, await AnswersAsync(everybody, key), "draft");

        using var final = await DecideAsync(nora, key, "final");
        Assert.True(final.IsSuccessStatusCode, await final.Content.ReadAsStringAsync());
        string[] seeing = ["clinician", "person", "representative"];
        Same(before, await AnswersAsync([.. everybody.Except(seeing)], key), "final");
        foreach (var name in seeing)
        {
            using var client = Client(name);
            var seen = await client.GetJsonAsync(key);
            Assert.Equal("final", seen.Text("status"));
            if (name == "clinician")
            {
                // What was a draft stays one in history.
                Assert.Single((await client.GetJsonAsync($"{key}/_history")).GetProperty("entry").EnumerateArray());
                Assert.Equal(404, (int)(await client.GetAsync($"{key}/_history/1")).StatusCode);
                Assert.Single((await client.GetJsonAsync("Task?code=outreach&patient=ana")).Keys());
                Assert.DoesNotContain("Another crisis", await TextAsync(client, "Patient/ana/$crisis-summary"), StringComparison.Ordinal);
            }
        }

        await Server.QuietAsync();
        Assert.DoesNotContain(key, await TextAsync(subscriber, $"Subscription/{subscription}/$events"), StringComparison.Ordinal);

        // A consent that names it opens it to the one that it names, as far as the tier goes, and to nobody else.
        using var consent = await nora.PutFhirAsync("Consent/hospital", Naming("hospital", "city-hospital"));
        Assert.True(consent.IsSuccessStatusCode, await consent.Content.ReadAsStringAsync());
        using var hospital = Client("hospital");
        var shown = await hospital.GetJsonAsync(key);
        Assert.Equal("final", shown.Text("status"));
        Assert.False(shown.TryGetProperty("note", out _));
        Assert.DoesNotContain("prediction-term", shown.GetRawText(), StringComparison.Ordinal);
        Same(
            before,
            await AnswersAsync([.. everybody.Except(seeing).Where(name => !name.StartsWith("hospital", StringComparison.Ordinal))], key),
            "named");
        using var police = await nora.PutFhirAsync(
            "Consent/police", Naming("police", "city-police").Replace("\"TREAT\"", "\"OVRPS\"", StringComparison.Ordinal));
        Assert.True(police.IsSuccessStatusCode, await police.Content.ReadAsStringAsync());
        foreach (var (what, answer) in await AnswersAsync(["police", "hospital-evaluator"], key))
        {
            Assert.False(answer.Contains("probabilityDecimal", StringComparison.Ordinal), what);
            Assert.False(answer.Contains("Another crisis encounter", StringComparison.Ordinal), what);
        }
    }

    private async Task<Dictionary<string, string>> AnswersAsync(IReadOnlyList<string> names, string key)
    {
        var answers = new Dictionary<string, string>();
        var id = key.Split('/')[1];
        foreach (var name in names)
        {
            using var client = Client(name);
            foreach (var path in Paths)
            {
                answers[$"{name} GET {path}"] = await TextAsync(client, Filled(path));
            }

            foreach (var (method, path, body) in Calls)
            {
                answers[$"{name} {method} {path} {body.Length}"] = await CallAsync(client, method, Filled(path), Filled(body));
            }
        }

        return answers;

        string Filled(string text) => text.Replace("{key}", key, StringComparison.Ordinal).Replace("{id}", id, StringComparison.Ordinal);
    }

    private static void Same(Dictionary<string, string> before, Dictionary<string, string> now, string when)
    {
        foreach (var (what, answer) in now)
        {
            Assert.True(before[what] == answer, $"{when}, {what}:\n{before[what]}\n{answer}");
        }
    }

    private static async Task<string> TextAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.True((int)answer.StatusCode is < 500 and not 429, $"{path} {(int)answer.StatusCode}");
        var body = await answer.Content.ReadAsStringAsync();
        return Plain($"{(int)answer.StatusCode} {answer.Headers.ETag} {answer.Content.Headers.LastModified} {body}");
    }

    private static async Task<string> CallAsync(HttpClient client, string method, string path, string body)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(body, new UTF8Encoding(false), method switch
            {
                "PATCH" => "application/json-patch+json",
                _ when path.EndsWith("_search", StringComparison.Ordinal) => "application/x-www-form-urlencoded",
                _ => "application/fhir+json",
            }),
        };
        using var answer = await client.SendAsync(request);
        Assert.True((int)answer.StatusCode is < 500 and not 429, $"{method} {path} {(int)answer.StatusCode}");
        return Plain($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private static string Plain(string text) => Volatile().Replace(text, string.Empty);

    private static string Assigned(string agency) =>
        $$$"""
        {"url":"{{{Fixtures.Base}}}/StructureDefinition/encounter-assigned-agency",
        "valueReference":{"reference":"Organization/{{{agency}}}"}}
        """;

    private static string Naming(string id, string agency) => Fixtures.Consent(id, "ana", agency, "intermediate").Replace(
        "\"code\":\"intermediate\"}",
        $$"""
        "code":"intermediate"},{"system":"{{Fixtures.Base}}/CodeSystem/sharing-label","code":"PREDICTION"}
        """,
        StringComparison.Ordinal);

    private HttpClient Client(string name) => name switch
    {
        "clinician" => Person(Server, Navigator with { Roles = ["clinician"], Purposes = ["TREAT"] }, "carl"),
        "dispatcher" => Person(Server, Navigator with { Roles = ["dispatcher"] }, "dina"),
        "evaluator" => Person(Server, Navigator with { Roles = ["evaluator"], Purposes = ["HOPERAT"] }, "emil"),
        "administrator" => Adam(),
        "person" => Server.As(
            new DemoCaller("person", Custodian, ["PATRQT"], ["individual"], "patient/*.cruds"),
            ("sub", "ana"), ("patient", "ana"), ("fhirUser", $"{RunningServer.PublicUrl}/Patient/ana")),
        "representative" => Server.As(
            new DemoCaller("guardian", Custodian, ["PATRQT"], ["representative"], "patient/*.cruds"),
            ("sub", "guardian"), ("patient", "ana"), ("fhirUser", $"{RunningServer.PublicUrl}/RelatedPerson/guardian")),
        "hospital" => Server.As("hospital"),
        "hospital-office" => Server.As(new DemoCaller("office", "city-hospital", ["HOPERAT"], ["privacy-officer"], "system/*.cruds")),
        "hospital-evaluator" => Server.As(new DemoCaller("study", "city-hospital", ["HRESCH"], ["evaluator"], "system/*.cruds")),
        "provider" => Server.As(new DemoCaller("clinic", "clinic", ["TREAT"], ["clinician"], "system/*.cruds")),
        _ => Server.As(name),
    };

    // What each answer has of its own.
    [GeneratedRegex(
        "\"timestamp\":\"[^\"]*\"|(?<=\"resourceType\":\"(Bundle|Composition)\",)\"id\":\"[^\"]*\"|urn:uuid:[0-9a-f-]*"
        + "|_cursor=[^\"&]*")]
    private static partial Regex Volatile();
}
