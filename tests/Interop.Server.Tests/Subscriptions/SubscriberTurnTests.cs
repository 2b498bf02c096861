using Interop.Server.Subscriptions;
using Interop.Server.Tests.FollowUp;
using Microsoft.Extensions.Hosting;

namespace Interop.Server.Tests.Subscriptions;

/// <summary>A subscriber that is slow or has many subscriptions keeps nobody else waiting; what waits does not grow for ever.</summary>
public class SubscriberTurnTests : SubscriptionScene
{
    [Fact]
    public async Task One_that_does_not_answer_keeps_another_agency_not_waiting()
    {
        var released = new TaskCompletionSource();
        Endpoint.Holds = released.Task;
        await using var quick = await SubscriberEndpoint.StartAsync();
        using var hospital = Server.AsSystem("hospital");
        using var social = Server.AsSystem("social");
        for (var number = 0; number < 40; number++)
        {
            await hospital.CreatedAsync("Subscription", Subscription("referral"));
        }

        await Eventually.IsSoAsync(() => Endpoint.Waiting == 4);
        await social.CreatedAsync(
            "Subscription", Subscription("referral").Replace(Endpoint.Url, quick.Url, StringComparison.Ordinal));

        await quick.WaitAsync(1);

        Assert.Equal((4, 0), (Endpoint.Waiting, Endpoint.GivenUp));
        released.SetResult();
        await Endpoint.WaitAsync(40);
    }

    [Fact]
    public async Task Whom_a_server_was_telling_when_it_was_stopped_another_tells_at_once()
    {
        var released = new TaskCompletionSource();
        Endpoint.Holds = released.Task;
        using var hospital = Server.AsSystem("hospital");
        await hospital.CreatedAsync("Subscription", Subscription("referral"));
        await Eventually.IsSoAsync(() => Endpoint.Waiting == 1);

        await Server.Part<IEnumerable<IHostedService>>().OfType<Deliveries>().Single().StopAsync(CancellationToken.None);
        Endpoint.Holds = null;
        await using var other = await RunningServer.StartAsync(Server.Database, Server.Clock, [.. Settings]);

        await Endpoint.WaitAsync(1);
        released.SetResult();
    }

    [Fact]
    public async Task An_agency_has_a_hundred_at_most_that_are_not_off()
    {
        using var hospital = Server.AsSystem("hospital");
        var keys = new List<string>();
        for (var number = 0; number < 100; number++)
        {
            keys.Add(await hospital.CreatedAsync("Subscription", Subscription("referral")));
        }

        await Server.QuietAsync();
        using var refused = await hospital.PostFhirAsync("Subscription", Subscription("referral"));
        var issue = await refused.OutcomeAsync(422);
        Assert.Equal("Subscription.status", issue.GetProperty("expression")[0].GetString());
        Assert.Contains("100", issue.Text("diagnostics"), StringComparison.Ordinal);
        await hospital.CreatedAsync("Subscription", Subscription("referral", status: "off"));

        using var social = Server.AsSystem("social");
        await social.CreatedAsync("Subscription", Subscription("referral"));
        using var turned = await hospital.ChangeAsync(keys[0], change => change["status"] = "off");
        Assert.True(turned.IsSuccessStatusCode, await turned.Content.ReadAsStringAsync());
        await hospital.CreatedAsync("Subscription", Subscription("referral"));
    }

    [Fact]
    public async Task What_could_not_be_told_in_a_month_goes_though_its_subscription_is_in_error()
    {
        using var hospital = Server.AsSystem("hospital");
        var key = await SubscribedAsync(hospital, Subscription("referral"));
        await FailedAsync(hospital, key);
        Assert.Equal(1, await WaitingAsync(key));

        await PassAsync(TimeSpan.FromDays(31));

        Assert.Equal(0, await WaitingAsync(key));
    }

    private async Task<int> WaitingAsync(string key)
    {
        await using var session = await Server.Rows.OpenReadAsync(CancellationToken.None);
        return session.Rows.WaitingEvents(key.Split('/')[1], 10).Count;
    }
}
