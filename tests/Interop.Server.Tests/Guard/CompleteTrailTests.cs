using System.Text.Json;
using Interop.Demo;
using Interop.Storage.Audit;

namespace Interop.Server.Tests.Guard;

/// <summary>
/// Whatever a verified caller asks has a row in the trail: also what is nowhere, what is computed, and what a condition looked for.
/// </summary>
public class CompleteTrailTests : SceneTests
{
    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1", "Alpha"),
        Fixtures.Patient("p2", "Beta"),
        Fixtures.Patient("p3", "Beta"),
    ];

    [Theory]
    [InlineData("GET", "Patient/p1/nothing/here", "deny", null)]
    [InlineData("GET", "../nowhere", "deny", null)]
    [InlineData("DELETE", "metadata", "deny", null)]
    [InlineData("PUT", "Patient", "deny", null)]
    [InlineData("OPTIONS", "Patient/p1", "permit", null)]
    [InlineData("GET", "Patient/_history", "permit", null)]
    [InlineData("GET", "_history", "permit", null)]
    [InlineData("GET", "Patient/_history?nonsense=1", "deny", null)]
    [InlineData("GET", "Patient/p1/Condition", "permit", null)]
    [InlineData("GET", "Patient/p1/*", "permit", null)]
    [InlineData("GET", "Organization/city-hospital/*", "deny", null)]
    [InlineData("GET", "?_type=Patient,Condition", "permit", null)]
    [InlineData("GET", "", "deny", null)]
    [InlineData("GET", "ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender", "permit", null)]
    [InlineData(
        "GET",
        "ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/administrative-gender&code=male&"
            + "system=http://hl7.org/fhir/administrative-gender",
        "permit",
        null)]
    [InlineData("GET", "CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=male", "deny", null)]
    [InlineData("GET", "ValueSet/$expand?nonsense=1", "deny", null)]
    [InlineData("POST", "Patient/$validate", "permit", """{"resourceType":"Patient"}""")]
    [InlineData("POST", "Patient/p1/$validate", "permit", """{"resourceType":"Patient"}""")]
    [InlineData("POST", "", "permit", """{"resourceType":"Bundle","type":"batch"}""")]
    [InlineData("POST", "", "permit", """{"resourceType":"Bundle","type":"transaction"}""")]
    [InlineData("GET", "Organization/city-hospital/$agreement", "permit", null)]
    [InlineData("GET", "Organization/city-hospital/$onboarding-checklist", "deny", null)]
    [InlineData("GET", "HealthcareService/$open", "permit", null)]
    [InlineData("GET", "Patient/p1/$crisis-summary", "deny", null)]
    [InlineData("GET", "HealthcareService/$open?at=soon", "deny", null)]
    [InlineData("GET", "Subscription/nothing/$status", "deny", null)]
    [InlineData("GET", "Subscription/nothing/$events", "deny", null)]
    [InlineData("POST", "Patient/p1/$break-glass", "deny", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Patient/p1/$end-break-glass", "deny", """{"resourceType":"Parameters"}""")]
    [InlineData("GET", "ViewDefinition/x/$run", "absent", null)]
    [InlineData(
        "POST",
        "ViewDefinition/$run",
        "permit",
        """{"resourceType":"Parameters","parameter":[{"name":"viewResource","resource":{"resourceType":"ViewDefinition","""
            + """ "resource":"Patient","select":[{"column":[{"name":"a","path":"id"}]}]}}]}""")]
    [InlineData("GET", "AuditEvent", "permit", null)]
    [InlineData("GET", "AuditEvent?nonsense=1", "deny", null)]
    [InlineData("GET", "Patient/p1/AuditEvent", "permit", null)]
    [InlineData("GET", "Patient/p1/$everything", "permit", null)]
    [InlineData("GET", "Patient/p1/$disclosures", "deny", null)]
    [InlineData("GET", "Patient/p1/$explain-access?organization=Organization/city-hospital", "deny", null)]
    [InlineData("POST", "Patient/p1/$suspend-accounting", "deny", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Consent/$record-disclosure", "deny", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Consent/$file-consent", "deny", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Patient/p1/$preview-consent", "deny", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Consent/$revoke-consent", "deny", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Consent/c1/$revoke-consent", "deny", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Patient/$merge", "deny", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Patient/$unmerge", "deny", """{"resourceType":"Parameters"}""")]
    public async Task A_request_of_a_verified_caller_has_one_row(string method, string path, string outcome, string? body)
    {
        var before = (await RowsAsync()).Count;
        using var client = Server.As(Hospital);
        using var request =
            new HttpRequestMessage(new(method), new Uri(path, UriKind.Relative)) { Content = body is null ? null : Answers.Fhir(body) };
        using var response = await client.SendAsync(request);

        var row = Assert.Single((await RowsAsync()).Skip(before));
        Assert.Equal((outcome, "demo-hospital"), (row.Outcome, row.Client));
        Assert.Equal(outcome == "permit", response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task The_checklist_of_the_sandbox_has_rows_too()
    {
        await using var sandbox = await RunningServer.StartAsync(null, null, "--Interop:Sandbox=true");
        await sandbox.ImportAsync(
            Custodian,
            Fixtures.Organization(Custodian, "crisis-program"),
            Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Agreement("city-hospital"));
        using var client = sandbox.As(Hospital, ("sandbox", true));
        using var prepared =
            await client.PostFhirAsync("Organization/city-hospital/$onboarding-checklist", """{"resourceType":"Parameters"}""");
        Assert.True(prepared.IsSuccessStatusCode, await prepared.Content.ReadAsStringAsync());
        var before = (await RowsAsync(sandbox)).Count;

        await client.GetJsonAsync("Organization/city-hospital/$onboarding-checklist");

        Assert.Equal("permit", Assert.Single((await RowsAsync(sandbox)).Skip(before)).Outcome);
    }

    [Theory]
    [InlineData("family=Alpha", 200, "Patient/p1 v1 Basic")]
    [InlineData("family=Beta", 412, "Patient/p2 v1 Basic")]
    [InlineData("family=Nobody", 201, null)]
    public async Task The_condition_of_a_create_is_on_the_trail_with_its_text_and_what_it_found(string condition, int status, string? found)
    {
        using var client = Server.As(Hospital);
        using var request =
            new HttpRequestMessage(HttpMethod.Post, new Uri("Patient", UriKind.Relative)) { Content = Answers.Fhir(Fixtures.Patient("x")) };
        request.Headers.Add("If-None-Exist", condition);
        using var response = await client.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        await FoundAsync(condition, found);
    }

    [Theory]
    [InlineData(
        """{"request":{"method":"POST","url":"Patient","ifNoneExist":"family=Alpha"},"resource":{"resourceType":"Patient"}}""",
        "family=Alpha",
        200,
        "Patient/p1 v1 Basic")]
    [InlineData(
        """{"request":{"method":"POST","url":"Patient","ifNoneExist":"family=Beta"},"resource":{"resourceType":"Patient"}}""",
        "family=Beta",
        412,
        "Patient/p2 v1 Basic")]
    [InlineData(
        """{"request":{"method":"POST","url":"Flag"},"resource":{"resourceType":"Flag","status":"active","code":{"text":"x"},"subject":"""
            + """{"reference":"Patient?family=Beta"}}}""", "family=Beta", 412, "Patient/p2 v1 Basic")]
    [InlineData(
        """{"request":{"method":"POST","url":"Flag"},"resource":{"resourceType":"Flag","status":"active","code":{"text":"x"},"subject":"""
            + """{"reference":"Patient?family=Alpha"}}}""", "family=Alpha", 200, "Patient/p1 v1 Basic")]
    [InlineData(
        """{"request":{"method":"POST","url":"Flag"},"resource":{"resourceType":"Flag","status":"active","code":{"text":"x"},"subject":"""
            + """{"reference":"Patient?family=Nobody"}}}""", "family=Nobody", 412, null)]
    public async Task The_conditions_of_a_transaction_are_on_the_trail_also_where_it_is_undone(
        string entry, string condition, int status, string? found)
    {
        using var client = Server.As(Hospital);
        using var response = await client.PostFhirAsync("", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{entry}}]}""");

        Assert.True(status == (int)response.StatusCode, await response.Content.ReadAsStringAsync());
        await FoundAsync(condition, found);
    }

    [Fact]
    public async Task A_denial_says_no_more_of_what_is_hidden_than_whom_it_is_about()
    {
        await Server.ImportAsync(
            Custodian,
            [Fixtures.Condition("d1", "p1"), .. Enumerable.Range(0, 20)
                .Select(number => Fixtures.Consent($"c{number}", "p1", "family-services"))]);
        using var client = Server.As(Hospital);
        using var hidden = await client.GetAsync("Condition/d1");
        using var absent = await client.GetAsync("Condition/d2");

        var rows = (await RowsAsync())[^2..];
        Assert.Equal(["deny", "absent"], rows.Select(row => row.Outcome));
        Assert.Equal(["p1", null], rows.Select(row => row.Patient));
        Assert.Single(rows.Select(row => row.Detail).Distinct());
        using var detail = JsonDocument.Parse(rows[0].Detail);
        Assert.Equal(["address", "roles"], detail.RootElement.EnumerateObject().Select(property => property.Name));
    }

    private async Task FoundAsync(string condition, string? found)
    {
        var row = Assert.Single(await RowsAsync(), row => row is { Interaction: "search-type", Client: "demo-hospital" });
        using var detail = JsonDocument.Parse(row.Detail);
        Assert.Equal(condition, detail.RootElement.GetProperty("query").GetString());
        Assert.True(detail.RootElement.GetProperty("condition").GetBoolean());
        Assert.Equal(
            found,
            detail.RootElement.GetProperty("disclosed").EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.String } first
                ? first.GetString()
                : null);
    }

    private Task<List<AuditRow>> RowsAsync() => RowsAsync(Server);

    private static async Task<List<AuditRow>> RowsAsync(RunningServer server)
    {
        return [.. (await server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).Select(entry => entry.Row)];
    }
}
