using Interop.Server.Referrals;

namespace Interop.Server.Tests.Referrals;

public sealed class ReferralStatesTests
{
    private static readonly string[] Statuses =
    [
        "draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress", "on-hold", "failed", "completed",
        "entered-in-error",
    ];

    private static readonly (string From, string To, bool ByOwner)[] Allowed =
    [
        ("draft", "requested", false),
        ("requested", "received", true), ("requested", "accepted", true), ("requested", "rejected", true),
        ("requested", "cancelled", false),
        ("received", "accepted", true), ("received", "rejected", true), ("received", "cancelled", false),
        ("accepted", "in-progress", true), ("accepted", "on-hold", true), ("accepted", "failed", true), ("accepted", "cancelled", false),
        ("in-progress", "completed", true), ("in-progress", "failed", true), ("in-progress", "on-hold", true),
        ("on-hold", "in-progress", true), ("on-hold", "cancelled", false),
    ];

    [Fact]
    public void Every_pair_of_states_is_allowed_to_exactly_the_side_that_may_take_the_step()
    {
        foreach (var from in Statuses)
        {
            foreach (var to in Statuses.Where(to => to != from))
            {
                var byOwner = Allowed.Contains((from, to, true));
                var byRequester = Allowed.Contains((from, to, false));

                Assert.Equal(byOwner, ReferralStates.Check(from, to, isOwner: true, isRequester: false) is null);
                Assert.Equal(byRequester, ReferralStates.Check(from, to, isOwner: false, isRequester: true) is null);
                Assert.Equal(byOwner || byRequester, ReferralStates.Check(from, to, isOwner: true, isRequester: true) is null);
                Assert.NotNull(ReferralStates.Check(from, to, isOwner: false, isRequester: false));
            }
        }
    }

    [Fact]
    public void A_refusal_lists_the_states_that_this_party_may_choose()
    {
        var issue = ReferralStates.Check("requested", "completed", isOwner: true, isRequester: false)!;

        Assert.Equal("From 'requested' the owner may move this Task to: received, accepted, rejected.", issue.Diagnostics);
        Assert.Equal("Task.status", issue.Expression);
    }

    [Fact]
    public void What_has_ended_offers_nothing() =>
        Assert.EndsWith(": none.", ReferralStates.Check("completed", "accepted", true, true)!.Diagnostics, StringComparison.Ordinal);

    [Fact]
    public void Staying_is_a_party_s_right_but_nobody_else_s()
    {
        Assert.Null(ReferralStates.Check("accepted", "accepted", isOwner: true, isRequester: false));
        Assert.NotNull(ReferralStates.Check("accepted", "accepted", isOwner: false, isRequester: false));
    }

    [Fact]
    public void An_unknown_status_is_not_echoed() =>
        Assert.DoesNotContain("SECRET", ReferralStates.Check("requested", "SECRET", true, true)!.Diagnostics, StringComparison.Ordinal);
}
