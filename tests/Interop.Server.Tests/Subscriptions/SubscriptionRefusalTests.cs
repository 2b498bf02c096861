using System.Text.Json.Nodes;
using Interop.Server.Subscriptions;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Subscriptions;

/// <summary>What would not be served as it says is refused, and nothing of it stored.</summary>
public sealed class SubscriptionRefusalTests : SubscriptionScene
{
    [Theory]
    [InlineData("criteria", "\"Task?status=requested\"", "criteria")]
    [InlineData("criteria", "\"https://interop.example/fhir/SubscriptionTopic/weather\"", "criteria")]
    [InlineData("status", "\"active\"", "status")]
    [InlineData("status", "\"error\"", "status")]
    [InlineData("channel/type", "\"email\"", "channel.type")]
    [InlineData("channel/endpoint", "\"http://example.org/hook\"", "channel.endpoint")]
    [InlineData("channel/endpoint", "\"ftp://example.org/hook\"", "channel.endpoint")]
    [InlineData("channel/endpoint", "\"https://user:secret@example.org/hook\"", "channel.endpoint")]
    [InlineData("channel/endpoint", null, "channel.endpoint")]
    [InlineData("channel/payload", "\"application/fhir+xml\"", "channel.payload")]
    [InlineData("channel/header", "[\"Host: elsewhere\"]", "channel.header")]
    [InlineData("channel/header", "[\"no colon\"]", "channel.header")]
    [InlineData("channel/extension", "[{\"url\":\"urn:other\",\"valueCode\":\"x\"}]", "channel")]
    public async Task The_element_is_named(string path, string? value, string element)
    {
        using var hospital = Server.AsSystem("hospital");
        var subscription = JsonNode.Parse(Subscription("referral"))!.AsObject();
        var parts = path.Split('/');
        var parent = parts.Length == 1 ? subscription : subscription[parts[0]]!.AsObject();
        parent.Remove(parts[^1]);
        if (value is not null)
        {
            parent[parts[^1]] = JsonNode.Parse(value);
        }

        using var answer = await hospital.PostFhirAsync("Subscription", subscription.ToJsonString());

        Assert.Equal($"Subscription.{element}", (await answer.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        Assert.Empty((await hospital.GetJsonAsync("Subscription")).Keys());
        Assert.Empty(Endpoint.Received);
    }

    [Theory]
    [InlineData("Task?description=x")]
    [InlineData("Patient?name=x")]
    [InlineData("Task?patient:Patient.name:contains=a")]
    [InlineData("Task?patient.name=x")]
    public async Task A_filter_is_one_of_the_topics(string filter)
    {
        using var hospital = Server.AsSystem("hospital");

        using var answer = await hospital.PostFhirAsync("Subscription", Subscription("referral", [filter]));

        Assert.Equal("Subscription.criteria", (await answer.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    [Fact]
    public async Task A_filter_that_no_search_would_take_is_refused()
    {
        using var hospital = Server.AsSystem("hospital");

        using var answer = await hospital.PostFhirAsync("Subscription", Subscription("referral", ["Task?status:missing=perhaps"]));

        Assert.Equal("Subscription.criteria", (await answer.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    [Fact]
    public async Task A_person_does_not_subscribe_nor_a_system_that_may_not_search()
    {
        using var person = Server.As(Interop.Demo.DemoCaller.All.Single(caller => caller.Name == "hospital"), ("sub", "somebody"));
        using var writer = Server.As(
            Interop.Demo.DemoCaller.All.Single(caller => caller.Name == "hospital") with { Scope = "system/Subscription.cruds" },
            ("sub", "demo-hospital"));

        using var first = await person.PostFhirAsync("Subscription", Subscription("referral"));
        using var second = await writer.PostFhirAsync("Subscription", Subscription("referral"));

        await first.OutcomeAsync(403);
        await second.OutcomeAsync(403);
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    public void A_public_address_is_told_from_others(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.Is(System.Net.IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://127.0.0.1/hook")]
    [InlineData("https://localhost/hook")]
    [InlineData("https://[::1]/hook")]
    [InlineData("https://10.0.0.5/hook")]
    [InlineData("https://169.254.169.254/latest")]
    public async Task Where_private_addresses_are_not_allowed_none_is_taken(string endpoint)
    {
        await using var server = await RunningServer.StartAsync();
        await server.ImportAsync(Custodian, [Fixtures.Organization(Custodian, "crisis-program"), .. Scene]);
        using var hospital = server.AsSystem("hospital");

        using var answer = await hospital.PostFhirAsync(
            "Subscription", Subscription("referral").Replace(Endpoint.Url, endpoint, StringComparison.Ordinal));

        Assert.Equal("Subscription.channel.endpoint", (await answer.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }
}
