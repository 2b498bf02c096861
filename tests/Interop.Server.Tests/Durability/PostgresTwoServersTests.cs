using System.Collections.Concurrent;
using Npgsql;

namespace Interop.Server.Tests.Durability;

/// <summary>Two servers on one PostgreSQL, and that database gone for a while.</summary>
public sealed class PostgresTwoServersTests : PostgresPair
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"),
        Fixtures.Condition("d1", "p1"),
    ];

    [Fact]
    public async Task A_consent_that_is_revoked_at_one_opens_nothing_at_the_other_with_the_next_request()
    {
        using var hospital = Other.As("hospital");
        for (var round = 0; round < 10; round++)
        {
            await One.ImportAsync(Custodian, Fixtures.Consent("c1", "p1", "city-hospital", tier: "full"));
            Assert.Equal(200, await StatusAsync(hospital, "Condition/d1"));
            await One.ImportAsync(Custodian, Fixtures.Consent("c1", "p1", "city-hospital", tier: "full", status: "inactive"));
            Assert.Equal(404, await StatusAsync(hospital, "Condition/d1"));
        }
    }

    [Fact]
    public async Task An_agreement_that_is_ended_at_one_lets_nobody_in_at_the_other()
    {
        using var hospital = Other.As("hospital");
        Assert.Equal(200, await StatusAsync(hospital, "Organization/city-hospital"));

        await One.ImportAsync(Custodian, Fixtures.Agreement("city-hospital", status: "terminated"));

        Assert.Equal(403, await StatusAsync(hospital, "Organization/city-hospital"));
    }

    [Fact]
    public async Task A_conditional_create_at_both_at_once_creates_one()
    {
        using var here = One.As("navigator");
        using var there = Other.As("navigator");
        for (var round = 0; round < 5; round++)
        {
            var condition = $"identifier=urn:interop:test|{round}";
            var patient = $$"""
                {"resourceType":"Patient","identifier":[{"system":"urn:interop:test","value":"{{round}}"}],"active":true}
                """;
            var statuses = await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "Patient") { Content = Answers.Fhir(patient) };
                request.Headers.Add("If-None-Exist", condition);
                using var response = await (number % 2 == 0 ? here : there).SendAsync(request);
                return (int)response.StatusCode;
            }));

            Assert.Single(statuses, status => status == 201);
            var found = await here.GetJsonAsync($"Patient?{condition}&_summary=count");
            Assert.Equal(1, found.GetProperty("total").GetInt32());
        }
    }

    [Fact]
    public async Task Nothing_that_was_acknowledged_is_lost_with_the_database_and_both_go_on_when_it_is_back()
    {
        var created = new ConcurrentBag<string>();
        using var stop = new CancellationTokenSource();
        var failures = 0;
        var writers = new[] { One, Other, One, Other }.Select(WriteAsync).ToList();
        for (var round = 0; round < 4; round++)
        {
            await MoreAsync(created, 10);
            await RunAsync("ALTER DATABASE {0} ALLOW_CONNECTIONS false");
            await RunAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{0}'");
            await RefusedAsync();
            await RunAsync("ALTER DATABASE {0} ALLOW_CONNECTIONS true");
        }

        await MoreAsync(created, 10);
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        Assert.True(failures > 0);
        using var navigator = One.As("navigator");
        Assert.All(created, location => Assert.Equal(200, StatusAsync(navigator, location).GetAwaiter().GetResult()));
        Assert.Equal(200, await ReadyAsync(One));
        Assert.Equal(200, await ReadyAsync(Other));

        // Each create that was acknowledged is in the trail once, though some were taken over from a server that had lost its connection.
        var verification = await One.Rows.VerifyAuditAsync(CancellationToken.None);
        Assert.True(verification.Holds, verification.Problem);
        var rows = (await One.Rows.AuditAsync(0, 1_000_000, CancellationToken.None))
            .Where(entry => entry.Row is { Interaction: "create", Outcome: "permit" })
            .Select(entry => entry.Row.Target!)
            .ToList();
        Assert.Equal(rows.Count, rows.Distinct().Count());
        Assert.Empty(created.Except(rows));

        async Task WriteAsync(RunningServer server)
        {
            using var client = server.As("navigator");
            while (!stop.IsCancellationRequested)
            {
                using var response = await client.PostFhirAsync("Patient", """{"resourceType":"Patient","active":true}""");
                if ((int)response.StatusCode == 201)
                {
                    created.Add($"Patient/{(await response.JsonAsync()).GetProperty("id").GetString()}");
                }
                else
                {
                    await response.OutcomeAsync(503);
                    Interlocked.Increment(ref failures);
                }
            }
        }
    }

    /// <summary>Who reads, writes or asks whether all is well is told that it is not.</summary>
    private async Task RefusedAsync()
    {
        using var navigator = Other.As("navigator");
        using var read = await navigator.GetAsync("Patient/p1");
        await read.OutcomeAsync(503);
        Assert.Equal(503, await ReadyAsync(One));
    }

    private static async Task MoreAsync(ConcurrentBag<string> created, int more)
    {
        var enough = created.Count + more;
        while (created.Count < enough)
        {
            await Task.Delay(10);
        }
    }

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return (int)response.StatusCode;
    }

    private static async Task<int> ReadyAsync(RunningServer server)
    {
        using var client = new HttpClient { BaseAddress = server.Address };
        return await StatusAsync(client, "/health/ready");
    }

    /// <param name="sql">Of another database; {0} is the name of this One.</param>
    private async Task RunAsync(string sql)
    {
        var own = new NpgsqlConnectionStringBuilder(Setting["postgres:".Length..]);
        var settings = new NpgsqlConnectionStringBuilder(own.ToString()) { Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql.Replace("{0}", own.Database, StringComparison.Ordinal);
        await command.ExecuteNonQueryAsync();
    }
}
