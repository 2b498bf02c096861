using Interop.Demo;

namespace Interop.Server.Tests.Guard;

/// <summary>Staff who see little of their own agency's records find in searches what they read by id.</summary>
public sealed class OwnPartyTests : SceneTests
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital"), Fixtures.Patient("p1"),
        Fixtures.Patient("p2"),
        Fixtures.Consent("c1", "p2", "city-hospital"), Fixtures.Referral("r1", "p1"), Fixtures.Referral("r2", "p2"),
        Fixtures.ReferralTask("t1", "p1", "r1"), Fixtures.ReferralTask("t2", "p2", "r2"), Fixtures.Condition("seen", "p1"),
    ];

    [Theory]
    [InlineData("Task?_total=accurate")]
    [InlineData("Task?_id=t1,t2&_total=accurate")]
    [InlineData("Task?status=requested,cancelled&_total=accurate")]
    [InlineData("Task?status:not=completed&_total=accurate")]
    [InlineData("Task?owner=Organization/city-hospital&_total=accurate")]
    [InlineData("Task?patient=p1,p2&_sort=-_lastUpdated&_total=accurate")]
    [InlineData("ServiceRequest?performer=Organization/city-hospital&_total=accurate")]
    public async Task A_dispatcher_finds_the_agencys_own_referrals(string path)
    {
        using var dispatcher = Server.As(new DemoCaller("desk", "crisis-program", ["OVRPS"], ["dispatcher"], "system/*.rs"));
        Assert.Equal("t1", (await dispatcher.GetJsonAsync("Task/t1")).GetProperty("id").GetString());

        Assert.Equal(2, (await dispatcher.GetJsonAsync(path)).GetProperty("total").GetInt32());

        // What is new, and what is settled again because a label went, is there as well.
        using var navigator = Server.As("navigator");
        using var withdrawn = await navigator.PutFhirAsync("Consent/c1", Fixtures.Consent("c1", "p2", "city-hospital", status: "inactive"));
        Assert.Equal(2, (await dispatcher.GetJsonAsync(path)).GetProperty("total").GetInt32());
    }
}
