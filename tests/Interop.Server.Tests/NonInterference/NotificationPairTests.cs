using System.Text.Json;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.NonInterference;

/// <summary>Two databases that differ only in what a subscriber may not see send it the same, with the same numbers.</summary>
public class NotificationPairTests
{
    private const string Custodian = "crisis-program";

    [Theory]
    [InlineData("referral")]
    [InlineData("incident")]
    [InlineData("follow-up")]
    [InlineData("consent")]
    [InlineData("agreement-review")]
    public async Task What_is_hidden_neither_sends_nor_counts(string topic)
    {
        await using var pair = await PairedServers.StartAsync("--Interop:Subscriptions:PrivateAddresses=true");
        await using var endpoint = await SubscriberEndpoint.StartAsync();
        await using var other = await SubscriberEndpoint.StartAsync();
        await pair.BothAsync(
            Custodian,
            Fixtures.Organization(Custodian, "crisis-program"),
            Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Organization("family-services", "social-services"),
            Fixtures.Agreement("city-hospital"),
            Fixtures.Agreement("family-services", "intermediate", ["COC"]),
            Fixtures.Patient("p1"),
            Fixtures.Patient("p2"),
            Fixtures.Consent("c1", "p1", "city-hospital"),
            Fixtures.Consent("c2", "p2", "city-hospital", "basic", type: "deny"),
            Fixtures.Encounter("e1", "p1"),
            Fixtures.Encounter("e2", "p2"),
            Fixtures.Referral("sr1", "p1"),
            Fixtures.ReferralTask("t1", "p1", "sr1"),
            Fixtures.Referral("sr2", "p2"),
            Fixtures.ReferralTask("t2", "p2", "sr2", owner: "family-services"));
        await SubscribeAsync(pair.With, endpoint, topic);
        await SubscribeAsync(pair.Without, other, topic);

        await BothAsync(pair, async server => await OwnedStepAsync(server, "accepted"));
        await HiddenAsync(pair, navigator => navigator.ChangeAsync(
            "Task/t1", task => task["note"]!.AsArray().Add(new System.Text.Json.Nodes.JsonObject { ["text"] = "hidden" })));
        await HiddenAsync(pair, navigator => navigator.ChangeAsync("Task/t2", task => task["priority"] = "stat"));
        await HiddenAsync(pair, navigator => navigator.PutFhirAsync("Encounter/e2", FollowUpWork.Finished("e2", "p2")));
        await HiddenAsync(pair, navigator => navigator.PostFhirAsync("Consent", FollowUpWork.Refusal("x", "p2")));
        await BothAsync(pair, async server =>
        {
            using var navigator = server.As("navigator");
            await navigator.EndAsync("e1", "p1");
        });
        await HiddenAsync(pair, navigator => navigator.ChangeAsync("Task/t2", task => task["priority"] = "asap"));
        await HiddenAsync(pair, navigator => navigator.DeleteAsync(new Uri("Task/t2", UriKind.Relative)));
        await BothAsync(pair, async server => await OwnedStepAsync(server, "in-progress"));
        await BothAsync(pair, async server =>
        {
            using var navigator = server.As("navigator");
            using var deleted = await navigator.DeleteAsync(new Uri("Task/t1", UriKind.Relative));
            Assert.True(deleted.IsSuccessStatusCode, await deleted.Content.ReadAsStringAsync());
        });

        Assert.Equal(other.Received.Select(Told), endpoint.Received.Select(Told));
        Assert.True(topic is not ("referral" or "incident") || endpoint.Events.Count > 0);
    }

    /// <summary>Without what is random: the ids of subscription, follow-up and message.</summary>
    private static string Told(JsonElement message) => System.Text.RegularExpressions.Regex.Replace(
        message.ToString(), "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "(id)");

    private static async Task SubscribeAsync(RunningServer server, SubscriberEndpoint endpoint, string topic)
    {
        using var hospital = server.AsSystem("hospital");
        await hospital.CreatedAsync("Subscription", $$"""
            {"resourceType":"Subscription","status":"requested","reason":"x","criteria":"{{Fixtures.Base}}/SubscriptionTopic/{{topic}}",
            "channel":{"type":"rest-hook","endpoint":"{{endpoint.Url}}","_payload":{"extension":[{
            "url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content",
            "valueCode":"full-resource"}]} } }
            """);
        await endpoint.WaitAsync(1);
        await server.QuietAsync();
    }

    private static async Task OwnedStepAsync(RunningServer server, string status)
    {
        using var hospital = server.As("hospital");
        using var moved = await hospital.ChangeAsync("Task/t1", task => task["status"] = status);
        Assert.True(moved.IsSuccessStatusCode, await moved.Content.ReadAsStringAsync());
    }

    private static async Task BothAsync(PairedServers pair, Func<RunningServer, Task> step)
    {
        pair.Advance(TimeSpan.FromSeconds(1));
        await step(pair.With);
        await step(pair.Without);
        await QuietAsync(pair);
    }

    private static async Task QuietAsync(PairedServers pair)
    {
        await pair.With.QuietAsync();
        await pair.Without.QuietAsync();
    }

    private static async Task HiddenAsync(PairedServers pair, Func<HttpClient, Task<HttpResponseMessage>> step)
    {
        pair.Advance(TimeSpan.FromSeconds(1));
        using var navigator = pair.With.As("navigator");
        using var answer = await step(navigator);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        await QuietAsync(pair);
    }
}
