using Interop.Demo;

namespace Interop.Server.Tests.Guard;

/// <summary>An agency whose people must have a training: who has it is answered until it runs out.</summary>
public sealed class RosterTests : SceneTests
{
    private const string Training = "https://city.example/training";
    private static readonly DemoCaller System = DemoCaller.All.Single(caller => caller.Name == "hospital");

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital").Replace(
            "\"extension\":[",
            $$"""
            "extension":[{"url":"{{Fixtures.Base}}/StructureDefinition/organization-required-qualification",
            "valueCoding":{"system":"{{Training}}","code":"part-2"} },
            """,
            StringComparison.Ordinal),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"),
    ];

    [Fact]
    public async Task A_person_is_answered_from_the_first_to_the_last_day_of_the_training_and_a_system_always()
    {
        using var office = Caller("office", null, ["agency-administrator"]);
        var practitioner = await office.CreatedAsync("Practitioner", Practitioner("2026-11-01", "2026-11-25"));
        using var clinician = Clinician(practitioner);
        await StatusAsync(clinician, 403);

        await office.CreatedAsync("PractitionerRole", Role(practitioner, "city-hospital"));
        await StatusAsync(clinician, 200);

        Server.Clock.Advance(new DateTimeOffset(2026, 11, 26, 0, 0, 0, TimeSpan.Zero) - Server.Clock.GetUtcNow());
        await StatusAsync(clinician, 403);
        using var backend = Caller("demo-hospital", null, ["clinician"]);
        await StatusAsync(backend, 200);
    }

    [Fact]
    public async Task Without_the_training_a_role_or_a_name_nobody_is_answered()
    {
        using var office = Caller("office", null, ["agency-administrator"]);
        var untrained = await office.CreatedAsync("Practitioner", """{"resourceType":"Practitioner","active":true}""");
        await office.CreatedAsync("PractitionerRole", Role(untrained, "city-hospital"));
        var ended = await office.CreatedAsync("Practitioner", Practitioner("2026-11-01", "2026-11-21"));
        await office.CreatedAsync("PractitionerRole", Role(ended, "city-hospital"));
        var inactive = await office.CreatedAsync("Practitioner", Practitioner("2026-11-01", "2027-11-01"));
        await office.CreatedAsync(
            "PractitionerRole", Role(inactive, "city-hospital").Replace("\"active\":true", "\"active\":false", StringComparison.Ordinal));

        foreach (var practitioner in new[] { untrained, ended, inactive, "Practitioner/nobody" })
        {
            using var clinician = Clinician(practitioner);
            await StatusAsync(clinician, 403);
        }

        using var nameless = Clinician(null);
        await StatusAsync(nameless, 403);
    }

    [Fact]
    public async Task A_roster_is_kept_by_its_own_agencys_administrator_alone()
    {
        using var office = Caller("office", null, ["agency-administrator"]);
        using var clinician = Caller("demo-hospital", null, ["clinician"]);
        var practitioner = await office.CreatedAsync("Practitioner", Practitioner("2026-11-01", "2027-11-25"));

        using var byClinician = await clinician.PostFhirAsync("PractitionerRole", Role(practitioner, "city-hospital"));
        using var forAnother = await office.PostFhirAsync("PractitionerRole", Role(practitioner, Custodian));

        await byClinician.OutcomeAsync(403);
        Assert.Equal("PractitionerRole.organization", (await forAnother.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    [Fact]
    public async Task An_administrator_without_the_training_mends_the_roster_and_sees_nobodys_record()
    {
        await Server.ImportAsync(Custodian, Fixtures.Consent("c1", "p1", "city-hospital", tier: "full"));
        using var administrator = Person(null, ["agency-administrator", "clinician"]);

        await administrator.CreatedAsync("Practitioner", Practitioner("2026-11-01", "2027-11-25"));
        await StatusAsync(administrator, 404);
    }

    [Fact]
    public async Task An_administrator_keeps_the_endpoints_of_the_own_agency()
    {
        using var office = Caller("office", null, ["agency-administrator"]);
        await office.CreatedAsync("Endpoint", Endpoint("city-hospital"));
        using var refused = await office.PostFhirAsync("Endpoint", Endpoint(Custodian));

        Assert.Equal("Endpoint.managingOrganization", (await refused.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    private HttpClient Clinician(string? practitioner) => Person(practitioner, ["clinician"]);

    private HttpClient Person(string? practitioner, string[] roles) => Caller("user-1", practitioner, roles);

    private HttpClient Caller(string subject, string? practitioner, string[] roles)
    {
        var claims = LoopbackIssuer.Claims(System with { Roles = roles });
        claims["sub"] = subject;
        if (practitioner is not null)
        {
            claims["fhirUser"] = practitioner;
        }

        return Server.WithToken(Server.Issuer.Token(claims, DateTimeOffset.UtcNow, TimeSpan.FromHours(1)));
    }

    private static string Practitioner(string start, string end) => $$"""
        {"resourceType":"Practitioner","active":true,"name":[{"family":"Roe"}],"qualification":[{"code":{"coding":[{"system":"{{Training}}",
        "code":"part-2"}]},"period":{"start":"{{start}}","end":"{{end}}"} }]}
        """;

    private static string Role(string practitioner, string organization) => $$"""
        {"resourceType":"PractitionerRole","active":true,"practitioner":{"reference":"{{practitioner}}"},
        "organization":{"reference":"Organization/{{organization}}"} }
        """;

    private static string Endpoint(string organization) => $$"""
        {"resourceType":"Endpoint","status":"active",
        "connectionType":{"system":"http://terminology.hl7.org/CodeSystem/endpoint-connection-type","code":"hl7-fhir-rest"},
        "managingOrganization":{"reference":"Organization/{{organization}}"},"payloadType":[{"text":"referrals"}],
        "address":"https://ehr.example/fhir"}
        """;

    private static async Task StatusAsync(HttpClient client, int status)
    {
        using var response = await client.GetAsync("Patient/p1");
        Assert.True((int)response.StatusCode == status, await response.Content.ReadAsStringAsync());
    }
}
