using System.Text.Json;
using Interop.Demo;

namespace Interop.Server.Tests.Operations;

/// <summary>Who a described person may be (https://hl7.org/fhir/R4/patient-operation-match.html), scored by what is basic.</summary>
public sealed class MatchPatientTests : SceneTests
{
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Person("ana", "Ruiz", "Ana", "1988-02-29", "555-010-0001"),
        Person("ana2", "Ruiz", "Anna", "1988-02-28", "555-010-0002"),
        Person("twin1", "Doe", "Jo", "1990-01-01", "555-010-0003"),
        Person("twin2", "Doe", "Jo", "1990-01-01", "555-010-0003"),
        Person("hidden", "Ruiz", "Ana", "1988-02-29", "555-010-0001"),
        Fixtures.Consent("denies", "hidden", "city-hospital", type: "deny", tier: "basic"),
        """
        {"resourceType":"Patient","id":"numbered","identifier":[{"system":"urn:mrn","value":"7"}],
        "name":[{"use":"official","family":"Vu","given":["Lan"]}],"birthDate":"1970-05-05"}
        """,
    ];

    [Fact]
    public async Task The_best_comes_first_with_score_and_grade()
    {
        using var client = Server.As("hospital");

        var found = await MatchAsync(client, """ "name":[{"family":"RUIZ","given":["Ana"]}],"birthDate":"1988-02-29" """);

        Assert.Equal(["ana certain 1"], Told(found));
        Assert.Equal(1, found.GetProperty("total").GetInt32());
        Assert.Equal("match", found.GetProperty("entry")[0].GetProperty("search").GetProperty("mode").GetString());
        const string mixed = """ "name":[{"family":"Ruiz","given":["Anna"]}],"birthDate":"1988-02-28","telecom":[""" +
            """{"system":"phone","value":"555-010-0001"}] """;
        Assert.Equal(["ana2 probable 0.8"], Told(await MatchAsync(client, mixed)));
    }

    [Fact]
    public async Task Of_two_that_seem_certain_none_is()
    {
        using var client = Server.As(Navigator);
        const string twin = """ "name":[{"family":"Doe","given":["Jo"]}],"birthDate":"1990-01-01","telecom":[""" +
            """{"system":"phone","value":"+1 (555) 010-0003"}] """;

        Assert.Equal(["twin1 probable 1", "twin2 probable 1"], Told(await MatchAsync(client, twin)));
        Assert.Empty(Told(await MatchAsync(client, twin, """,{"name":"onlyCertainMatches","valueBoolean":true}""")));
        Assert.Single(Told(await MatchAsync(client, twin, """,{"name":"count","valueInteger":1}""")));
    }

    [Fact]
    public async Task What_is_hidden_is_no_match_and_what_is_not_basic_no_reason()
    {
        using var hospital = Server.As("hospital");
        using var own = Server.As(Navigator);
        const string ana = """ "name":[{"family":"Ruiz","given":["Ana"]}],"birthDate":"1988-02-29" """;
        const string number = """ "identifier":[{"system":"urn:mrn","value":"7"}],"name":[{"given":["Somebody"]}] """;

        Assert.DoesNotContain(Told(await MatchAsync(hospital, ana)), told => told.StartsWith("hidden", StringComparison.Ordinal));
        Assert.Equal(
            ["ana probable 1", "hidden probable 1"],
            Told(await MatchAsync(own, ana)).Where(told => told.EndsWith(" 1", StringComparison.Ordinal)));
        Assert.Empty(Told(await MatchAsync(own, number)));
    }

    [Theory]
    [InlineData("""{"resourceType":"Parameters"}""", "resource")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Group"}}]}""", "")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient"}}]}""", "Two of")]
    [InlineData(
        """{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient","gender":"none"}}]}""", "")]
    [InlineData(
        """{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient","name":[{"family":"A"}]}}]}""",
        "Two of")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"onlyCertainMatches","valueString":"x"}]}""", "onlyCertainMatches")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"nonsense","valueString":"x"}]}""", "nonsense")]
    public async Task Too_little_and_too_much_is_refused(string parameters, string text)
    {
        using var client = Server.As(Navigator);

        using var response = await client.PostFhirAsync("Patient/$match", parameters);

        var issue = await response.OutcomeAsync(400);
        Assert.Contains(text, issue.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_a_lookup_of_a_person_on_the_trail_and_under_the_limit()
    {
        await using var server = await RunningServer.StartAsync(null, null, "--Interop:Limits:LookupsPerMinute=2");
        await server.ImportAsync(Custodian, [Fixtures.Organization(Custodian, "crisis-program"), .. Scene]);
        using var client = server.As(Navigator);
        const string ana = """ "name":[{"family":"Ruiz"}],"birthDate":"1988-02-29" """;

        await MatchAsync(client, ana);
        await MatchAsync(client, ana);
        using var third = await client.PostFhirAsync("Patient/$match", Parameters(ana, ""));

        await third.OutcomeAsync(429);
        var row = (await server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).Select(entry => entry.Row)
            .First(row => row.Target == "Patient/$match");
        Assert.Equal(("operation", "permit"), (row.Interaction, row.Outcome));
        Assert.Contains("Patient/ana v1", row.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_description_of_several_is_as_many_lookups()
    {
        await using var server = await RunningServer.StartAsync(null, null, "--Interop:Limits:LookupsPerMinute=5");
        await server.ImportAsync(Custodian, [Fixtures.Organization(Custodian, "crisis-program"), .. Scene]);
        using var client = server.As(Navigator);
        const string several = """
            "identifier":[{"system":"urn:mrn","value":"7"}],"name":[{"family":"Ruiz","given":["Ana","Bea"]},{"family":"Doe"}],
            "birthDate":"1988-02-29"
            """;

        await MatchAsync(client, several);
        using var second = await client.PostFhirAsync(
            "Patient/$match", Parameters(""" "name":[{"family":"Ruiz"}],"birthDate":"1988-02-29" """, ""));

        await second.OutcomeAsync(429);
    }

    private static List<string> Told(JsonElement bundle) => bundle.TryGetProperty("entry", out var entries)
        ? [.. entries.EnumerateArray().Select(entry =>
            $"{entry.GetProperty("resource").GetProperty("id").GetString()} "
            + $"{entry.GetProperty("search").GetProperty("extension")[0].GetProperty("valueCode").GetString()} "
            + entry.GetProperty("search").GetProperty("score").GetRawText())]
        : [];

    private static async Task<JsonElement> MatchAsync(HttpClient client, string person, string more = "")
    {
        using var response = await client.PostFhirAsync("Patient/$match", Parameters(person, more));
        var json = await response.JsonAsync();
        Assert.True(response.IsSuccessStatusCode, json.ToString());
        return json;
    }

    private static string Parameters(string person, string more) => $$"""
        {"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient",{{person}} } }{{more}}]}
        """;

    private static string Person(string id, string family, string given, string birthDate, string phone) => $$"""
        {"resourceType":"Patient","id":"{{id}}","name":[{"use":"official","family":"{{family}}","given":["{{given}}"]}],
        "birthDate":"{{birthDate}}","telecom":[{"system":"phone","value":"{{phone}}"}]}
        """;
}
