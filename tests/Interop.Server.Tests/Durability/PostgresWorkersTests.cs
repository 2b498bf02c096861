using Interop.Server.Subscriptions;
using Interop.Server.Tasks;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Durability;

/// <summary>Two servers on one PostgreSQL do what is due once, also where one of them stops in between.</summary>
public sealed class PostgresWorkersTests : PostgresPair
{
    private readonly TestClock clock = new();
    private SubscriberEndpoint endpoint = null!;

    protected override TestClock Clock => clock;

    protected override string[] Settings => ["--Interop:Subscriptions:PrivateAddresses=true"];

    protected override IReadOnlyList<string> Scene =>
    [
        .. Enumerable.Range(0, 10).SelectMany(number =>
            (string[])[Fixtures.Patient($"p{number}"), Fixtures.Encounter($"e{number}", $"p{number}")]),
    ];

    public override async Task InitializeAsync()
    {
        endpoint = await SubscriberEndpoint.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await endpoint.DisposeAsync();
    }

    [Fact]
    public async Task Each_encounter_has_one_follow_up_one_escalation_one_breach_and_one_message()
    {
        using var here = One.AsSystem("navigator");
        using var there = Other.AsSystem("navigator");
        await SubscribedAsync(here, "follow-up");
        clock.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(Enumerable.Range(0, 10).SelectMany(number => (Task[])[FinishAsync(here, number), FinishAsync(there, number)]));

        await endpoint.WaitAsync(11);
        await BothAsync(TimeSpan.FromHours(37));
        await BothAsync(TimeSpan.FromHours(12));

        Assert.Equal(10, await CountAsync(here, "Task?code=follow-up-48h"));
        Assert.Equal(10, await CountAsync(here, "Task?code=escalation"));
        Assert.Equal(10, await CountAsync(there, "DetectedIssue?code=follow-up-missed"));
        await endpoint.WaitAsync(21);
        await BothAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(Enumerable.Range(1, 20), endpoint.Events.Select(told => int.Parse(told.Split(' ')[0], null)));
        Assert.Equal(20, endpoint.Events.Select(told => told.Split(' ')[1]).Distinct().Count());
    }

    [Fact]
    public async Task What_a_server_had_begun_when_it_stopped_another_one_ends()
    {
        using var there = Other.AsSystem("navigator");
        var key = await SubscribedAsync(there, "follow-up");
        clock.Advance(TimeSpan.FromSeconds(1));

        // As a server leaves it that is killed while it sends: leased, and not given back.
        endpoint.Answer = 503;
        await FinishAsync(there, 0);
        await One.DisposeAsync();
        clock.Advance(TimeSpan.FromMinutes(3)); // it may have held the lease when it stopped
        await Other.QuietAsync();
        var then = Hosting.Instants.ToMicroseconds(clock.GetUtcNow() + TimeSpan.FromMinutes(61));
        await Other.Rows.WriteAsync(
            session => session.PutChannel(session.Rows.Channel(key.Split('/')[1])! with { LeasedUntil = then }), CancellationToken.None);
        endpoint.Answer = 200;
        clock.Advance(TimeSpan.FromHours(1));

        await Other.Part<Deliveries>().PassAsync(CancellationToken.None);
        Assert.Single(endpoint.Received);
        clock.Advance(TimeSpan.FromMinutes(2));
        await Other.Part<Deliveries>().PassAsync(CancellationToken.None);

        await endpoint.WaitAsync(2);
        Assert.StartsWith("1 Task/", Assert.Single(endpoint.Events), StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromHours(48));
        await Other.Part<Deadlines>().PassAsync(CancellationToken.None);
        Assert.Equal(1, await CountAsync(there, "DetectedIssue"));
    }

    private async Task<string> SubscribedAsync(HttpClient client, string topic)
    {
        var key = await client.CreatedAsync("Subscription", $$"""
            {"resourceType":"Subscription","status":"requested","reason":"x","criteria":"{{Fixtures.Base}}/SubscriptionTopic/{{topic}}",
            "channel":{"type":"rest-hook","endpoint":"{{endpoint.Url}}"} }
            """);
        await endpoint.WaitAsync(1);
        return key;
    }

    /// <summary>Both look at the same moment, beside their own clocks' looking.</summary>
    private async Task BothAsync(TimeSpan time)
    {
        RunningServer[] servers = [One, Other];

        // Neither is sending while hours pass: its lease would be over in the middle, and the other one would send the same again.
        await Task.WhenAll(servers.Select(server => server.QuietAsync()));
        clock.Advance(time);
        await Task.WhenAll(servers.Select(server => server.Part<Deadlines>().PassAsync(CancellationToken.None)));
        await Task.WhenAll(servers.Select(server => server.QuietAsync()));
    }

    private static async Task FinishAsync(HttpClient client, int number)
    {
        using var finished = await client.PutFhirAsync($"Encounter/e{number}", FollowUpWork.Finished($"e{number}", $"p{number}"));
        Assert.True(finished.IsSuccessStatusCode, await finished.Content.ReadAsStringAsync());
    }

    private static async Task<int> CountAsync(HttpClient client, string search) =>
        (await client.GetJsonAsync($"{search}{(search.Contains('?', StringComparison.Ordinal) ? '&' : '?')}_summary=count"))
        .GetProperty("total").GetInt32();
}
