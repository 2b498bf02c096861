using System.Text.Json;
using Interop.Demo;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Consents;

/// <summary>What is foretold of a consent is what happens when it is recorded, and foretelling stores nothing.</summary>
public class PreviewConsentTests : SceneTests
{
    private static readonly string[] Types = ["Condition", "Consent", "Encounter", "Patient", "Provenance", "ServiceRequest", "Task"];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Organization("family-services", "social-services"),
        Fixtures.Organization("shelter", "shelter"),
        Fixtures.Agreement("city-hospital", labels: ["PSY", "PSYTHPN"]), Fixtures.Agreement("family-services", "intermediate", ["COC"]),
        Fixtures.Patient("p1"), Fixtures.Patient("p2"), Fixtures.Encounter("e1", "p1"), Fixtures.Condition("c1", "p1"),
        Fixtures.Condition("c2", "p1"), Fixtures.Condition("c3", "p1", code: "58214004"), Fixtures.Condition("other", "p2"),
        Fixtures.Consent("social", "p1", "family-services", purpose: "COC"),
        Fixtures.Referral("r1", "p1"), Fixtures.ReferralTask("t1", "p1", "r1"),
        Labelled("notes", "PSYTHPN"),
    ];

    [Theory]
    [InlineData("permit", "intermediate", "")]
    [InlineData("permit", "full", "")]
    [InlineData("permit", "intermediate", "PSY")]
    [InlineData("permit", "basic", "")]
    [InlineData("deny", "basic", "")]
    [InlineData("deny", "intermediate", "")]
    public async Task What_a_consent_would_open_or_close_is_what_it_does(string type, string tier, string label)
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        var consent = Fixtures.Consent("x", "p1", "city-hospital", tier, label.Length == 0 ? null : [label], type: type);
        var before = await CountsAsync(hospital);

        var told = await PreviewAsync(navigator, "city-hospital", consent: consent);

        Assert.Equal(before, Counts(told, "before"));
        Assert.Equal(before, await CountsAsync(hospital));
        Assert.Equal(["Consent/social"], (await navigator.GetJsonAsync("Consent?patient=p1")).Keys());
        await navigator.CreatedAsync("Consent", consent);
        Assert.Equal(await CountsAsync(hospital), Counts(told, "after"));
    }

    [Fact]
    public async Task Of_a_revocation_it_tells_what_is_lost_and_at_which_tier()
    {
        using var navigator = Server.As("navigator");
        using var social = Server.As("social");

        var told = await PreviewAsync(navigator, "family-services", revoke: "social", purpose: "COC");

        Assert.Equal(await CountsAsync(social), Counts(told, "before"));
        var conditions = Kinds(told).Single(kind => kind.Type == "Condition");
        Assert.Equal(("intermediate", 2, 0), (conditions.Tier, conditions.Before, conditions.After));
        await (await navigator.PostFhirAsync("Consent/social/$revoke-consent", """{"resourceType":"Parameters"}""")).OutcomeAsync(200);
        Assert.Equal(await CountsAsync(social), Counts(told, "after"));
    }

    [Fact]
    public async Task It_warns_as_the_recording_would_and_leaves_the_referrals_that_would_be_cancelled()
    {
        using var navigator = Server.As("navigator");

        var told = await PreviewAsync(navigator, "shelter", consent: Fixtures.Consent("x", "p1", "shelter", type: "deny"));

        Assert.Contains(
            "Consent.provision.actor[0]: There is no agreement in force",
            Assert.Single(Parameters(told, "warning")).GetProperty("valueString").GetString(),
            StringComparison.Ordinal);
        Assert.All(Kinds(told), kind => Assert.Equal(kind.Before, kind.After));
        await PreviewAsync(navigator, "city-hospital", consent: Fixtures.Consent("x", "p1", "city-hospital", "basic", type: "deny"));
        Assert.Equal("requested", (await navigator.GetJsonAsync("Task/t1")).Text("status"));
    }

    [Fact]
    public async Task It_counts_nothing_that_who_asks_may_not_read()
    {
        using var navigator = Server.As("navigator");
        using var officer = Server.As("privacy");
        using var narrow = Server.As(Navigator with { Scope = "system/Patient.rs system/Consent.cruds" });
        await Server.ImportAsync(Custodian, Fixtures.Consent("therapy", "p1", "city-hospital", labels: ["PSYTHPN"]));
        var consent = Fixtures.Consent("x", "p1", "city-hospital");

        var byNavigator = Counts(await PreviewAsync(navigator, "city-hospital", consent: consent), "before");
        var byOfficer = Counts(await PreviewAsync(officer, "city-hospital", consent: consent), "before");
        var byNarrow = Counts(await PreviewAsync(narrow, "city-hospital", consent: consent), "before");

        Assert.Equal(byNavigator["Condition"] + 1, byOfficer["Condition"]);
        Assert.Equal(["Patient"], byNarrow.Keys.Where(type => type != "Consent"));
    }

    [Fact]
    public async Task Who_may_not_record_it_foretells_nothing_and_bad_input_is_named()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        using var reader = Server.As(Navigator with { Scope = "system/*.rs" });
        var consent = Fixtures.Consent("x", "p1", "city-hospital");

        await RefusedAsync(hospital, Body(consent: consent), 422, "Consent.organization");
        await RefusedAsync(reader, Body(consent: consent), 403, null);
        await RefusedAsync(navigator, Body(), 400, null);
        await RefusedAsync(navigator, Body(consent: consent, revoke: "social"), 400, null);
        await RefusedAsync(navigator, Body(revoke: "nothing"), 404, null);
        var purposes = string.Join(',', Enumerable.Range(0, 11).Select(number => $"P{number}"));
        await RefusedAsync(navigator, Body(consent: consent, purpose: purposes), 400, null);
        await RefusedAsync(navigator, Body(consent: Fixtures.Consent("x", "p2", "city-hospital")), 422, "Consent.patient");
        var unknown = consent.Replace("\"active\"", "\"x\"", StringComparison.Ordinal);
        await RefusedAsync(navigator, Body(consent: unknown), 400, "Consent.status");
        var wrong = Body(consent: consent, organization: "Patient/p1");
        await RefusedAsync(navigator, wrong, 400, "Parameters.parameter.where(name='organization')");
        await RefusedAsync(navigator, Body(consent: consent), 404, null, "nobody");
        Assert.Equal(["Consent/social"], (await navigator.GetJsonAsync("Consent?patient=p1")).Keys());
    }

    private static DemoCaller Navigator => DemoCaller.All.Single(caller => caller.Name == "navigator");

    private static async Task RefusedAsync(HttpClient client, string body, int status, string? element, string patient = "p1")
    {
        using var answer = await client.PostFhirAsync($"Patient/{patient}/$preview-consent", body);
        var issue = await answer.OutcomeAsync(status);
        Assert.True(element is null || issue.GetProperty("expression")[0].GetString() == element, issue.ToString());
    }

    private static async Task<JsonElement> PreviewAsync(
        HttpClient client, string organization, string? consent = null, string? revoke = null, string purpose = "TREAT")
    {
        using var answer = await client.PostFhirAsync(
            "Patient/p1/$preview-consent", Body(consent, revoke, $"Organization/{organization}", purpose));
        var json = await answer.JsonAsync();
        Assert.True(answer.IsSuccessStatusCode, json.ToString());
        return json;
    }

    private static string Body(
        string? consent = null, string? revoke = null, string organization = "Organization/city-hospital", string purpose = "TREAT")
    {
        string[] parameters =
        [
            $$"""{"name":"organization","valueReference":{"reference":"{{organization}}"} }""",
            $$"""{"name":"purpose","valueCode":"{{purpose}}"}""",
            .. consent is null ? Array.Empty<string>() : [$$"""{"name":"consent","resource":{{consent}} }"""],
            .. revoke is null
                ? Array.Empty<string>()
                : [$$"""{"name":"revoke","valueReference":{"reference":"Consent/{{revoke}}"} }"""],
        ];
        return $$"""{"resourceType":"Parameters","parameter":[{{string.Join(',', parameters)}}]}""";
    }

    /// <summary>What the recipient itself counts of the person, by type; types of which it sees none are left out.</summary>
    private static async Task<SortedDictionary<string, long>> CountsAsync(HttpClient recipient)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var type in Types)
        {
            var query = type == "Patient" ? "Patient?_id=p1" : type == "Provenance" ? "Provenance?" : $"{type}?patient=Patient/p1";
            var total = (await recipient.GetJsonAsync($"{query}&_summary=count")).GetProperty("total").GetInt64();
            if (total > 0)
            {
                counts[type] = total;
            }
        }

        return counts;
    }

    private static SortedDictionary<string, long> Counts(JsonElement told, string when)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var type in Kinds(told).GroupBy(kind => kind.Type))
        {
            var total = type.Sum(kind => when == "before" ? kind.Before : kind.After);
            if (total > 0)
            {
                counts[type.Key] = total;
            }
        }

        return counts;
    }

    private static List<(string Type, string Tier, int Before, int After)> Kinds(JsonElement told) =>
    [
        .. Parameters(told, "kind").Select(kind => kind.GetProperty("part").EnumerateArray()
                .ToDictionary(part => part.Text("name"), part => part))
            .Select(parts => (
                parts["type"].Text("valueCode"),
                parts["tier"].Text("valueCode"),
                parts["before"].GetProperty("valueInteger").GetInt32(),
                parts["after"].GetProperty("valueInteger").GetInt32())),
    ];

    private static IEnumerable<JsonElement> Parameters(JsonElement told, string name) =>
        told.GetProperty("parameter").EnumerateArray().Where(parameter => parameter.Text("name") == name);

    private static string Labelled(string id, string label) => Fixtures.Condition(id, "p1").Replace(
        "\"resourceType\":\"Condition\",",
        "\"resourceType\":\"Condition\",\"meta\":{\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActCode\","
            + $"\"code\":\"{label}\"}}]}},",
        StringComparison.Ordinal);
}
