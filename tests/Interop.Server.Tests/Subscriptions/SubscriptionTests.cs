using System.Text.Json;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Subscriptions;

/// <summary>A hospital is told of what it may see, once, in order, and can ask again.</summary>
public class SubscriptionTests : SubscriptionScene
{
    [Fact]
    public async Task A_subscriber_is_greeted_and_told_the_addresses_of_what_changes()
    {
        using var hospital = Server.AsSystem("hospital");
        var key = await SubscribedAsync(hospital, Subscription("referral", ["Task?owner=Organization/city-hospital"]));

        await StepAsync(hospital, "accepted");
        await StepAsync(hospital, "in-progress");

        var messages = await Endpoint.WaitAsync(3);
        Assert.Equal(
            ["handshake", "event-notification", "event-notification"],
            messages.Select(message => SubscriberEndpoint.Parameter(message, "type")!));
        Assert.Equal(["1 Task/t1", "2 Task/t1"], Endpoint.Events);
        Assert.Equal("2", SubscriberEndpoint.Parameter(messages[2], "events-since-subscription-start"));
        Assert.Equal($"{RunningServer.PublicUrl}/{key}", SubscriberEndpoint.Parameter(messages[2], "subscription"));
        var entry = messages[2].GetProperty("entry")[1];
        Assert.False(entry.TryGetProperty("resource", out _));
        Assert.Equal($"{RunningServer.PublicUrl}/Task/t1", entry.Text("fullUrl"));
        Assert.All(
            messages,
            message => Assert.Empty(Fhir.Validation.ResourceValidator.Validate(JsonSerializer.SerializeToUtf8Bytes(message))));
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("full-resource")]
    public async Task A_message_holds_nothing_of_a_resource_or_what_the_subscriber_would_read(string content)
    {
        using var hospital = Server.AsSystem("hospital");
        await SubscribedAsync(hospital, Subscription("referral", null, content));

        await StepAsync(hospital, "accepted");

        var entries = (await Endpoint.WaitAsync(2))[1].GetProperty("entry");
        if (content == "empty")
        {
            Assert.Equal(1, entries.GetArrayLength());
            Assert.DoesNotContain("t1", entries.ToString(), StringComparison.Ordinal);
            return;
        }

        var read = await hospital.GetJsonAsync("Task/t1");
        Assert.Equal(read.ToString(), entries[1].GetProperty("resource").ToString());
        Assert.DoesNotContain("only the custodian", entries.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_and_events_can_be_asked_for()
    {
        using var hospital = Server.AsSystem("hospital");
        var key = await SubscribedAsync(hospital, Subscription("referral"));
        await StepAsync(hospital, "accepted");
        await Endpoint.WaitAsync(2);
        await StepAsync(hospital, "in-progress");
        await Endpoint.WaitAsync(3);
        await PassAsync(TimeSpan.Zero);

        var status = await hospital.GetJsonAsync($"{key}/$status");
        Assert.Equal("searchset", status.Text("type"));
        Assert.Equal(
            ("active", "query-status", "2"),
            (
                SubscriberEndpoint.Parameter(status, "status"),
                SubscriberEndpoint.Parameter(status, "type"),
                SubscriberEndpoint.Parameter(status, "events-since-subscription-start")));

        var events = await hospital.GetJsonAsync($"{key}/$events?eventsSinceNumber=2&content=full-resource");
        Assert.Equal("query-event", SubscriberEndpoint.Parameter(events, "type"));
        Assert.Equal(2, events.GetProperty("entry").GetArrayLength());
        Assert.Equal("in-progress", events.GetProperty("entry")[1].GetProperty("resource").Text("status"));

        using var other = Server.AsSystem("navigator");
        using var foreign = await other.GetAsync($"{key}/$status");
        using var foreignEvents = await other.GetAsync($"{key}/$events");
        await foreign.OutcomeAsync(404);
        await foreignEvents.OutcomeAsync(404);
    }

    [Fact]
    public async Task What_was_told_is_on_the_trail_with_whom_it_is_about_and_on_what_ground()
    {
        using var hospital = Server.AsSystem("hospital");
        var key = await SubscribedAsync(hospital, Subscription("referral"));
        await StepAsync(hospital, "accepted");
        await Endpoint.WaitAsync(2);
        await PassAsync(TimeSpan.Zero);
        await hospital.GetJsonAsync($"{key}/$events");

        using var officer = Server.As("privacy");
        Assert.NotEmpty((await officer.GetJsonAsync("AuditEvent?_count=1000")).Keys());
        foreach (var target in (string[])["$notify", "$events"])
        {
            var rows = (await officer.GetJsonAsync("AuditEvent?patient=Patient/p1&entity=Task/t1&_count=1000")).GetProperty("entry");
            var row = Assert.Single(rows.EnumerateArray(), row => row.ToString().Contains(target, StringComparison.Ordinal)).ToString();
            Assert.Contains("Contract/", row, StringComparison.Ordinal);
        }

        await officer.GetJsonAsync("Patient/p1/$disclosures");
    }

    [Fact]
    public async Task A_header_goes_out_and_never_back_and_stays_while_the_endpoint_does()
    {
        using var hospital = Server.AsSystem("hospital");
        var key = await SubscribedAsync(
            hospital, Subscription("referral", more: ",\"header\":[\"Authorization: Bearer top-secret\"]"));
        Assert.Equal(["Bearer top-secret"], Endpoint.Secrets);

        foreach (var path in (string[])[key, $"{key}/_history", "Subscription", $"{key}/$status"])
        {
            Assert.DoesNotContain("top-secret", (await hospital.GetJsonAsync(path)).ToString(), StringComparison.Ordinal);
        }

        using var again = await hospital.ChangeAsync(key, change => change["status"] = "requested");
        Assert.True(again.IsSuccessStatusCode, await again.Content.ReadAsStringAsync());
        await Endpoint.WaitAsync(2);
        Assert.Equal("Bearer top-secret", Endpoint.Secrets[1]);
        await StatusAsync(hospital, key, "active");

        await using var elsewhere = await SubscriberEndpoint.StartAsync();
        using var moved = await hospital.ChangeAsync(key, change =>
        {
            change["status"] = "requested";
            change["channel"]!["endpoint"] = elsewhere.Url;
        });
        Assert.True(moved.IsSuccessStatusCode, await moved.Content.ReadAsStringAsync());
        await elsewhere.WaitAsync(1);
        Assert.Equal([null], elsewhere.Secrets);
    }

    [Fact]
    public async Task An_endpoint_that_is_away_is_tried_again_and_loses_nothing()
    {
        using var hospital = Server.AsSystem("hospital");
        var key = await SubscribedAsync(hospital, Subscription("referral"));
        Endpoint.Answer = 503;
        await StepAsync(hospital, "accepted");
        await PassAsync(TimeSpan.Zero);
        await PassAsync(TimeSpan.FromSeconds(11));
        Endpoint.Answer = 200;
        await PassAsync(TimeSpan.FromSeconds(5));
        Assert.Single(Endpoint.Received);

        await PassAsync(TimeSpan.FromSeconds(30));

        await Endpoint.WaitAsync(2);
        Assert.Equal(["1 Task/t1"], Endpoint.Events);
        await StatusAsync(hospital, key, "active");
    }

    [Fact]
    public async Task A_dead_endpoint_ends_in_error_with_a_task_and_begins_again_where_it_was()
    {
        using var hospital = Server.AsSystem("hospital");
        var key = await SubscribedAsync(hospital, Subscription("referral"));
        await FailedAsync(hospital, key);
        Assert.Equal("The endpoint answered 500.", (await hospital.GetJsonAsync(key)).Text("error"));
        var task = await hospital.GetJsonAsync((await hospital.GetJsonAsync("Task?code=subscription-error")).Keys().Single());
        Assert.Equal("Organization/city-hospital", task.GetProperty("owner").Text("reference"));

        Endpoint.Answer = 200;
        using var again = await hospital.ChangeAsync(key, change =>
        {
            change["status"] = "requested";
            change.Remove("error");
        });
        Assert.True(again.IsSuccessStatusCode, await again.Content.ReadAsStringAsync());
        await Endpoint.WaitAsync(3);
        Assert.Equal(["1 Task/t1"], Endpoint.Events);
    }

    [Fact]
    public async Task What_may_have_come_keeps_its_number_when_it_is_sent_again()
    {
        using var hospital = Server.AsSystem("hospital");
        await SubscribedAsync(hospital, Subscription("referral"));
        Endpoint.Cuts = true;
        await StepAsync(hospital, "accepted");
        await Endpoint.WaitAsync(2);
        await PassAsync(TimeSpan.Zero);
        Endpoint.Cuts = false;

        await PassAsync(TimeSpan.FromMinutes(1));
        await Endpoint.WaitAsync(3);

        Assert.Equal(["1 Task/t1", "1 Task/t1"], Endpoint.Events);
    }

    [Fact]
    public async Task Silence_is_broken_by_a_heartbeat()
    {
        using var hospital = Server.AsSystem("hospital");
        await SubscribedAsync(hospital, Subscription(
            "referral", more: $",\"extension\":[{{\"url\":\"{Guide}/backport-heartbeat-period\",\"valueUnsignedInt\":60}}]"));
        await PassAsync(TimeSpan.FromSeconds(50));
        Assert.Single(Endpoint.Received);

        await PassAsync(TimeSpan.FromSeconds(11));

        Assert.Equal("heartbeat", SubscriberEndpoint.Parameter((await Endpoint.WaitAsync(2))[1], "type"));
    }

    [Fact]
    public async Task One_that_is_off_deleted_or_over_is_told_nothing()
    {
        using var hospital = Server.AsSystem("hospital");
        var off = await SubscribedAsync(hospital, Subscription("referral"));
        var deleted = await SubscribedAsync(hospital, Subscription("referral"));
        var over = await SubscribedAsync(
            hospital,
            Subscription("referral").Replace("\"reason\"", "\"end\":\"2026-11-22T13:00:00Z\",\"reason\"", StringComparison.Ordinal));
        using var turned = await hospital.ChangeAsync(off, change => change["status"] = "off");
        using var gone = await hospital.DeleteAsync(new Uri(deleted, UriKind.Relative));
        Assert.Equal((200, 204), ((int)turned.StatusCode, (int)gone.StatusCode));
        await PassAsync(TimeSpan.FromHours(2));

        await StepAsync(hospital, "accepted");
        await PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(3, Endpoint.Received.Count);
        await StatusAsync(hospital, over, "off");
    }

    [Fact]
    public async Task What_is_revoked_before_it_is_sent_is_not_sent_and_takes_no_number()
    {
        using var hospital = Server.AsSystem("hospital");
        using var navigator = Server.AsSystem("navigator");
        await SubscribedAsync(hospital, Subscription("incident"));
        Endpoint.Answer = 503;
        Server.Clock.Advance(TimeSpan.FromSeconds(1));
        await navigator.EndAsync("e1", "p1");
        await PassAsync(TimeSpan.Zero);

        await navigator.CreatedAsync("Consent", Fixtures.Consent("no", "p1", "city-hospital", "basic", type: "deny"));
        Endpoint.Answer = 200;
        await PassAsync(TimeSpan.FromMinutes(5));
        Assert.Single(Endpoint.Received);

        var other = await navigator.CreatedAsync("Encounter", FollowUpWork.Contact("p2", "FLD"));
        await Endpoint.WaitAsync(2);
        Assert.Equal([$"1 {other}"], Endpoint.Events);
    }

    [Fact]
    public async Task Who_has_no_agreement_any_more_is_told_nothing_until_there_is_one()
    {
        using var hospital = Server.AsSystem("hospital");
        await SubscribedAsync(hospital, Subscription("referral"));
        await StepAsync(hospital, "accepted");
        await Endpoint.WaitAsync(2);
        await PassAsync(TimeSpan.FromSeconds(1));

        await Server.ImportAsync(Custodian, Fixtures.Agreement("city-hospital", status: "terminated"));
        using var navigator = Server.AsSystem("navigator");
        using var noted = await navigator.ChangeAsync("Task/t1", task => task["priority"] = "routine");
        await PassAsync(TimeSpan.FromHours(1));
        Assert.Equal(2, Endpoint.Received.Count);
        await Server.ImportAsync(Custodian, Fixtures.Agreement("city-hospital"));
        await PassAsync(TimeSpan.FromHours(1));

        Assert.Equal(["1 Task/t1", "2 Task/t1"], Endpoint.Events);
    }

    [Fact]
    public async Task The_programme_hears_of_follow_ups_consents_incidents_and_reviews()
    {
        using var navigator = Server.AsSystem("navigator");
        foreach (var topic in (string[])["follow-up", "consent", "incident"])
        {
            await SubscribedAsync(navigator, Subscription(topic));
        }

        Server.Clock.Advance(TimeSpan.FromSeconds(1));
        var task = await navigator.EndAsync("e1", "p1");
        var consent = await navigator.CreatedAsync("Consent", FollowUpWork.Refusal("x", "p2"));

        await Endpoint.WaitAsync(6);
        await PassAsync(TimeSpan.Zero);
        Assert.Equal([$"1 {task}", "1 Encounter/e1", $"1 {consent}"], Endpoint.Events.OrderByDescending(text => text.Split(' ')[1][0]));
    }
}
