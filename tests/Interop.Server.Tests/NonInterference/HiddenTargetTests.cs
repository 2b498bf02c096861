using Interop.Demo;

namespace Interop.Server.Tests.NonInterference;

/// <summary>
/// The directory hides, too: the home of a person, a labelled practitioner, what is deleted or never was. A reference to such a
/// target that changes where it is hidden is no change: not of the time, the version, the history, nor of what a search finds.
/// </summary>
public sealed class HiddenTargetTests : IAsyncLifetime
{
    private const string Program = "crisis-program";
    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");
    private PairedServers pair = null!;

    public async Task InitializeAsync()
    {
        pair = await PairedServers.StartAsync();
        await pair.BothAsync(
            Program,
            Fixtures.Organization(Program, "crisis-program"),
            Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Agreement("city-hospital"),
            Fixtures.Patient("p1"),
            Fixtures.Consent("c1", "p1", "city-hospital", tier: "full"),
            Fixtures.Encounter("case", "p1", provider: "city-hospital"),
            Place("open"),
            Place("deleted"));
        await pair.HiddenAsync(
            Program,
            Fixtures.Patient("p3"),
            Fixtures.Consent("deny", "p3", "city-hospital", type: "deny", tier: "basic"),
            Place("home", "p3"),
            """{"resourceType":"Practitioner","id":"labelled","meta":{"security":["""
                + """{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},"name":[{"family":"Hidden"}]}""",
            """{"resourceType":"Organization","id":"labelled","meta":{"security":["""
                + """{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},"name":"Hidden"}""",
            """{"resourceType":"HealthcareService","id":"labelled","meta":{"security":["""
                + """{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},"name":"Hidden"}""");
        using var with = pair.With.As("privacy");
        using var without = pair.Without.As("privacy");
        foreach (var client in new[] { with, without })
        {
            using var deleted = await client.DeleteAsync(new Uri("Location/deleted", UriKind.Relative));
            Assert.Equal(204, (int)deleted.StatusCode);
        }
    }

    public async Task DisposeAsync() => await pair.DisposeAsync();

    public static TheoryData<string, string> Places => new()
    {
        {
            "Encounter/x",
            """{"resourceType":"Encounter","id":"x","status":"finished","class":{"code":"FLD"},"subject":"""
                + """{"reference":"Patient/p1"},"location":[{"location":{"reference":"Location/open"}},{"location":REF}]}"""
        },
        {
            "Encounter/x",
            """{"resourceType":"Encounter","id":"x","status":"finished","class":{"code":"FLD"},"subject":"""
                + """{"reference":"Patient/p1"},"participant":[{"individual":REF}]}"""
        },
        {
            "Encounter/x",
            """{"resourceType":"Encounter","id":"x","status":"finished","class":{"code":"FLD"},"subject":"""
                + """{"reference":"Patient/p1"},"serviceProvider":REF}"""
        },
        {
            "CareTeam/x",
            """{"resourceType":"CareTeam","id":"x","status":"active","subject":{"reference":"Patient/p1"},"participant":[{"member":REF}]}"""
        },
        {
            "Task/x",
            """{"resourceType":"Task","id":"x","status":"requested","intent":"order","for":{"reference":"Patient/p1"},"location":REF}"""
        },
        { "PractitionerRole/x", """{"resourceType":"PractitionerRole","id":"x","active":true,"practitioner":REF}""" },
        {
            "PractitionerRole/x",
            """{"resourceType":"PractitionerRole","id":"x","active":true,"location":[REF,{"reference":"Location/open"}]}"""
        },
        { "PractitionerRole/x", """{"resourceType":"PractitionerRole","id":"x","active":true,"healthcareService":[REF]}""" },
        { "HealthcareService/x", """{"resourceType":"HealthcareService","id":"x","name":"x","location":[REF]}""" },
        { "HealthcareService/x", """{"resourceType":"HealthcareService","id":"x","name":"x","providedBy":REF}""" },
        { "Location/x", """{"resourceType":"Location","id":"x","name":"x","partOf":REF}""" },
        { "Organization/x", """{"resourceType":"Organization","id":"x","name":"x","partOf":REF}""" },
        {
            "Location/x",
            """{"resourceType":"Location","id":"x","extension":["""
                + """{"url":"https://interop.example/fhir/StructureDefinition/location-subject","valueReference":"""
                + """{"reference":"Patient/p1"}}],"name":"x","managingOrganization":REF}"""
        },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_reference_that_changes_where_it_is_hidden_is_no_change(string key, string template)
    {
        var type = key[..key.IndexOf('/', StringComparison.Ordinal)];
        foreach (var (before, after) in new[]
        {
            ("home", "labelled"), ("labelled", "nothing"), ("nothing", "deleted"), ("deleted", "home")
        })
        {
            pair.Advance(TimeSpan.FromMinutes(5));
            await pair.BothAsync(Program, Written(template, before));
            pair.Advance(TimeSpan.FromMinutes(5));
            var since = pair.With.Clock.GetUtcNow().AddSeconds(-1)
                .ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
            await pair.HiddenAsync(Program, Written(template, after));

            Assert.StartsWith("200", await pair.SameAsync(Hospital, key), StringComparison.Ordinal);
            await pair.SameAsync(Hospital, key + "/_history");
            await pair.SameAsync(Hospital, $"{type}?_lastUpdated=ge{since}");
            await pair.SameAsync(Hospital, $"{type}?_sort=-_lastUpdated");
            await pair.BothAsync(Program, Written(template, after));
        }
    }

    [Fact]
    public async Task A_hidden_edit_does_not_tell_that_a_target_came_after_the_reference()
    {
        const string Written =
            """{"resourceType":"Encounter","id":"x","status":"finished","class":{"code":"FLD"},"subject":"""
                + """{"reference":"Patient/p1"},"location":[{"location":{"reference":"Location/later"}}],"text":"""
                + """{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">NOTE</div>"}}""";
        await pair.BothAsync(Program, Written);
        await pair.BothAsync(Program, Place("later"));
        pair.Advance(TimeSpan.FromMinutes(5));
        await pair.HiddenAsync(Program, Written.Replace("NOTE", "changed where nobody sees", StringComparison.Ordinal));

        Assert.Contains("Location/later", await pair.SameAsync(Hospital, "Encounter/x"), StringComparison.Ordinal);
        await pair.SameAsync(Hospital, "Encounter/x/_history");
    }

    [Fact]
    public async Task A_reference_that_changes_where_it_is_seen_is_a_change()
    {
        await pair.BothAsync(Program, Place("other"));
        var template = (string)Places.First()[1];
        await pair.BothAsync(Program, template.Replace("REF", """{"reference":"Location/open"}""", StringComparison.Ordinal));
        var before = await pair.SameAsync(Hospital, "Encounter/x/_history");
        pair.Advance(TimeSpan.FromMinutes(5));
        await pair.BothAsync(Program, template.Replace("REF", """{"reference":"Location/other"}""", StringComparison.Ordinal));

        Assert.Contains("\"total\":1", before, StringComparison.Ordinal);
        Assert.Contains("\"total\":2", await pair.SameAsync(Hospital, "Encounter/x/_history"), StringComparison.Ordinal);
    }

    /// <summary>The resource with a target of the type that its reference is for.</summary>
    private static string Written(string template, string target)
    {
        var type = template.Contains("\"individual\":REF", StringComparison.Ordinal)
            || template.Contains("\"practitioner\":REF", StringComparison.Ordinal)
            || template.Contains("\"member\":REF", StringComparison.Ordinal) ? "Practitioner"
            : template.Contains("\"healthcareService\":[REF", StringComparison.Ordinal) ? "HealthcareService"
            : template.Contains("\"location\":", StringComparison.Ordinal)
                || template.StartsWith("""{"resourceType":"Location","id":"x","name":""", StringComparison.Ordinal) ? "Location"
            : "Organization";
        return template.Replace("REF", $$"""{"reference":"{{type}}/{{target}}"}""", StringComparison.Ordinal);
    }

    private static string Place(string id, string? patient = null)
    {
        var subject = patient is null
            ? ""
            : $$"""
                ,"extension":[{"url":"{{Fixtures.Base}}/StructureDefinition/location-subject",
                "valueReference":{"reference":"Patient/{{patient}}"} }]
                """;
        return $$"""{"resourceType":"Location","id":"{{id}}"{{subject}},"name":"{{id}}"}""";
    }
}
