using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Server.Commands;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Consents;

/// <summary>
/// Whoever records a consent is told, by whatever way it comes, what of it can't be read and where it changes nothing; what is told is so.
/// </summary>
public sealed class ConsentRemarksTests : SceneTests
{
    private const string Research =
        """{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"research"}]}""";

    private const string AdvanceDirective =
        """{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"adr"}]}""";

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Organization("family-services", "social-services"),
        Fixtures.Organization("shelter", "shelter"),
        Fixtures.Agreement("city-hospital"), Fixtures.Agreement("family-services", "intermediate", purposes: ["COC"]),
        Fixtures.Patient("p1"), Fixtures.Condition("c1", "p1"), """{"resourceType":"Practitioner","id":"doctor"}""",
        Fixtures.Consent("old", "p1", "city-hospital"),
    ];

    /// <summary>Where something stands that can't be read, what it is, the element that is named, and whom it denies.</summary>
    public static TheoryData<string, string, string, bool> Unreadable => new()
    {
        { "provision.class", """[{"system":"urn:ietf:bcp:13","code":"application/pdf"}]""", "Consent.provision.class", false },
        { "provision.code", """[{"text":"something"}]""", "Consent.provision.code", false },
        { "provision.dataPeriod", """{"start":"2026-01-01"}""", "Consent.provision.dataPeriod", false },
        { "provision.data", """[{"meaning":"instance","reference":{"reference":"Condition/c1"}}]""", "Consent.provision.data", false },
        { "provision.purpose", """[{"system":"urn:other","code":"X"}]""", "Consent.provision.purpose", false },
        { "provision.securityLabel", """[{"system":"urn:other","code":"X"}]""", "Consent.provision.securityLabel", false },
        { "provision.action", """[{"text":"look"}]""", "Consent.provision.action", false },
        {
            "provision.actor",
            """[{"role":{"text":"who"},"reference":{"reference":"Practitioner/doctor"}}]""",
            "Consent.provision.actor",
            true
        },
        { "category", """[{"text":"something"}]""", "Consent.category", false },
        { "policy", """[{"uri":"https://elsewhere.example/policy"}]""", "Consent.policy.uri", false },
        { "verification", """[{"verified":false}]""", "Consent.verification", false },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task A_refusal_that_can_not_be_read_whole_is_stored_and_denies_and_its_writer_is_told(
        string place, string value, string element, bool everybody)
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        Assert.Equal(200, (int)(await hospital.GetAsync("Condition/c1")).StatusCode);

        using var answer = await navigator.PostFhirAsync("Consent", With(Consent("deny"), place, value));

        Assert.Equal(201, (int)answer.StatusCode);
        Assert.Equal("Consent", (await answer.JsonAsync()).Text("resourceType"));
        var warning = Assert.Single(answer.Headers.GetValues("Warning"));
        Assert.StartsWith($"299 - \"{element}: ", warning, StringComparison.Ordinal);
        Assert.Contains(everybody ? "denies everybody" : "denies the organisations that it names", warning, StringComparison.Ordinal);
        await (await hospital.GetAsync("Condition/c1")).OutcomeAsync(404);
        await (await hospital.GetAsync("Patient/p1")).OutcomeAsync(404);
        using var social = Server.As("social");
        Assert.Equal(everybody ? 404 : 200, (int)(await social.GetAsync("Patient/p1")).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task A_permit_that_can_not_be_read_whole_permits_nothing_and_its_writer_is_told(
        string place, string value, string element, bool everybody)
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");

        var issues = await RemarksAsync(navigator, HttpMethod.Post, "Consent", With(Consent("permit"), place, value));

        var issue = Assert.Single(issues);
        Assert.Equal((element, "not-supported"), (Element(issue), issue.Text("code")));
        Assert.Contains("permits nothing", issue.Text("diagnostics"), StringComparison.Ordinal);
        Assert.Equal(everybody, issue.Text("diagnostics").Contains("everybody", StringComparison.Ordinal));
        await (await hospital.GetAsync("Condition/c1")).OutcomeAsync(404);
    }

    [Fact]
    public async Task It_is_told_on_update_and_patch_in_batches_and_transactions_and_by_an_import()
    {
        using var navigator = Server.As("navigator");
        var unreadable = With(Consent("deny", id: "old"), "provision.code", """[{"text":"something"}]""");
        const string Element = "Consent.provision.code";

        Assert.Equal([Element], (await RemarksAsync(navigator, HttpMethod.Put, "Consent/old", unreadable)).Select(ElementOf));
        Assert.Equal(
            [Element],
            (await RemarksAsync(
                navigator,
                HttpMethod.Patch,
                "Consent/old",
                """[{"op":"replace","path":"/provision/code/0/text","value":"else"}]""",
                "application/json-patch+json")).Select(ElementOf));
        foreach (var type in new[] { "batch", "transaction" })
        {
            using var answer = await navigator.PostFhirAsync(string.Empty, Bundle(type, "PUT", "Consent/old", unreadable));
            var response = (await answer.JsonAsync()).GetProperty("entry")[0].GetProperty("response");
            Assert.Equal("200 OK", response.Text("status"));
            Assert.Equal(Element, ElementOf(response.GetProperty("outcome").GetProperty("issue")[0]));
        }

        var (count, remarks) = await Server.Part<Importer>().ImportBundleAsync(
            Custodian, System.Text.Encoding.UTF8.GetBytes(Bundle("transaction", "PUT", "Consent/old", unreadable)), CancellationToken.None);
        Assert.Equal((1, $"Consent/old {Element}"), (count, Assert.Single(remarks).Expression));
    }

    [Theory]
    [InlineData("shelter", "TREAT", "intermediate", null, "Consent.provision.actor[0]")]
    [InlineData("family-services", "HPAYMT", "intermediate", null, "Consent.provision")]
    [InlineData("city-hospital", "TREAT", "intermediate", "2026-11-01", "Consent.provision.period")]
    [InlineData("city-hospital", "TREAT", "intermediate", null, null)]
    [InlineData("city-hospital", "TREAT", "full", null, null)]
    public async Task A_consent_that_changes_nothing_says_so(string actor, string purpose, string tier, string? end, string? element)
    {
        using var navigator = Server.As("navigator");
        await Server.ImportAsync(Custodian, Fixtures.Consent("old", "p1", "city-hospital", status: "entered-in-error"));
        var consent = Consent("permit", actor, purpose, tier);
        consent["provision"]!["period"]!["end"] = end ?? "2027-05-31";

        var issues = await RemarksAsync(navigator, HttpMethod.Post, "Consent", consent.ToJsonString());

        Assert.Equal(element is null ? [] : [element], issues.Select(ElementOf));
    }

    [Fact]
    public async Task One_that_a_newer_one_replaces_says_so_and_a_revocation_says_nothing()
    {
        using var navigator = Server.As("navigator");
        var older = Consent("permit");
        older["dateTime"] = "2026-05-01T10:00:00Z";

        Assert.Equal(
            ["Consent.provision"],
            (await RemarksAsync(navigator, HttpMethod.Post, "Consent", older.ToJsonString())).Select(ElementOf));
        var revoked = Consent("permit", id: "old");
        revoked["status"] = "inactive";
        Assert.Empty(await RemarksAsync(navigator, HttpMethod.Put, "Consent/old", revoked.ToJsonString()));
        Assert.Empty(await RemarksAsync(navigator, HttpMethod.Post, "Consent", FollowUpWork.Refusal("x", "p1")));
    }

    [Fact]
    public async Task One_for_Part_2_says_what_it_lacks()
    {
        using var navigator = Server.As("navigator");
        await Server.ImportAsync(Custodian, Fixtures.Consent("old", "p1", "city-hospital", status: "entered-in-error"));
        var consent = JsonNode.Parse(Fixtures.Consent("x", "p1", "city-hospital", labels: ["SUD"], part2: true))!.AsObject();
        consent.Remove("verification");

        var issue = Assert.Single(await RemarksAsync(navigator, HttpMethod.Post, "Consent", consent.ToJsonString()));

        Assert.Equal("incomplete", issue.Text("code"));
        Assert.Contains("2.31(a)(8): no signature was verified", issue.Text("diagnostics"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scope", Research, 422, "Consent.scope")]
    [InlineData("scope", AdvanceDirective, 422, "Consent.scope")]
    [InlineData("scope", """{"text":"privacy"}""", 422, "Consent.scope")]
    [InlineData("scope", null, 400, "Consent.scope")]
    [InlineData("organization", null, 422, "Consent.organization")]
    [InlineData("organization", """[{"reference":"Organization/shelter"}]""", 422, "Consent.organization")]
    public async Task A_shape_that_is_not_evaluated_is_refused_with_what_is_missing(string place, string? value, int status, string element)
    {
        using var navigator = Server.As("navigator");
        var consent = Consent("deny");
        consent.Remove(place);
        if (value is not null)
        {
            consent[place] = JsonNode.Parse(value);
        }

        using var answer = await navigator.PostFhirAsync("Consent", consent.ToJsonString());

        Assert.Equal(element, Element(await answer.OutcomeAsync(status)));
        Assert.Equal(["Consent/old"], (await navigator.GetJsonAsync("Consent?patient=p1")).Keys());
    }

    [Fact]
    public async Task One_of_another_scope_that_was_brought_in_can_still_be_ended()
    {
        var consent = Consent("deny", id: "other");
        consent["scope"]!["coding"]![0]!["code"] = "treatment";
        await Server.ImportAsync(Custodian, consent.ToJsonString());
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        await (await hospital.GetAsync("Patient/p1")).OutcomeAsync(404);

        consent["status"] = "inactive";
        using var answer = await navigator.PutFhirAsync("Consent/other", consent.ToJsonString());

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(200, (int)(await hospital.GetAsync("Patient/p1")).StatusCode);
    }

    private static JsonObject Consent(
        string type, string actor = "city-hospital", string purpose = "TREAT", string tier = "intermediate", string id = "x")
    {
        var consent = JsonNode.Parse(Fixtures.Consent(id, "p1", actor, tier, type: type, purpose: purpose))!.AsObject();
        consent["dateTime"] = "2026-10-01T10:00:00Z";
        return consent;
    }

    private static string With(JsonObject consent, string place, string value)
    {
        var steps = place.Split('.');
        var owner = steps.Length == 1 ? consent : consent[steps[0]]!.AsObject();
        owner[steps[^1]] = JsonNode.Parse(value);
        return consent.ToJsonString();
    }

    private static string Bundle(string type, string method, string url, string resource) => $$"""
        {"resourceType":"Bundle","type":"{{type}}","entry":[{"resource":{{resource}},"request":{"method":"{{method}}","url":"{{url}}"} }]}
        """;

    private static string Element(JsonElement issue) => ElementOf(issue)!;

    private static string? ElementOf(JsonElement issue) =>
        issue.TryGetProperty("expression", out var expression) ? expression[0].GetString() : null;

    /// <summary>The warnings of an OperationOutcome that is preferred to the resource; the header says as many.</summary>
    private static async Task<List<JsonElement>> RemarksAsync(
        HttpClient client, HttpMethod method, string path, string body, string mediaType = "application/fhir+json")
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, mediaType),
        };
        request.Headers.Add("Prefer", "return=OperationOutcome");
        using var answer = await client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var issues = (await answer.JsonAsync()).GetProperty("issue").EnumerateArray().Where(issue => issue.Text("severity") == "warning")
            .ToList();
        Assert.Equal(issues.Count > 0, answer.Headers.Contains("Warning"));
        return issues;
    }
}
