using System.Text;
using System.Text.Json;
using Interop.Demo;
using Interop.Fhir.Validation;
using Interop.Server.Settings;

namespace Interop.Server.Tests.Accountability;

/// <summary>
/// What IHE's Basic Audit Log Patterns ask of each pattern (https://profiles.ihe.net/ITI/BALP), written down as facts, and what each
/// interaction of the server is told as. Each AuditEvent is valid R4 besides.
/// </summary>
public class BalpRuleTests : SceneTests
{
    private const string Base = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.";

    /// <summary>By pattern.</summary>
    private static readonly Dictionary<string, Rule> Rules = new(StringComparer.Ordinal)
    {
        ["Read"] = new("rest", ["read", "vread", "history-instance"], "R", ["0"], ["110152", "110153"], "2", ["4", "3", "20"]),
        ["Query"] = new(
            "rest", ["search-type", "search-system", "history-type", "history-system"], "E", ["0"], ["110152", "110153"], "2", ["24"]),
        ["Create"] = new("rest", ["create"], "C", ["0"], ["110152", "110153"], "2", ["4", "3", "20"]),
        ["Update"] = new("rest", ["update", "patch"], "U", ["0"], ["110152", "110153"], "2", ["4", "3", "20"]),
        ["Delete"] = new("rest", ["delete"], "D", ["0"], ["110152", "110153"], "2", ["4", "3", "20"]),
        ["PrivacyDisclosure.Source"] = new("110106", ["disclose"], "R", ["0"], ["110152", "110153"], null, []),
        ["AuthZconsent"] = new("110113", ["AuthZ-Consent"], "E", ["0", "4", "8"], ["110150", "IRCP", "PROV", "authserver"], "Consent", []),
    };

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"),
        Fixtures.Patient("p2"),
        Fixtures.Condition("c1", "p1"),
        Fixtures.Condition("c2", "p2"),
        Fixtures.Consent("yes", "p1", "city-hospital"),
    ];

    [Fact]
    public async Task Each_interaction_gives_the_pattern_that_is_named_for_it()
    {
        var clinician = new DemoCaller("hospital", "city-hospital", ["TREAT"], ["clinician"], "system/*.cruds");
        using var hospital = Server.As(clinician, ("sub", "dr"));
        using var navigator = Server.As("navigator");
        await hospital.GetJsonAsync("Condition/c1");
        await hospital.GetJsonAsync("Condition/c1/_history");
        await hospital.GetJsonAsync("Patient?family=Testa");
        await hospital.GetJsonAsync("Condition?patient=p1");
        await hospital.GetJsonAsync("Condition/_history");
        await hospital.GetJsonAsync("Patient/p1/$everything");
        await hospital.GetJsonAsync("Organization/city-hospital");
        using var withheld = await hospital.GetAsync("Condition/c2");
        using var absent = await hospital.GetAsync("Condition/none");
        using var refused = await hospital.GetAsync("Condition?nonsense=1");
        var made = await navigator.CreatedAsync("Condition", Fixtures.Condition("x", "p1"));
        var version = (await navigator.GetJsonAsync(made)).GetProperty("meta").GetProperty("versionId").GetString();
        await navigator.GetJsonAsync($"{made}/_history/{version}");
        using var changed = await navigator.PutFhirAsync(made, Fixtures.Condition(made.Split('/')[1], "p1"));
        using var patch = new StringContent(
            """[{"op":"add","path":"/language","value":"de"}]""", Encoding.UTF8, "application/json-patch+json");
        using var patched = await navigator.PatchAsync(new Uri(made, UriKind.Relative), patch);
        using var deleted = await navigator.DeleteAsync(made);
        using var nobody = Server.WithToken(null);
        using var unknown = await nobody.GetAsync("Patient/p1");
        using var officer = Server.As("privacy");
        await officer.GetJsonAsync("Patient/p1/$disclosures");

        var found = await officer.GetJsonAsync("AuditEvent?_count=1000&_sort=date");
        var events = found.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource")).ToList();

        Assert.All(events, Check);
        Assert.Equal(
            [
                "AuthZconsent", "PatientCreate", "PatientDelete", "PatientQuery", "PatientRead", "PatientUpdate",
                "PrivacyDisclosure.Source", "Query", "Read",
            ],
            events.SelectMany(ProfilesOf).Distinct().Order(StringComparer.Ordinal));
    }

    private static void Check(JsonElement audited)
    {
        var text = audited.GetRawText();
        var issues = CrisisProfiles.Profiles.Validate(Encoding.UTF8.GetBytes(text)).Where(issue => issue.Severity <= IssueSeverity.Error);
        Assert.True(!issues.Any(), $"{string.Join("; ", issues.Select(issue => $"{issue.Expression} {issue.Diagnostics}"))} {text}");
        foreach (var profile in ProfilesOf(audited))
        {
            var isPatients = profile.StartsWith("Patient", StringComparison.Ordinal);
            var rule = Rules[isPatients ? profile["Patient".Length..] : profile];
            Assert.Equal(rule.Type, Code(audited.GetProperty("type")));
            Assert.Contains(audited.GetProperty("subtype").EnumerateArray(), subtype => rule.Subtypes.Contains(Code(subtype)));
            Assert.Equal(rule.Action, audited.GetProperty("action").GetString());
            Assert.Contains(audited.GetProperty("outcome").GetString(), rule.Outcomes);
            var agents = audited.GetProperty("agent").EnumerateArray().ToList();
            Assert.All(rule.Agents, type => Assert.Single(agents, agent => TypeOf(agent) == type));
            Assert.All(agents, agent => Assert.True(agent.TryGetProperty("who", out _), text));
            Assert.All(
                agents.Where(agent => TypeOf(agent) is "110152" or "110153" or "110150"),
                agent => Assert.True(agent.TryGetProperty("network", out _), text));
            Assert.All(agents.Where(agent => TypeOf(agent) is "IRCP"), agent => Assert.True(agent.GetProperty("requestor").GetBoolean()));
            Assert.Single(agents, agent => agent.GetProperty("requestor").GetBoolean());
            CheckEntities(audited, rule, isPatients || profile is "AuthZconsent" or "PrivacyDisclosure.Source");
        }
    }

    private static void CheckEntities(JsonElement audited, Rule rule, bool isPatients)
    {
        var entities = audited.TryGetProperty("entity", out var list) ? list.EnumerateArray().ToList() : [];
        var patients = entities.Where(entity => Code(entity.GetProperty("type")) == "1").ToList();
        Assert.All(patients, patient =>
        {
            Assert.Equal("1", Code(patient.GetProperty("role")));
            Assert.StartsWith("Patient/", patient.GetProperty("what").GetProperty("reference").GetString(), StringComparison.Ordinal);
        });
        if (isPatients)
        {
            Assert.Single(patients);
        }

        if (rule.Entity is { } type)
        {
            var data = Assert.Single(entities, entity => Code(entity.GetProperty("type")) == type);
            var isQuery = rule.Roles.Contains("24");
            Assert.Equal(isQuery, data.TryGetProperty("query", out _));
            Assert.Equal(!isQuery, data.TryGetProperty("what", out _));
            Assert.True(rule.Roles.Count == 0 || rule.Roles.Contains(Code(data.GetProperty("role"))));
        }
    }

    private static IEnumerable<string> ProfilesOf(JsonElement audited) =>
        audited.GetProperty("meta").TryGetProperty("profile", out var profiles)
            ? profiles.EnumerateArray().Select(profile => profile.GetString()![Base.Length..])
            : [];

    private static string TypeOf(JsonElement agent) => Code(agent.GetProperty("type").GetProperty("coding")[0]);

    private static string Code(JsonElement coding) => coding.GetProperty("code").GetString()!;

    /// <param name="Subtypes">Of which it has one.</param>
    /// <param name="Agents">Types of which it has one agent each.</param>
    /// <param name="Entity">The type of the one entity that the pattern has besides the patient's; null where it names none.</param>
    /// <param name="Roles">Of that entity.</param>
    private sealed record Rule(
        string Type,
        IReadOnlyList<string> Subtypes,
        string Action,
        IReadOnlyList<string> Outcomes,
        IReadOnlyList<string> Agents,
        string? Entity,
        IReadOnlyList<string> Roles);
}
