using Interop.Demo;
using Interop.Storage.Audit;

namespace Interop.Server.Tests.Guard;

/// <summary>A refusal is written down wherever in the work it falls, and a condition that found something says what it found.</summary>
public sealed class RefusalTrailTests : IAsyncLifetime
{
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");
    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");
    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync();
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Agreement("city-hospital"),
            Fixtures.Patient("p1", "Alpha"));
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_delete_that_the_rules_forbid() =>
        await WrittenDownAsync(Navigator, HttpMethod.Delete, "Organization/city-hospital", null, null, 403);

    [Fact]
    public async Task A_search_with_a_forged_page_link() =>
        await WrittenDownAsync(Hospital, HttpMethod.Get, "Patient?_cursor=Zm9yZ2Vk", null, null, 400);

    [Fact]
    public async Task A_create_whose_condition_cannot_be_read() =>
        await WrittenDownAsync(Hospital, HttpMethod.Post, "Patient", Fixtures.Patient("x"), "nonsense=1", 400);

    [Fact]
    public async Task A_bundle_of_another_kind() =>
        await WrittenDownAsync(Hospital, HttpMethod.Post, "", """{"resourceType":"Bundle","type":"collection"}""", null, 400);

    [Fact]
    public async Task A_condition_without_the_right_to_search() =>
        await WrittenDownAsync(
            Hospital with { Scope = "system/*.cr" }, HttpMethod.Post, "Patient", Fixtures.Patient("x"), "family=Alpha", 403);

    [Fact]
    public async Task A_dispatch_message_of_another_agency()
    {
        var police = new DemoCaller("police", "city-police", ["OVRPS"], ["officer"], "cad.write");
        await WrittenDownAsync(police, HttpMethod.Post, "../cad/eido", Dispatch.EidoSamples.Message(0, "Active").ToJsonString(), null, 403);
    }

    [Theory]
    [InlineData("""{"request":{"method":"POST","url":"Patient","ifNoneExist":"family=Alpha"},"resource":{"resourceType":"Patient"}}""")]
    [InlineData(
        """{"request":{"method":"POST","url":"Basic"},"resource":{"resourceType":"Basic","code":{"text":"x"},"subject":"""
            + """{"reference":"Patient?family=Alpha"}}}""")]
    public async Task A_condition_in_a_transaction_without_the_right_to_search(string entry) => await WrittenDownAsync(
        Hospital with { Scope = "system/*.cr" },
        HttpMethod.Post,
        "",
        $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{entry}}]}""",
        null,
        403);

    [Fact]
    public async Task What_a_condition_found_is_written_down_with_its_key()
    {
        using var client = server.As(Hospital);
        using var single =
            new HttpRequestMessage(HttpMethod.Post, new Uri("Patient", UriKind.Relative)) { Content = Answers.Fhir(Fixtures.Patient("x")) };
        single.Headers.Add("If-None-Exist", "family=Alpha");
        using var existing = await client.SendAsync(single);
        Assert.Equal(200, (int)existing.StatusCode);
        using var transaction = await client.PostFhirAsync(
            "",
            """{"resourceType":"Bundle","type":"transaction","entry":[{"request":"""
                + """{"method":"POST","url":"Patient","ifNoneExist":"family=Alpha"},"resource":{"resourceType":"Patient"}}]}""");
        Assert.Equal(200, (int)transaction.StatusCode);

        var rows = await RowsAsync();
        Assert.Contains(rows, row => row is { Interaction: "create", Target: "Patient/p1" });
        Assert.Contains(rows, row => row.Interaction == "transaction" && row.Detail.Contains("Patient/p1", StringComparison.Ordinal));
    }

    private async Task WrittenDownAsync(DemoCaller caller, HttpMethod method, string path, string? body, string? condition, int status)
    {
        var before = (await RowsAsync()).Count(row => row.Outcome == "deny");
        using var client = server.As(caller);
        using var request =
            new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : Answers.Fhir(body) };
        if (condition is not null)
        {
            request.Headers.Add("If-None-Exist", condition);
        }

        using var response = await client.SendAsync(request);

        await response.OutcomeAsync(status);
        Assert.Equal(before + 1, (await RowsAsync()).Count(row => row.Outcome == "deny"));
    }

    private async Task<List<AuditRow>> RowsAsync()
    {
        return [.. (await server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).Select(entry => entry.Row)];
    }
}
