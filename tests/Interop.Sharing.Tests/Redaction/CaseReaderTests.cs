using Interop.Sharing.Redaction;

namespace Interop.Sharing.Tests.Redaction;

/// <summary>
/// When a case is open: one row for each thing that begins or ends it. It is 2026-06-01, and cases lapse thirty days later.
/// </summary>
public sealed class CaseReaderTests
{
    [Theory]
    [InlineData("draft", "", "")]
    [InlineData("requested", "", "h r")]
    [InlineData("received", "", "h r")]
    [InlineData("accepted", "", "r")]
    [InlineData("in-progress", "", "r")]
    [InlineData("on-hold", "", "r")]
    [InlineData("requested", "'restriction':{'period':{'end':'2026-05-10'}}", "")]
    [InlineData("rejected", "", "")]
    [InlineData("cancelled", "", "")]
    [InlineData("completed", "'lastModified':'2026-05-10T00:00:00Z'", "")]
    public void A_task_is_a_referral_of_both_sides_until_it_is_a_case_or_over(string status, string more, string whose)
    {
        var facts = Desk.Judge(Desk.Json(
            $"{{'resourceType':'Task','id':'t','status':'{status}','intent':'order','for':{{'reference':'Patient/p'}},"
                + $"'owner':{{'reference':'Organization/h'}},'requester':{{'reference':'Organization/r'}},'authoredOn':'2026-05-01'"
                + (more.Length == 0 ? "" : "," + more) + "}")).Cases;

        var open = facts.Where(fact => fact.IsReferral && fact.From <= Desk.Now && Desk.Now < fact.To);

        Assert.Equal(whose, string.Join(' ', open.Select(fact => fact.Organization).Order()));
    }

    [Theory]
    [InlineData("accepted", "", "lapse")]
    [InlineData("in-progress", "", "lapse")]
    [InlineData("on-hold", "", "lapse")]
    [InlineData("requested", "", "never")]
    [InlineData("received", "", "never")]
    [InlineData("draft", "", "never")]
    [InlineData("ready", "", "never")]
    [InlineData("rejected", "", "never")]
    [InlineData("entered-in-error", "", "never")]
    [InlineData("accepted", "'restriction':{'period':{'end':'2026-06-10T00:00:00Z'}}", "10")]
    [InlineData("on-hold", "'restriction':{'period':{'end':'2026-06-10T00:00:00Z'}}", "10")]
    [InlineData("accepted", "'restriction':{'period':{'end':'2026-12-01'}}", "lapse")]
    [InlineData("accepted", "'restriction':{'period':{'end':'2026-05-10'}}", "over")]
    [InlineData("in-progress", "'restriction':{'period':{'end':'2026-05-10'}}", "over")]
    [InlineData("on-hold", "'restriction':{'period':{'end':'2026-05-10'}}", "over")]
    [InlineData("accepted", "'restriction':{'period':{'end':'2025'}}", "over")]
    [InlineData("accepted", "'restriction':{'period':{'end':'not a date'}}", "never")]
    [InlineData("accepted", "'restriction':{'repetitions':1}", "lapse")]
    [InlineData("accepted", "'executionPeriod':{'start':'2026-05-01','end':'2026-06-10T00:00:00Z'}", "10")]
    [InlineData("in-progress", "'executionPeriod':{'start':'2026-05-01','end':'2026-05-10'}", "over")]
    [InlineData("accepted", "'executionPeriod':{'end':'2026-12-01'},'restriction':{'period':{'end':'2026-06-10T00:00:00Z'}}", "10")]
    [InlineData("accepted", "'executionPeriod':{'end':'2026-06-10T00:00:00Z'},'restriction':{'period':{'end':'2026-12-01'}}", "10")]
    [InlineData("completed", "'lastModified':'2026-12-01T00:00:00Z'", "over")]
    [InlineData("completed", "'lastModified':'2026-05-10T00:00:00Z'", "over")]
    [InlineData("failed", "'lastModified':'2026-12-01T00:00:00Z'", "over")]
    [InlineData("cancelled", "", "never")]
    public void A_task_is_a_case_until_its_period_ends_or_it_lapses(string status, string more, string ends) => Ends(
        $"'resourceType':'Task','id':'t','status':'{status}','intent':'order','for':{{'reference':'Patient/p'}},"
            + $"'owner':{{'reference':'Organization/h'}},'authoredOn':'2026-05-01'",
        more,
        ends);

    [Theory]
    [InlineData("in-progress", "", "lapse")]
    [InlineData("arrived", "", "lapse")]
    [InlineData("triaged", "'period':{'start':'2026-05-01'}", "lapse")]
    [InlineData("onleave", "'period':{'start':'2026-05-01'}", "lapse")]
    [InlineData("in-progress", "'period':{'start':'2026-05-01','end':'2026-06-10T00:00:00Z'}", "10")]
    [InlineData("in-progress", "'period':{'start':'2026-05-01','end':'2026-05-10'}", "over")]
    [InlineData("onleave", "'period':{'end':'2025'}", "over")]
    [InlineData("in-progress", "'period':{'start':'2026-05-01','end':'2026-12-01'}", "lapse")]
    [InlineData("finished", "'period':{'start':'2026-05-01','end':'2026-12-01'}", "over")]
    [InlineData("finished", "'period':{'start':'2026-05-01','end':'2026-05-10'}", "over")]
    [InlineData("finished", "", "never")]
    [InlineData("planned", "", "never")]
    [InlineData("cancelled", "", "never")]
    [InlineData("unknown", "", "never")]
    public void An_encounter_is_a_case_until_its_period_ends_or_it_lapses(string status, string more, string ends) => Ends(
        $"'resourceType':'Encounter','id':'e','status':'{status}','class':{{'code':'x'}},'subject':{{'reference':'Patient/p'}},"
            + $"'serviceProvider':{{'reference':'Organization/h'}}",
        more,
        ends);

    [Theory]
    [InlineData("active", "", "lapse")]
    [InlineData("active", "'period':{'end':'2026-06-10T00:00:00Z'}", "10")]
    [InlineData("active", "'period':{'end':'2026-05-10'}", "over")]
    [InlineData("suspended", "", "never")]
    [InlineData("inactive", "", "never")]
    [InlineData("proposed", "", "never")]
    public void A_care_team_is_a_case_until_its_period_ends_or_it_lapses(string status, string more, string ends) => Ends(
        $"'resourceType':'CareTeam','id':'c','status':'{status}','subject':{{'reference':'Patient/p'}},"
            + $"'managingOrganization':[{{'reference':'Organization/h'}}]",
        more,
        ends);

    [Theory]
    [InlineData("", false)]
    [InlineData("'restriction':{}", false)]
    [InlineData("'restriction':{'period':{'start':'2026-01-01'}}", false)]
    [InlineData("'restriction':{'period':{'end':'2026-06-01'}}", false)]
    [InlineData("'restriction':{'period':{'end':'2026-05-31'}}", true)]
    [InlineData("'restriction':{'period':{'end':'2025'}}", true)]
    [InlineData("'restriction':{'period':{'end':'unclear'}}", true)]
    public void A_task_is_over_when_the_time_is_that_it_was_requested_for(string more, bool isOver) =>
        Assert.Equal(isOver, CaseReader.IsOver(Desk.Json("{'resourceType':'Task'" + (more.Length == 0 ? "" : "," + more) + "}"), Desk.Now));

    private static void Ends(string resource, string more, string ends)
    {
        var facts = Desk.Judge(Desk.Json("{" + resource + (more.Length == 0 ? "" : "," + more) + "}")).Cases;
        var cases = facts.Where(fact => !fact.IsReferral).ToList();
        var open = cases.Where(fact => fact.From <= Desk.Now && Desk.Now < fact.To).ToList();
        switch (ends)
        {
            case "never":
                Assert.Empty(cases);
                break;
            case "over":
                Assert.Empty(open);
                break;
            case "lapse":
                Assert.Equal(Desk.Lapses, Assert.Single(open).To);
                break;
            default:
                // An end lasts to the end of its second.
                Assert.Equal(Desk.Now + (9 * 86_400_000_000) + 1_000_000, Assert.Single(open).To);
                break;
        }
    }
}
