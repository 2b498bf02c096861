
namespace Interop.Server.Tests.Guard;

/// <summary>
/// That somebody is cared for by a Part 2 programme is what Part 2 protects (42 CFR 2.11): what names the programme, or a part of it, is
/// shown like its records. The programme itself stands in the directory, for all to find.
/// </summary>
public sealed class Part2NamesTests : SceneTests
{
    private const string Programme = "recovery-clinic";

    public static TheoryData<string> Targets =>
    [
        "Organization/recovery-clinic", "Organization/ward", "Organization/room", "PractitionerRole/role", "PractitionerRole/ward-role",
        "HealthcareService/service", "PractitionerRole/service-role", "Location/site", "Location/bed",
    ];

    public static TheoryData<string> Resources =>
    [
        """{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"Patient/p1"},"performer":[REF]}""",
        """{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"Patient/p1"},"requester":REF}""",
        """{"resourceType":"CareTeam","status":"active","subject":{"reference":"Patient/p1"},"participant":[{"member":REF}]}""",
        """{"resourceType":"CareTeam","status":"active","subject":{"reference":"Patient/p1"},"managingOrganization":[REF]}""",
        """{"resourceType":"Task","status":"requested","intent":"order","for":{"reference":"Patient/p1"},"owner":REF}""",
        """{"resourceType":"Task","status":"requested","intent":"order","for":{"reference":"Patient/p1"},"input":[{"type":"""
            + """{"text":"x"},"valueReference":REF}]}""",
        """{"resourceType":"Encounter","status":"finished","class":{"code":"FLD"},"subject":"""
            + """{"reference":"Patient/p1"},"serviceProvider":REF}""",
        """{"resourceType":"Encounter","status":"finished","class":{"code":"FLD"},"subject":{"reference":"Patient/p1"},"hospitalization":"""
            + """{"destination":REF} }""",
        """{"resourceType":"Procedure","status":"completed","subject":{"reference":"Patient/p1"},"performer":[{"actor":REF}]}""",
        """{"resourceType":"Condition","subject":{"reference":"Patient/p1"},"extension":["""
            + """{"url":"https://x.example","valueReference":REF}]}""",
        """{"resourceType":"Condition","subject":{"reference":"Patient/p1"},"_recordedDate":{"extension":["""
            + """{"url":"https://x.example","valueReference":REF}]} }""",
        """{"resourceType":"Observation","contained":[{"resourceType":"Practitioner","id":"c","qualification":[{"code":"""
            + """{"text":"x"},"issuer":REF}]}],"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"},"performer":["""
            + """{"reference":"#c"}]}""",
        """{"resourceType":"Condition","subject":{"reference":"Patient/p1"},"identifier":[{"value":"1","assigner":REF}]}""",
    ];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Organization("family-services", "social-services"),
        Fixtures.Agreement("city-hospital", labels: ["42CFRPart2"]),
        Fixtures.Patient("p1"),
        Fixtures.Consent("c1", "p1", "city-hospital", tier: "full"),
        Fixtures.Organization(Programme, "sud-program", part2: true),
        """{"resourceType":"Organization","id":"ward","name":"Ward","partOf":{"reference":"Organization/recovery-clinic"} }""",
        """{"resourceType":"Organization","id":"room","name":"Room","partOf":{"reference":"Organization/ward"} }""",
        """{"resourceType":"PractitionerRole","id":"role","organization":{"reference":"Organization/recovery-clinic"} }""",
        """{"resourceType":"PractitionerRole","id":"ward-role","organization":{"reference":"Organization/ward"} }""",
        """{"resourceType":"HealthcareService","id":"service","name":"Service","providedBy":"""
            + """{"reference":"Organization/recovery-clinic"} }""",
        """{"resourceType":"PractitionerRole","id":"service-role","healthcareService":[{"reference":"HealthcareService/service"}]}""",
        """{"resourceType":"Location","id":"site","name":"Site","managingOrganization":{"reference":"Organization/recovery-clinic"} }""",
        """{"resourceType":"Location","id":"bed","name":"Bed","partOf":{"reference":"Location/site"} }""",
        """{"resourceType":"Endpoint","id":"endpoint","status":"active","connectionType":{"code":"direct-project"},"payloadType":["""
            + """{"text":"x"}],"address":"mailto:x@x.example","managingOrganization":{"reference":"Organization/recovery-clinic"} }""",
    ];

    [Theory]
    [MemberData(nameof(Resources))]
    public async Task What_names_a_programme_is_shown_like_its_records(string json)
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        var type = json.Split('"')[3];
        var other = await navigator.CreatedAsync(type, Naming(json, "Organization/family-services"));
        Assert.Equal(200, await StatusAsync(hospital, other));

        var key = await navigator.CreatedAsync(type, Naming(json, $"http://interop.test:80/fhir/Organization/{Programme}"));
        Assert.Equal(404, await StatusAsync(hospital, key));
        Assert.Equal([other], (await hospital.GetJsonAsync(type)).Keys());
        Assert.Equal(200, await StatusAsync(navigator, key));

        // Consent to Part 2 records opens it.
        await Server.ImportAsync(
            Custodian, Fixtures.Consent("c2", "p1", "city-hospital", tier: "full", labels: ["42CFRPart2"], part2: true));
        Assert.Equal(200, await StatusAsync(hospital, key));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Each_part_of_a_programme_names_it(string target)
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        Assert.Equal(200, await StatusAsync(hospital, target));

        var key = await navigator.CreatedAsync(
            "Condition",
            """{"resourceType":"Condition","subject":{"reference":"Patient/p1"},"extension":[{"url":"https:"""
                + $$"""//x.example","valueReference":{"reference":"{{target}}"} }]}""");

        Assert.Equal(404, await StatusAsync(hospital, key));
        await FlagAsync(false);
        Assert.Equal(200, await StatusAsync(hospital, key));
        await FlagAsync(true);
        Assert.Equal(404, await StatusAsync(hospital, key));
    }

    [Fact]
    public async Task A_part_that_becomes_another_organisations_passes_on_what_that_does()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        var key = await navigator.CreatedAsync(
            "ServiceRequest",
            """{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"Patient/p1"},"performer":["""
                + """{"reference":"PractitionerRole/role"}]}""");
        Assert.Equal(404, await StatusAsync(hospital, key));

        await Server.ImportAsync(
            Custodian, """{"resourceType":"PractitionerRole","id":"role","organization":{"reference":"Organization/family-services"} }""");
        Assert.Equal(200, await StatusAsync(hospital, key));

        await Server.ImportAsync(
            Custodian, """{"resourceType":"PractitionerRole","id":"role","organization":{"reference":"Organization/room"} }""");
        Assert.Equal(404, await StatusAsync(hospital, key));
    }

    [Fact]
    public async Task Only_the_custodian_says_what_is_a_programme()
    {
        await Server.ImportAsync("city-hospital", Fixtures.Organization("hospital-ward", "sud-program", part2: true));
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");

        var key = await navigator.CreatedAsync(
            "ServiceRequest",
            """{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"Patient/p1"},"performer":["""
                + """{"reference":"Organization/hospital-ward"}]}""");

        Assert.Equal(200, await StatusAsync(hospital, key));
    }

    private static string Naming(string json, string target) =>
        json.Replace("REF", $"{{\"reference\":\"{target}\"}}", StringComparison.Ordinal);

    private async Task FlagAsync(bool isPart2)
    {
        using var office = Server.As("privacy");
        using var put =
            await office.PutFhirAsync($"Organization/{Programme}", Fixtures.Organization(Programme, "sud-program", part2: isPart2));
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
    }

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return (int)response.StatusCode;
    }
}
