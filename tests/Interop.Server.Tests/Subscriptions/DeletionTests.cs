using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Subscriptions;

/// <summary>What was deleted is told to who was told of it and might still see it, by its address alone.</summary>
public class DeletionTests : SubscriptionScene
{
    [Fact]
    public async Task A_deletion_is_told_with_a_number_of_its_own_to_who_knew_the_resource()
    {
        using var hospital = Server.AsSystem("hospital");
        using var navigator = Server.As("navigator");
        var key = await SubscribedAsync(hospital, Subscription("referral", ["Task?owner=Organization/city-hospital"], "full-resource"));
        await Server.ImportAsync(
            Custodian, Fixtures.ReferralTask("never", "p1", "sr1"), Fixtures.ReferralTask("refused", "p1", "sr1"));
        await StepAsync(hospital, "accepted");
        await StepAsync(hospital, "accepted", "Task/refused");

        await DeletedAsync(navigator, "Task/never");
        await DeletedAsync(navigator, "Task/t2");
        await DeletedAsync(navigator, "Task/t1");

        Assert.Equal(["1 Task/t1", "2 Task/refused", "3 Task/t1"], Endpoint.Events);
        var entry = Endpoint.Received[^1].GetProperty("entry")[1];
        Assert.False(entry.TryGetProperty("resource", out _));
        Assert.Equal("DELETE", entry.GetProperty("request").Text("method"));
        Assert.Equal("Task/t1", entry.GetProperty("request").Text("url"));
        await (await hospital.GetAsync("Task/t1")).OutcomeAsync(410);
        var events = await hospital.GetJsonAsync($"{key}/$events?content=full-resource");
        Assert.Equal(4, events.GetProperty("entry").GetArrayLength());
        Assert.Equal(
            ["DELETE", "PUT", "DELETE"],
            events.GetProperty("entry").EnumerateArray().Skip(1).Select(told => told.GetProperty("request").Text("method")));
        Assert.False(events.GetProperty("entry")[1].TryGetProperty("resource", out _));
        using var officer = Server.As("privacy");
        Assert.NotEmpty((await officer.GetJsonAsync("AuditEvent?patient=Patient/p1&_count=100")).Keys());

        // What was refused before it was deleted has ended in silence.
        await navigator.CreatedAsync("Consent", Refusal());
        await Server.QuietAsync();
        await DeletedAsync(navigator, "Task/refused");
        Assert.Equal(3, Endpoint.Events.Count);
        Assert.Equal(1, (await hospital.GetJsonAsync($"{key}/$events")).GetProperty("entry").GetArrayLength());
    }

    [Fact]
    public async Task A_deletion_that_could_not_be_told_is_told_later_and_what_came_before_is_not()
    {
        using var hospital = Server.AsSystem("hospital");
        using var navigator = Server.As("navigator");
        await SubscribedAsync(hospital, Subscription("referral"));
        await StepAsync(hospital, "accepted");
        Endpoint.Answer = 503;
        await StepAsync(hospital, "in-progress");
        await DeletedAsync(navigator, "Task/t1");
        Endpoint.Answer = 200;

        await PassAsync(TimeSpan.FromHours(1));

        Assert.Equal(["1 Task/t1", "2 Task/t1"], Endpoint.Events);
        Assert.Equal("DELETE", Endpoint.Received[^1].GetProperty("entry")[1].GetProperty("request").Text("method"));
    }

    private static string Refusal() => Fixtures.Consent("x", "p1", "city-hospital", "basic", type: "deny")
        .Replace("\"id\":\"x\",", "", StringComparison.Ordinal);

    private async Task DeletedAsync(HttpClient client, string key)
    {
        await PassAsync(TimeSpan.FromSeconds(1));
        using var deleted = await client.DeleteAsync(new Uri(key, UriKind.Relative));
        Assert.True(deleted.IsSuccessStatusCode, await deleted.Content.ReadAsStringAsync());
        await Server.QuietAsync();
    }
}
