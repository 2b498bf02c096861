using System.Text.Json;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Subscriptions;

/// <summary>A hospital with an agreement and a listening endpoint, and a person who is referred to it.</summary>
public abstract class SubscriptionScene : SceneTests, IAsyncLifetime
{
    protected const string Guide = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition";

    protected SubscriberEndpoint Endpoint { get; private set; } = null!;

    protected override IReadOnlyList<string> Settings =>
        ["--Interop:Subscriptions:PrivateAddresses=true", "--Interop:Subscriptions:Tries=4"];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Organization("family-services", "social-services"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Agreement("family-services", "intermediate", ["COC"]),
        Fixtures.Patient("p1"),
        Fixtures.Patient("p2"),
        Fixtures.Consent("c1", "p1", "city-hospital"),
        Fixtures.Encounter("e1", "p1"),
        Fixtures.Referral("sr1", "p1"),
        Fixtures.ReferralTask("t1", "p1", "sr1"),
        Fixtures.ReferralTask("t2", "p1", "sr1", owner: "family-services"),
    ];

    async Task IAsyncLifetime.InitializeAsync()
    {
        Endpoint = await SubscriberEndpoint.StartAsync();
        await InitializeAsync();
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await Endpoint.DisposeAsync();
    }

    /// <param name="filters">Search-style criteria.</param>
    /// <param name="more">Further members of the channel, with a comma before each.</param>
    protected string Subscription(
        string topic, IReadOnlyList<string>? filters = null, string? content = null, string more = "", string status = "requested") => $$"""
        {"resourceType":"Subscription","meta":{"profile":["{{Guide}}/backport-subscription"]},"status":"{{status}}",
        "reason":"To know in time.","criteria":"{{Fixtures.Base}}/SubscriptionTopic/{{topic}}"
        {{(filters is null ? "" : $",\"_criteria\":{{\"extension\":[{string.Join(',', filters.Select(FilterOf))}]}}")}},
        "channel":{"type":"rest-hook","endpoint":"{{Endpoint.Url}}","payload":"application/fhir+json"
        {{(content is null ? "" : $",\"_payload\":{{\"extension\":[{{\"url\":\"{Guide}/backport-payload-content\","
            + $"\"valueCode\":\"{content}\"}}]}}")}}{{more}} } }
        """;

    /// <summary>Subscribes, and waits until the endpoint was greeted and the subscription is active.</summary>
    protected async Task<string> SubscribedAsync(HttpClient client, string subscription)
    {
        var before = Endpoint.Received.Count;
        var key = await client.CreatedAsync("Subscription", subscription);
        await Endpoint.WaitAsync(before + 1);
        await StatusAsync(client, key, "active");
        return key;
    }

    protected static async Task StatusAsync(HttpClient client, string key, string status)
    {
        for (var tries = 0; (await client.GetJsonAsync(key)).Text("status") != status; tries++)
        {
            Assert.True(tries < 600, $"{key} did not become {status}: {await client.GetJsonAsync(key)}");
            await Task.Delay(50);
        }
    }

    /// <summary>Lets the endpoint fail until the subscription has ended in error.</summary>
    protected async Task FailedAsync(HttpClient client, string key)
    {
        Endpoint.Answer = 500;
        await StepAsync(client, "accepted");
        for (var tries = 0; tries < 6; tries++)
        {
            await PassAsync(TimeSpan.FromHours(1));
        }

        await StatusAsync(client, key, "error");
    }

    /// <summary>Lets time pass, and tells all that is to be told then.</summary>
    protected async Task PassAsync(TimeSpan time)
    {
        await Server.QuietAsync();
        Server.Clock.Advance(time);
        await Server.QuietAsync();
    }

    /// <summary>The hospital's step in the life of its referral, later than all before.</summary>
    protected async Task StepAsync(HttpClient client, string status, string task = "Task/t1")
    {
        await PassAsync(TimeSpan.FromSeconds(1));
        using var moved = await client.ChangeAsync(task, change => change["status"] = status);
        Assert.True(moved.IsSuccessStatusCode, await moved.Content.ReadAsStringAsync());
        await Server.QuietAsync();
    }

    private static string FilterOf(string filter) =>
        $"{{\"url\":\"{Guide}/backport-filter-criteria\",\"valueString\":{JsonSerializer.Serialize(filter)}}}";
}
