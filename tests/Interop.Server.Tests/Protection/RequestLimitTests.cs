using System.Text.Json;
using Interop.Demo;

namespace Interop.Server.Tests.Protection;

/// <summary>Who asks too much is refused for a while, alone; what a limit counts is requests.</summary>
public sealed class RequestLimitTests : IAsyncLifetime
{
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");
    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync(
            null,
            null,
            "--Interop:Limits:ClientPerMinute=8",
            "--Interop:Limits:UserPerMinute=5",
            "--Interop:Limits:AddressPerMinute=4",
            "--Interop:Limits:LookupsPerMinute=2");
        await server.ImportAsync(
            "crisis-program", Fixtures.Organization("crisis-program", "crisis-program"), Fixtures.Patient("p1", "Alpha"));
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_client_over_its_limit_waits_whoever_its_users_are_and_others_are_answered()
    {
        using var ana = As("ana");
        using var bea = As("bea");

        Assert.Equal(4, await AnsweredAsync(ana, 4));
        Assert.Equal(4, await AnsweredAsync(bea, 5));

        using var refused = await bea.GetAsync("Patient/p1");
        await ThrottledAsync(refused);
        Assert.Equal(1, await AnsweredAsync(server.As("privacy"), 1));
    }

    [Fact]
    public async Task A_user_over_the_limit_waits_and_colleagues_with_the_same_client_do_not()
    {
        using var ana = As("ana");
        using var bea = As("bea");

        Assert.Equal(5, await AnsweredAsync(ana, 6));
        Assert.Equal(2, await AnsweredAsync(bea, 2));
    }

    [Fact]
    public async Task Strangers_count_by_their_address_and_lock_nobody_out()
    {
        using var stranger = server.WithToken("no.token.at-all");
        for (var request = 0; request < 4; request++)
        {
            using var login = await stranger.GetAsync("Patient/p1");
            Assert.Equal(401, (int)login.StatusCode);
        }

        using var refused = await stranger.GetAsync("Patient/p1");
        await ThrottledAsync(refused);
        using var unmapped = await stranger.GetAsync("metadata");
        Assert.Equal(429, (int)unmapped.StatusCode);
        using var health = await stranger.GetAsync("../health/ready");
        Assert.Equal(200, (int)health.StatusCode);
        Assert.Equal(1, await AnsweredAsync(As("ana"), 1));
    }

    [Theory]
    [InlineData("Patient?family=Alpha")]
    [InlineData("Patient?identifier=urn:x|1")]
    [InlineData("RelatedPerson?phone=555-0100")]
    [InlineData("Encounter?subject:Patient.birthdate=1988-02-29")]
    [InlineData("Task?patient.name=Alpha")]
    [InlineData("Encounter?patient:identifier=urn:x|1")]
    [InlineData("Patient?_has:RelatedPerson:patient:address-city=Sampleton")]
    public async Task Searches_for_a_person_by_what_one_knows_have_a_limit_of_their_own(string search)
    {
        using var client = As("ana");

        Assert.Equal(2, await AnsweredAsync(client, 3, search));
        Assert.Equal(1, await AnsweredAsync(client, 1, "Patient/p1"));
        Assert.Equal(1, await AnsweredAsync(client, 1, "Encounter?subject=Patient/p1"));
    }

    [Fact]
    public async Task A_lookup_by_POST_in_a_condition_or_in_a_bundle_counts_like_any_other()
    {
        using var ana = As("ana");
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("family", "Alpha")]);
        using var posted = await ana.PostAsync(new Uri("Patient/_search", UriKind.Relative), form);
        Assert.Equal(200, (int)posted.StatusCode);
        using var conditional =
            new HttpRequestMessage(HttpMethod.Post, new Uri("Patient", UriKind.Relative)) { Content = Answers.Fhir(Fixtures.Patient("x")) };
        conditional.Headers.Add("If-None-Exist", "family=Alpha");
        using var existing = await ana.SendAsync(conditional);
        Assert.Equal(200, (int)existing.StatusCode);

        using var batch = await ana.PostFhirAsync(
            "", """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient?family=Alpha"}}]}""");
        var entry = (await batch.JsonAsync()).GetProperty("entry")[0].GetProperty("response");
        using var transaction = await ana.PostFhirAsync(
            "",
            """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"Basic"},"resource":"""
                + """{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"Patient?family=Alpha"}}}]}""");

        Assert.StartsWith("429", entry.GetProperty("status").GetString(), StringComparison.Ordinal);
        await ThrottledAsync(transaction);
    }

    [Fact]
    public async Task The_entries_of_a_bundle_count_one_by_one()
    {
        using var ana = As("ana");
        var entries = string.Join(',', Enumerable.Repeat("""{"request":{"method":"GET","url":"Patient/p1"}}""", 5));

        using var batch = await ana.PostFhirAsync("", $$"""{"resourceType":"Bundle","type":"batch","entry":[{{entries}}]}""");

        Assert.Equal(200, (int)batch.StatusCode);
        Assert.Equal(0, await AnsweredAsync(ana, 1));
    }

    [Fact]
    public async Task A_flood_of_refusals_is_two_rows_of_the_trail()
    {
        using var ana = As("demo-navigator");
        Assert.Equal(8, await AnsweredAsync(ana, 8));
        for (var request = 0; request < 20; request++)
        {
            using var refused = await ana.GetAsync("Patient/p1");
            await ThrottledAsync(refused);
        }

        Assert.Equal([null], await RepeatedAsync());
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        using var later = await ana.GetAsync("Patient/p1");
        await ThrottledAsync(later);

        Assert.Equal([null, 19, null], await RepeatedAsync());
    }

    /// <summary>Of each row about a limit, how often it was repeated; null for a first one.</summary>
    private async Task<List<int?>> RepeatedAsync()
    {
        return [.. (await server.Rows.AuditAsync(0, 1000, CancellationToken.None))
            .Where(entry => entry.Row.Outcome == "deny")
            .Select(entry => JsonDocument.Parse(entry.Row.Detail).RootElement)
            .Where(detail => detail.GetProperty("rule").GetString()!.StartsWith("429 throttled", StringComparison.Ordinal))
            .Select(detail => detail.TryGetProperty("repeated", out var repeated) ? repeated.GetInt32() : (int?)null)];
    }

    private static async Task ThrottledAsync(HttpResponseMessage response)
    {
        var issue = await response.OutcomeAsync(429);
        Assert.Equal("throttled", issue.GetProperty("code").GetString());
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
    }

    private static async Task<int> AnsweredAsync(HttpClient client, int requests, string path = "Patient/p1")
    {
        var answered = 0;
        for (var request = 0; request < requests; request++)
        {
            using var response = await client.GetAsync(path);
            answered += response.IsSuccessStatusCode ? 1 : 0;
            Assert.True(response.IsSuccessStatusCode || (int)response.StatusCode == 429, await response.Content.ReadAsStringAsync());
        }

        return answered;
    }

    private HttpClient As(string user)
    {
        var claims = LoopbackIssuer.Claims(Navigator);
        claims["sub"] = user;
        return server.WithToken(server.Issuer.Token(claims, DateTimeOffset.UtcNow, TimeSpan.FromHours(1)));
    }
}
