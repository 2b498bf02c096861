using System.Text.Json;
using Interop.Demo;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Measures;

/// <summary>What a measure counts, resource by resource, as somebody of the programme's staff sees it; and nobody else.</summary>
public class CollectDataTests : IAsyncLifetime
{
    private const string Custodian = "crisis-program";
    private const string November = "periodStart=2026-11&periodEnd=2026-11";
    private const string Everything = "system/*.cruds";
    private static readonly DemoCaller Navigator = new("navigator", Custodian, ["COC"], ["navigator"], Everything);
    private static readonly DemoCaller Officer = new("privacy-officer", Custodian, ["HOPERAT"], ["privacy-officer"], Everything);

    private static readonly string[] Ana = ["Patient/ana", "Observation/ana-home", "Observation/ana-orientation"];
    private static readonly string[] Visits =
        ["Encounter/v1", "Encounter/v2", "Encounter/v3", "ServiceRequest/v1-order", "Patient/ben", .. Ana];

    private readonly string table = Path.Combine(Path.GetTempPath(), $"interop-{Guid.NewGuid():N}.json");
    private string database = null!;
    private RunningServer server = null!;

    /// <summary>What is written in capitals is counted by nobody: it is open, cancelled, another's, or of another time.</summary>
    private static string[] Scene =>
    [
        Fixtures.Organization(Custodian, "crisis-program"), Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"), Fixtures.Patient("ana"), Fixtures.Patient("ben"), Fixtures.Patient("NOBODY"),
        """{"resourceType":"Practitioner","id":"pm","name":[{"family":"Invented"}]}""",
        """
        {"resourceType":"PractitionerRole","id":"pm-role","active":true,"practitioner":{"reference":"Practitioner/pm"},
        "organization":{"reference":"Organization/crisis-program"},"period":{"start":"2026-10-01"} }
        """,
        Visit("before", "ana", "2026-10-20"), Visit("v1", "ana", "2026-11-03"), Visit("v2", "ana", "2026-11-10"),
        Visit("v3", "ben", "2026-11-05"), Visit("OPEN", "ben", "2026-11-06", "in-progress"),
        Visit("CANCELLED", "ben", "2026-11-06", "cancelled"), Visit("FOLLOWED", "ben", "2026-11-06", type: "390906007"),
        Said("v1-arrest", "ana", "v1", "arrest", true), Said("v1-force", "ana", "v1", "force-used", false),
        Said("DRAFT", "ana", "v2", "arrest", true, "preliminary"), Said("v3-arrest", "ben", "v3", "arrest", false),
        Answer("ana-home", "71802-3", "http://loinc.org", "LA31995-6", "2026-11-01"),
        Answer("LATER", "71802-3", "http://loinc.org", "LA31993-1", "2026-11-20"),
        Answer("EARLIER", "71802-3", "http://loinc.org", "LA31993-1", "2026-09-01"),
        Answer("ana-orientation", "76690-7", "http://snomed.info/sct", "38628009", "2026-11-20"),
        $$"""
        {"resourceType":"ServiceRequest","id":"v1-order","status":"completed","intent":"order","code":{{Concept("response-model", "crt")}},
        "subject":{"reference":"Patient/ana"},"encounter":{"reference":"Encounter/v1"},"authoredOn":"2026-11-03T10:00:00Z"}
        """,
        Task("v1-follow", Follow, "completed", "ana", "v1"), Task("v2-follow", Follow, "completed", "ana", "v2"),
        Task("REFUSED", Follow, "cancelled", "ben", "v3"),
        $$"""
        {"resourceType":"DetectedIssue","id":"v2-missed","status":"final","code":{{Concept("detected-issue", "follow-up-missed")}},
        "patient":{"reference":"Patient/ana"},"implicated":[{"reference":"Task/v2-follow"}]}
        """,
        Task("r1", """{"coding":[{"system":"http://hl7.org/fhir/CodeSystem/task-code","code":"fulfill"}]}""", "accepted", "ben"),
        Task("UNSENT", """{"coding":[{"system":"http://hl7.org/fhir/CodeSystem/task-code","code":"fulfill"}]}""", "draft", "ben"),
        Task("c1", Concept("crisis-task", "call-answer"), "completed", "ben"),
    ];

    private static string Follow => Concept("crisis-task", "follow-up-48h");

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(table, """
            {"start":"2026-10","districts":["North"],"languages":["en"],"currency":"USD","costPerHour":{"crt":180},
             "funding":{"municipal":1}}
            """);
        database = await ServerDatabase.CreateAsync();
        server = await StartAsync();
        await server.ImportAsync(Custodian, Scene);
        await server.ImportAsync("city-hospital", Visit("OTHERS", "ana", "2026-11-04", provider: "city-hospital"));
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await ServerDatabase.DropAsync(database);
        File.Delete(table);
    }

    [Fact]
    public async Task Exactly_what_a_measure_counts_is_answered_to_those_who_see_the_record()
    {
        using var navigator = server.As(Navigator);
        foreach (var (measure, counted) in new (string, string[])[]
        {
            ("arrest", [.. Visits, "Observation/v1-arrest", "Observation/v3-arrest"]),
            ("force-used", [.. Visits, "Observation/v1-force"]),
            ("ed-transport", Visits),
            ("response-time", Visits),
            ("cost", Visits),
            ("repeat-contact-30d", [.. Visits, "Encounter/before"]),
            ("follow-up-48h", [
                "Encounter/v1", "Encounter/v2", "ServiceRequest/v1-order", "Task/v1-follow", "Task/v2-follow", "DetectedIssue/v2-missed",
                .. Ana]),
            ("referral-completed", ["Task/r1", "Patient/ben"]),
            ("call-answered", ["Task/c1", "Patient/ben"]),
            ("training-complete", ["Practitioner/pm", "PractitionerRole/pm-role"]),
            ("staff-turnover", ["Practitioner/pm", "PractitionerRole/pm-role"]),
        })
        {
            var (report, keys, resources) = await CollectedAsync(navigator, measure, November);
            Assert.Equal(counted.Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
            Assert.Equal(("data-collection", "complete"), (report.Text("type"), report.Text("status")));
            Assert.Equal($"https://interop.example/fhir/Measure/{measure}|1.0.0", report.Text("measure"));
            Assert.Equal(("2026-11-01", "2026-11-30"), (
                report.GetProperty("period").Text("start"), report.GetProperty("period").Text("end")));
            Assert.Equal(keys, report.GetProperty("evaluatedResource").EnumerateArray().Select(one => one.Text("reference")));
            Assert.False(report.TryGetProperty("group", out _));

            // Each is what the same person reads anywhere else.
            foreach (var (key, resource) in keys.Zip(resources))
            {
                Assert.Equal((await navigator.GetJsonAsync(key)).GetRawText(), resource.GetRawText());
            }

            using var judged = await navigator.PostFhirAsync("MeasureReport/$validate", report.GetRawText());
            Assert.DoesNotContain("\"error\"", await judged.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(
            ["Encounter/v3", "Observation/v3-arrest", "Patient/ben"],
            (await CollectedAsync(navigator, "arrest", November + "&subject=Patient/ben")).Keys.Order());
        Assert.Equal(
            ["Encounter/v1", "Observation/ana-home", "Observation/ana-orientation", "Patient/ana", "ServiceRequest/v1-order"],
            (await CollectedAsync(navigator, "cost", "periodStart=2026-11-03&periodEnd=2026-11-03")).Keys.Order());
        Assert.Empty((await CollectedAsync(navigator, "cost", "periodStart=2026-11-20&periodEnd=2026-11-20")).Keys);
        var asked = await navigator.GetStringAsync($"Measure/arrest/$collect-data?{November}");
        using var posted = await navigator.PostFhirAsync("Measure/arrest/$collect-data", """
            {"resourceType":"Parameters","parameter":[{"name":"periodStart","valueDate":"2026-11-01"},
            {"name":"periodEnd","valueDate":"2026-11-30"}]}
            """);
        Assert.Equal(asked, await posted.Content.ReadAsStringAsync());

        // It is told in the trail of those whom it was about, as a search is.
        using var officer = server.As(Officer);
        var told = await officer.GetJsonAsync("AuditEvent?patient=ben&_count=1000");
        var text = told.GetRawText();
        Assert.Contains("Measure/arrest/$collect-data", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Measure/follow-up-48h/$collect-data", text, StringComparison.Ordinal);
        Assert.Contains(
            "Measure/follow-up-48h/$collect-data",
            await officer.GetStringAsync("AuditEvent?patient=ana&_count=1000"),
            StringComparison.Ordinal);
        var metadata = (await navigator.GetJsonAsync("metadata")).GetProperty("rest")[0].GetProperty("resource").EnumerateArray()
            .Single(type => type.Text("type") == "Measure").GetProperty("operation").EnumerateArray()
            .ToDictionary(operation => operation.Text("name"), operation => operation.Text("definition"));
        Assert.Equal("http://hl7.org/fhir/OperationDefinition/Measure-collect-data", metadata["collect-data"]);
        Assert.Equal("http://hl7.org/fhir/OperationDefinition/Measure-evaluate-measure", metadata["evaluate-measure"]);
    }

    [Fact]
    public async Task What_is_hidden_from_the_caller_is_not_there_and_changes_nothing()
    {
        using var navigator = server.As(Navigator);
        string[] measures = ["arrest", "cost", "repeat-contact-30d", "follow-up-48h", "call-answered"];
        var before = await AllAsync(navigator);
        await server.ImportAsync(
            Custodian,
            Hidden(Visit("hidden", "ben", "2026-10-30")), Hidden(Visit("hidden-too", "ana", "2026-11-09")),
            Hidden(Said("hidden-arrest", "ana", "v2", "arrest", true)),
            Hidden(Task("hidden-follow", Follow, "failed", "ben", "v3")),
            Hidden(Answer("hidden-home", "71802-3", "http://loinc.org", "LA31993-1", "2026-11-02")),
            Hidden(Fixtures.Patient("hidden-person")),
            Hidden("""
                {"resourceType":"Communication","id":"hidden-contact","status":"completed","subject":{"reference":"Patient/ana"},
                "encounter":{"reference":"Encounter/v1"},"statusReason":{"coding":[{"system":
                "https://interop.example/fhir/CodeSystem/contact-outcome","code":"reached"}]} }
                """));

        Assert.Equal(before, await AllAsync(navigator));
        foreach (var subject in new[] { "hidden-person", "nobody-at-all" })
        {
            Assert.Empty((await CollectedAsync(navigator, "arrest", $"{November}&subject=Patient/{subject}")).Keys);
        }

        using var officer = server.As(Officer);
        Assert.Contains("Observation/hidden-arrest", (await CollectedAsync(officer, "arrest", November)).Keys);

        // Scopes narrow it as they narrow a search.
        using var narrow = server.As(Navigator with { Scope = "system/Measure.rs system/MeasureReport.rs system/Encounter.rs" });
        Assert.Equal(
            ["Encounter/v1", "Encounter/v2", "Encounter/v3"], (await CollectedAsync(narrow, "arrest", November)).Keys.Order());

        async Task<string> AllAsync(HttpClient client)
        {
            var all = string.Empty;
            foreach (var measure in measures)
            {
                all += await client.GetStringAsync($"Measure/{measure}/$collect-data?{November}");
            }

            return all;
        }
    }

    [Fact]
    public async Task Nobody_else_gets_any_and_what_cannot_be_answered_is_refused_by_name()
    {
        foreach (var (caller, status) in new (DemoCaller, int)[]
        {
            (Role("evaluator"), 403), (Role("agency-administrator"), 403), (Role("dispatcher"), 404), (Role("officer"), 404),
            (Role("unknown"), 404), (Role("clinician"), 200), (Role("privacy-officer"), 200), (Role("evaluator clinician"), 200),
            (Role("clinician") with { Organization = "city-hospital" }, 404),
            (Role("evaluator") with { Organization = "city-hospital" }, 404),
            (Role("officer") with { Organization = "city-police" }, 403),
            (Role("clinician") with { Scope = "system/Encounter.rs system/MeasureReport.rs" }, 403),
            (Role("clinician") with { Scope = "system/Encounter.rs system/Measure.rs" }, 403),
        })
        {
            using var client = server.As(caller);
            using var answer = await client.GetAsync($"Measure/arrest/$collect-data?{November}");
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True((int)answer.StatusCode == status, $"{caller.Roles[0]} of {caller.Organization}: {answer.StatusCode} {text}");
            Assert.Equal(status == 200, text.Contains("\"ana\"", StringComparison.Ordinal));
            var row = (await server.Rows.AuditAsync(0, 100_000, CancellationToken.None)).Select(entry => entry.Row)
                .Last(row => row.Client == caller.ClientId);
            Assert.Equal(status == 200 ? "permit" : status == 404 ? "absent" : "deny", row.Outcome);
        }

        using var navigator = server.As(Navigator);
        foreach (var (path, status, name) in new[]
        {
            ("nothing/$collect-data?" + November, 404, "nothing"),
            ("arrest/$collect-data?periodStart=2026-11", 400, "periodEnd"),
            ("arrest/$collect-data?periodStart=then&periodEnd=2026-11", 400, "periodStart"),
            ($"arrest/$collect-data?{November}&practitioner=Practitioner/pm", 400, "practitioner"),
            ($"arrest/$collect-data?{November}&lastReceivedOn=2026-11-01", 400, "lastReceivedOn"),
            ($"arrest/$collect-data?{November}&measure=cost", 400, "measure"),
            ($"arrest/$collect-data?{November}&subject=Group/g", 400, "subject"),
            ("arrest/$collect-data?periodStart=2026-10&periodEnd=2026-11", 422, "31 days"),
            ("arrest/$collect-data?periodStart=2026-11-30&periodEnd=2026-11-01", 422, "31 days"),
            ("arrest/$collect-data?periodStart=2026-09&periodEnd=2026-09", 422, "2026-10"),
            ("staff-turnover/$collect-data?periodStart=2026-11-01&periodEnd=2026-11-29", 422, "whole one"),
            ($"staff-turnover/$collect-data?{November}&subject=Patient/ana", 400, "subject"),
        })
        {
            using var answer = await navigator.GetAsync("Measure/" + path);
            Assert.Contains(name, (await answer.OutcomeAsync(status)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        }

        await server.DisposeAsync();
        server = await StartAsync("--Interop:Limits:CollectedResources=9");
        using var again = server.As(Navigator);
        using var tooMuch = await again.GetAsync($"Measure/arrest/$collect-data?{November}");
        var outcome = await tooMuch.OutcomeAsync(400);
        Assert.Equal("too-costly", outcome.Text("code"));
        Assert.Contains("more than 9 resources", outcome.Text("diagnostics"), StringComparison.Ordinal);
        Assert.Equal(8, (await CollectedAsync(again, "cost", November)).Keys.Count);
    }

    private static DemoCaller Role(string roles) =>
        new(roles.Replace(' ', '-'), Custodian, ["COC"], roles.Split(' '), Everything);

    private static async Task<(JsonElement Report, IReadOnlyList<string> Keys, IReadOnlyList<JsonElement> Resources)> CollectedAsync(
        HttpClient client, string measure, string query)
    {
        var answer = await client.GetJsonAsync($"Measure/{measure}/$collect-data?{query}");
        Assert.Equal("Parameters", answer.Text("resourceType"));
        var parameters = answer.GetProperty("parameter").EnumerateArray().ToList();
        Assert.Equal("measureReport", parameters[0].Text("name"));
        Assert.All(parameters.Skip(1), parameter => Assert.Equal("resource", parameter.Text("name")));
        var resources = parameters.Skip(1).Select(parameter => parameter.GetProperty("resource")).ToList();
        return (
            parameters[0].GetProperty("resource"),
            [.. resources.Select(resource => $"{resource.Text("resourceType")}/{resource.Text("id")}")],
            resources);
    }

    private Task<RunningServer> StartAsync(params string[] more) => RunningServer.StartAsync(
        database.StartsWith("sqlite:", StringComparison.Ordinal) ? database["sqlite:".Length..] : database,
        null,
        [$"--Interop:Evaluation={table}", .. more]);

    /// <summary>Psychotherapy notes are for the privacy officer alone.</summary>
    private static string Hidden(string resource) => resource.TrimStart().Insert(
        1,
        """
        "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"PSYTHPN"}]},
        """);

    private static string Visit(
        string id, string person, string day, string status = "finished", string? type = null, string provider = Custodian) => $$"""
        {"resourceType":"Encounter","id":"{{id}}","status":"{{status}}",
        {{(type is null ? "" : $"\"type\":[{{\"coding\":[{{\"system\":\"http://snomed.info/sct\",\"code\":\"{type}\"}}]}}],")}}
        "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},"subject":{"reference":"Patient/{{person}}"},
        "period":{"start":"{{day}}T10:00:00Z","end":"{{day}}T11:00:00Z"},
        "serviceProvider":{"reference":"Organization/{{provider}}"} }
        """;

    private static string Said(string id, string person, string visit, string fact, bool value, string status = "final") => $$"""
        {"resourceType":"Observation","id":"{{id}}","status":"{{status}}","code":{{Concept("crisis-observation", fact)}},
        "subject":{"reference":"Patient/{{person}}"},"encounter":{"reference":"Encounter/{{visit}}"},
        "valueBoolean":{{(value ? "true" : "false")}} }
        """;

    private static string Answer(string id, string question, string system, string answer, string day) => $$"""
        {"resourceType":"Observation","id":"{{id}}","status":"final","code":{"coding":[{"system":"http://loinc.org",
        "code":"{{question}}"}]},"subject":{"reference":"Patient/ana"},"effectiveDateTime":"{{day}}",
        "valueCodeableConcept":{"coding":[{"system":"{{system}}","code":"{{answer}}"}]} }
        """;

    private static string Task(string id, string code, string status, string person, string? visit = null) => $$"""
        {"resourceType":"Task","id":"{{id}}","status":"{{status}}","intent":"order","code":{{code}},
        {{(visit is null ? "" : $"\"encounter\":{{\"reference\":\"Encounter/{visit}\"}},")}}
        "for":{"reference":"Patient/{{person}}"},"authoredOn":"2026-11-06T12:00:00Z",
        "requester":{"reference":"Organization/crisis-program"},"owner":{"reference":"Organization/crisis-program"} }
        """;

    private static string Concept(string system, string code) =>
        $$"""{"coding":[{"system":"{{Fixtures.Base}}/CodeSystem/{{system}}","code":"{{code}}"}]}""";
}
