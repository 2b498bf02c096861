using System.Text.Json;

namespace Interop.Server.Tests.Guard;

/// <summary>
/// What an agreement opens where nothing else does: a person whom the caller names, and of that person nothing that says how great the
/// risk is. Ana has nothing to do with the hospital; Ben's is an open case there, Cora was referred to it, Dora agreed.
/// </summary>
public class AgreementAloneTests : SceneTests
{
    private const string Case = "urn:interop:case";

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital", openings: []),
        .. Record("ana"), .. Record("ben"), .. Record("cora"), .. Record("dora"),
        Fixtures.Encounter("case-of-ben", "ben", provider: "city-hospital"),
        Fixtures.Referral("s-cora", "cora"),
        Fixtures.ReferralTask("t-cora", "cora", "s-cora", owner: "city-hospital"),
        Fixtures.Consent("c-dora", "dora", "city-hospital", tier: "basic"),
    ];

    [Theory]
    [InlineData("Patient")]
    [InlineData("Patient?_count=1")]
    [InlineData("Patient?gender=female")]
    [InlineData("Patient?family=Ana")]
    [InlineData("Patient?name=Ana")]
    [InlineData("Patient?family=Ana&given=Ana")]
    [InlineData("Patient?given=Ana&birthdate=1988-02-29")]
    [InlineData("Patient?family=An&given=Ana&birthdate=1988-02-29")]
    [InlineData("Patient?family:contains=Ana&given=Ana&birthdate=1988-02-29")]
    [InlineData("Patient?family=Ana&given=Ana&birthdate=1988-02")]
    [InlineData("Patient?family=Ana&given=Ana&birthdate=ge1988-02-29")]
    [InlineData("Patient?family=Ana&given=Ana&birthdate=1988-02-28")]
    [InlineData("Patient?identifier=case-ana")]
    [InlineData("Patient?identifier=urn:interop:case|")]
    [InlineData("Patient?phone=555-0100")]
    [InlineData("Patient?_has:Encounter:patient:status=in-progress")]
    [InlineData("Patient?_sort=-birthdate")]
    [InlineData("Patient?_lastUpdated=gt2020")]
    [InlineData("Encounter")]
    [InlineData("Encounter?status=in-progress&_include=Encounter:patient")]
    [InlineData("Encounter?patient.identifier=urn:interop:case|case-ana")]
    [InlineData("Encounter?patient.family=Ana&patient.given=Ana&patient.birthdate=1988-02-29")]
    [InlineData("Encounter?identifier=urn:interop:incident|inc-e-ana")]
    [InlineData("Flag")]
    [InlineData("RiskAssessment")]
    [InlineData("RiskAssessment?patient=ana")]
    [InlineData("CarePlan?patient=Patient/ana")]
    [InlineData("Organization?_revinclude=Encounter:service-provider")]
    [InlineData("Patient?_id=ana&_revinclude=RiskAssessment:subject&_elements=id", true)]
    [InlineData("Patient/_history")]
    [InlineData("Encounter/_history")]
    [InlineData("?_type=Patient,Encounter&_lastUpdated=gt2020")]
    public async Task Who_does_not_name_a_person_by_two_identifiers_does_not_meet_her(string query, bool isNamed = false)
    {
        using var hospital = Server.As("hospital");

        var bundle = await hospital.GetJsonAsync(query);

        var keys = bundle.Keys();
        Assert.DoesNotContain(keys, key => key.EndsWith("ana", StringComparison.Ordinal) && !(isNamed && key == "Patient/ana"));
        if (!query.Contains('/', StringComparison.Ordinal) && !query.Contains("include", StringComparison.Ordinal))
        {
            var separator = query.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            var counted = await hospital.GetJsonAsync($"{query}{separator}_summary=count");
            var all = await hospital.GetJsonAsync($"{query.Replace("_count=1", "_count=50", StringComparison.Ordinal)}");
            Assert.Equal(all.Keys().Count, counted.GetProperty("total").GetInt32());
        }
    }

    [Theory]
    [InlineData("Patient?identifier=urn:interop:case|case-ana")]
    [InlineData("Patient?identifier=urn:interop:case|CASE-ANA")]
    [InlineData("Patient?family=Ana&given=Ana&birthdate=1988-02-29")]
    [InlineData("Patient?family=ána&given=ANA&birthdate=1988-02-29")]
    [InlineData("Patient?family:exact=Ana&given:exact=Ana&birthdate=eq1988-02-29")]
    [InlineData("Patient?_id=ana")]
    public async Task Who_names_her_finds_her_alone_and_reads_on_from_there(string query)
    {
        using var hospital = Server.As("hospital");

        Assert.Equal(["Patient/ana"], (await hospital.GetJsonAsync(query)).Keys());
        Assert.Equal("ana", (await hospital.GetJsonAsync("Patient/ana")).GetProperty("id").GetString());
        Assert.Equal(["Encounter/e-ana"], (await hospital.GetJsonAsync("Encounter?patient=ana")).Keys());
        Assert.Equal(["Flag/f-ana"], (await hospital.GetJsonAsync("Patient/ana/Flag")).Keys());
        Assert.Equal(
            ["Patient/ana", "Encounter/e-ana", "Flag/f-ana"],
            (await hospital.GetJsonAsync($"{query}&_revinclude=Encounter:patient&_revinclude=Flag:subject")).Keys()
                .OrderBy(key => key[0] == 'P' ? 0 : 1).ThenBy(key => key));
        Assert.Equal(
            ["Patient/ana"], (await hospital.GetJsonAsync($"Patient?_id=ana&_has:Encounter:patient:status=in-progress")).Keys());
        await (await hospital.GetAsync("RiskAssessment/r-ana")).OutcomeAsync(404);
        await (await hospital.GetAsync("CarePlan/p-ana")).OutcomeAsync(404);
    }

    [Fact]
    public async Task A_case_a_referral_and_a_consent_are_listed_and_only_a_case_or_a_consent_opens_the_risk()
    {
        using var hospital = Server.As("hospital");

        Assert.Equal(["Patient/ben", "Patient/cora", "Patient/dora"], (await hospital.GetJsonAsync("Patient")).Keys().Order());
        Assert.Equal(["RiskAssessment/r-ben", "RiskAssessment/r-dora"], (await hospital.GetJsonAsync("RiskAssessment")).Keys().Order());
        Assert.Equal(["CarePlan/p-ben", "CarePlan/p-dora"], (await hospital.GetJsonAsync("CarePlan")).Keys().Order());
        Assert.Equal(2, (await hospital.GetJsonAsync("RiskAssessment?_summary=count")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task What_a_case_opened_is_closed_when_it_ends()
    {
        using var hospital = Server.As("hospital");
        Assert.Single((await hospital.GetJsonAsync("RiskAssessment?patient=ben")).Keys());

        await Server.ImportAsync(Custodian, Fixtures.Encounter("case-of-ben", "ben", status: "finished", provider: "city-hospital"));

        Assert.Empty((await hospital.GetJsonAsync("RiskAssessment?patient=ben")).Keys());
        Assert.Equal(["Patient/cora", "Patient/dora"], (await hospital.GetJsonAsync("Patient")).Keys().Order());
        await (await hospital.GetAsync("RiskAssessment/r-ben")).OutcomeAsync(404);
    }

    [Fact]
    public async Task A_match_finds_her_whom_it_describes_whole()
    {
        using var hospital = Server.As("hospital");

        Assert.Contains("Patient/ana", await MatchAsync("""{"family":"Ana","given":["Ana"]}""", ""","birthDate":"1988-02-29" """));
        Assert.DoesNotContain("Patient/ana", await MatchAsync("""{"family":"Ana","given":["Ana"]}""", ""));
        Assert.DoesNotContain("Patient/ana", await MatchAsync("""{"family":"Ana"}""", ""","birthDate":"1988-02-29" """));

        async Task<List<string>> MatchAsync(string name, string more)
        {
            using var answer = await hospital.PostFhirAsync("Patient/$match", $$"""
                {"resourceType":"Parameters","parameter":[{"name":"resource","resource":
                {"resourceType":"Patient","name":[{{name}}]{{more}} } }]}
                """);
            return [.. (await answer.JsonAsync()).Keys().Where(key => key.StartsWith("Patient/", StringComparison.Ordinal))];
        }
    }

    [Theory]
    [InlineData("Patient=all", "Patient?family=Ana", "Patient/ana")]
    [InlineData("Patient=all", "Encounter?identifier=urn:interop:incident|inc-e-ana", "")]
    [InlineData("RiskAssessment=who-names", "RiskAssessment?patient=ana", "RiskAssessment/r-ana")]
    [InlineData("RiskAssessment=who-names", "RiskAssessment?patient:missing=false&_id=r-ana", "RiskAssessment/r-ana")]
    [InlineData("Encounter=nobody", "Encounter?patient=ana", "")]
    [InlineData("Encounter=nobody", "Encounter?patient=ben", "Encounter/case-of-ben Encounter/e-ben")]
    public async Task The_agreement_may_say_otherwise_of_a_type(string says, string query, string found)
    {
        await Server.ImportAsync(Custodian, Fixtures.Agreement("city-hospital", openings: [says]));
        using var hospital = Server.As("hospital");

        Assert.Equal(found, string.Join(' ', (await hospital.GetJsonAsync(query)).Keys().Order()));
    }

    /// <summary>Whether somebody is there whom the caller can't name, no answer says.</summary>
    [Fact]
    public async Task Without_her_the_answers_are_the_same()
    {
        await using var without = await RunningServer.StartAsync(clock: Server.Clock);
        await without.ImportAsync(
            Custodian,
            [
                Fixtures.Organization(Custodian, "crisis-program"),
                .. Scene.Where(json => !json.Contains("ana\"", StringComparison.Ordinal)),
            ]);
        using var first = Server.As("hospital");
        using var second = without.As("hospital");
        foreach (var query in new[]
        {
            "Patient?_total=accurate", "Patient?family=Ana&_total=accurate", "Patient?family=Ana&given=Ana&birthdate=1988-02-28",
            "Patient?identifier=case-ana", "Encounter?_total=accurate", "Encounter?patient.family=Ana", "Flag?_total=accurate",
            "RiskAssessment?patient=ana&_total=accurate", "Patient/_history", "Patient?_has:Flag:subject:_id=f-ana",
            "Organization?_revinclude=Encounter:service-provider", "RiskAssessment/r-ana", "CarePlan/p-ana", "CarePlan/p-ana/_history",
        })
        {
            Assert.Equal((query, await TextAsync(second, query)), (query, await TextAsync(first, query)));
        }

        static async Task<string> TextAsync(HttpClient client, string query)
        {
            using var answer = await client.GetAsync(query);
            return $"{answer.StatusCode} {Stable(await answer.JsonAsync())}";
        }

        // Links and ids of one answer, which differ between two askings of one server.
        static string Stable(JsonElement body) => JsonSerializer.Serialize(body.EnumerateObject()
            .Where(property => property.Name is not ("id" or "meta" or "link")).ToDictionary(pair => pair.Name, pair => pair.Value));
    }

    private static IEnumerable<string> Record(string id) =>
    [
        Fixtures.Patient(id, family: char.ToUpperInvariant(id[0]) + id[1..]).Replace(
            "\"active\":true",
            $$"""
            "active":true,"identifier":[{"type":{"coding":[{"system":"{{Fixtures.Base}}/CodeSystem/identifier-type",
            "code":"agency-case"}]},"system":"{{Case}}","value":"case-{{id}}"}]
            """,
            StringComparison.Ordinal),
        Fixtures.Encounter($"e-{id}", id),
        $$"""
        {"resourceType":"Flag","id":"f-{{id}}","status":"active","category":[{"coding":[
        {"system":"http://terminology.hl7.org/CodeSystem/flag-category","code":"safety"}]}],"code":{"coding":[
        {"system":"{{Fixtures.Base}}/CodeSystem/safety-flag","code":"weapon-access"}]},"subject":{"reference":"Patient/{{id}}"} }
        """,
        $$"""
        {"resourceType":"RiskAssessment","id":"r-{{id}}","status":"final","subject":{"reference":"Patient/{{id}}"},
        "prediction":[{"qualitativeRisk":{"coding":[{"system":"{{Fixtures.Base}}/CodeSystem/risk-level","code":"high"}]} }]}
        """,
        $$"""
        {"resourceType":"CarePlan","id":"p-{{id}}","status":"active","intent":"plan","category":[{"coding":[
        {"system":"{{Fixtures.Base}}/CodeSystem/crisis-plan-category","code":"crisis-safety-plan"}]}],
        "subject":{"reference":"Patient/{{id}}"} }
        """,
    ];
}
