using System.Text.Json;
using Interop.Identity.Clients;

namespace Interop.Journeys.Tests;

/// <summary>A client that its issuer has ended is told nothing more, whether the server heard of it at once or when it came back.</summary>
public sealed class EndedSubscriberTests : IAsyncLifetime
{
    private const string Topic = "https://interop.example/fhir/SubscriptionTopic/referral";

    private readonly string database = Path.Combine(Path.GetTempPath(), $"interop-{Guid.NewGuid():N}.db");
    private RunningIssuer issuer = null!;
    private SubscriberEndpoint ended = null!;
    private SubscriberEndpoint other = null!;

    public async Task InitializeAsync()
    {
        issuer = await RunningIssuer.StartAsync("--Identity:RequiresSecondFactor=false");
        (ended, other) = (await SubscriberEndpoint.StartAsync(), await SubscriberEndpoint.StartAsync());
    }

    public async Task DisposeAsync()
    {
        await ended.DisposeAsync();
        await other.DisposeAsync();
        await issuer.DisposeAsync();
        foreach (var file in Directory.GetFiles(Path.GetTempPath(), Path.GetFileNameWithoutExtension(database) + "*"))
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_revoked_client_is_told_nothing_more_and_another_goes_on(bool isServing)
    {
        var server = await ServerAsync();
        try
        {
            await server.ImportAsync(
                "crisis-program",
                Fixtures.Organization("crisis-program", "crisis-program"),
                Fixtures.Organization("general-hospital", "hospital"),
                Fixtures.Agreement("general-hospital"),
                Fixtures.Patient("p1"),
                Fixtures.Consent("c1", "p1", "general-hospital"),
                Fixtures.Referral("sr1", "p1"));
            var revoked = await Registered.BackendAsync(issuer, clientId: "revoked", scopes: "system/*.cruds");
            var staying = await Registered.BackendAsync(issuer, clientId: "staying", scopes: "system/*.cruds");
            var key = await SubscribedAsync(server, revoked, ended);
            await SubscribedAsync(server, staying, other);

            if (!isServing)
            {
                await server.DisposeAsync();
            }

            await issuer.Get<ClientStore>().RevokeAsync(revoked.ClientId, CancellationToken.None);
            server = isServing ? server : await ServerAsync();

            using var reader = server.WithToken((await staying.TokenAsync(changed: ("scope", "system/*.cruds"))).AccessToken);
            await Eventually.IsSoAsync(async () => (await reader.GetJsonAsync(key)).GetProperty("status").GetString() == "off");
            using var navigator = server.As("navigator");
            await navigator.CreatedAsync("Task", Fixtures.ReferralTask("t1", "p1", "sr1", owner: "general-hospital"));
            await other.WaitAsync(2);

            Assert.Single(other.Events);
            Assert.Single(ended.Received);
            Assert.Empty(ended.Events);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static async Task<string> SubscribedAsync(RunningServer server, Registered client, SubscriberEndpoint endpoint)
    {
        using var http = server.WithToken((await client.TokenAsync(changed: ("scope", "system/*.cruds"))).AccessToken);
        var key = await http.CreatedAsync("Subscription", JsonSerializer.Serialize(new
        {
            resourceType = "Subscription",
            status = "requested",
            reason = "To know in time.",
            criteria = Topic,
            channel = new { type = "rest-hook", endpoint = endpoint.Url, payload = "application/fhir+json" },
        }));
        await endpoint.WaitAsync(1);
        await Eventually.IsSoAsync(async () => (await http.GetJsonAsync(key)).GetProperty("status").GetString() == "active");
        return key;
    }

    private Task<RunningServer> ServerAsync() => RunningServer.StartAsync(
        database,
        TestClock.AtNow(),
        $"--Interop:Issuers:1:Authority={issuer.Issuer}",
        $"--Interop:Issuers:1:Audience={RunningIssuer.Audience}",
        "--Interop:Issuers:1:Agencies:0=general-hospital",
        "--Interop:Subscriptions:PrivateAddresses=true");
}
