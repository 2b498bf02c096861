using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Subscriptions;

/// <summary>
/// A subscriber names nobody by being told: of whom an agreement alone opens it hears nothing, unless its filter names the person.
/// </summary>
public class ListedPersonTests : SubscriptionScene
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital", openings: []),
        Fixtures.Patient("stranger"), Fixtures.Patient("known"),
        Fixtures.Consent("c1", "known", "city-hospital", tier: "basic"),
        Fixtures.Encounter("e-stranger", "stranger"), Fixtures.Encounter("e-known", "known"),
    ];

    [Theory]
    [InlineData(null, "1 Encounter/e-known")]
    [InlineData("Encounter?patient=stranger", "1 Encounter/e-stranger")]
    public async Task It_hears_of_whom_it_would_find(string? filter, string told)
    {
        using var hospital = Server.AsSystem("hospital");
        using var navigator = Server.As("navigator");
        await SubscribedAsync(hospital, Subscription("incident", filter is null ? null : [filter]));

        foreach (var encounter in new[] { "Encounter/e-stranger", "Encounter/e-known" })
        {
            await PassAsync(TimeSpan.FromSeconds(1));
            using var moved = await navigator.ChangeAsync(encounter, change => change["status"] = "onleave");
            Assert.True(moved.IsSuccessStatusCode, await moved.Content.ReadAsStringAsync());
            await Server.QuietAsync();
        }

        await Endpoint.WaitAsync(2);
        await PassAsync(TimeSpan.FromSeconds(5));

        Assert.Equal([told], Endpoint.Events);
    }
}
