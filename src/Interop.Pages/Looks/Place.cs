using System.Security.Claims;
using Interop.Pages.Sessions;

namespace Interop.Pages.Looks;

/// <summary>One of the person's own four or five places.</summary>
/// <param name="Count">A search whose number stands on the home page; null for none.</param>
public sealed record Place(string Path, string Icon, string Name, string About, string? Count = null)
{
    /// <summary>Whether a page belongs to it: <c>/app/referral/ID</c> to <c>/app/referrals</c>.</summary>
    public bool IsAt(string path) => path == Path
        || (Path != "/app" && (path.StartsWith(Path + "/", StringComparison.Ordinal)
            || path.StartsWith(Path.TrimEnd('s') + "/", StringComparison.Ordinal)));

    public static IReadOnlyList<Place> Of(ClaimsPrincipal person, PagesSettings settings)
    {
        var (agency, isOwn) = (PageSession.AgencyOf(person), PageSession.AgencyOf(person) == settings.Custodian);
        bool Is(string role) => PageSession.Has(person, role);
        var follow = new Place(
            "/app/follow-ups", "phone", "Follow-ups", "People who are owed a contact within 48 hours",
            "Task?code=follow-up-48h&status=requested,accepted,in-progress");
        var referrals = new Place(
            "/app/referrals", "swap", "Referrals", "What you were asked, and what you asked others",
            $"Task?owner=Organization/{agency}&code=fulfill-referral&status=requested,received,accepted,in-progress,on-hold");
        var facts = new Place(
            "/app/facts", "check", "Facts", "Encounters that ended, and what became of them", "Task?code=outcome-facts&status=requested");
        var services = new Place("/app/services", "map", "Where to go", "Houses and services, and whether there is room");
        var measures = new Place("/app/measures", "chart", "Measures", "Whether the programme works: figures, periods, reports");
        var calls = new Place(
            "/app/dispatch", "headset", "Calls",
            CallList.KeepsRecords(person) ? "Calls that wait for an answer" : "Incidents where nobody has arrived yet",
            CallList.CountOf(person));
        return
        [
            new("/app", "home", "Home", "Your places"),
            .. Is("dispatcher") && isOwn ? [calls] : NoPlaces,
            .. Is("clinician") && isOwn && !Is("dispatcher") ? [new Place(
                "/app/field", "pin", "My incidents", "Who your team is with now", "Encounter?class=FLD&status=planned,arrived,in-progress"),
                services, facts] : NoPlaces,
            .. Is("navigator") ? [follow] : NoPlaces,
            .. Is("officer") ? [new Place("/app/officer", "shield", "Summary", "What helps, for a person in front of you")] : NoPlaces,
            .. (Is("clinician") && !Is("dispatcher")) || Is("navigator") ? [referrals] : NoPlaces,
            .. Is("navigator") || (Is("clinician") && !isOwn) ? [services] : NoPlaces,
            .. Is("navigator") && isOwn ? [new Place("/app/surveys", "file", "Surveys", "Links by which people say how it was")] : NoPlaces,
            .. Is("privacy-officer") ? [
                new Place("/app/privacy", "inbox", "Waiting", "What waits for your judgement", PrivacyCount),
                new Place("/app/people", "search", "People", "Who saw whom, and why"),
                new Place("/app/agreements", "file", "Agreements", "How the agreements with other agencies stand")] : NoPlaces,
            .. Is("agency-administrator") && !Is("privacy-officer") ? [
                new Place("/app/agency", "building", "Agency", "Agreement, systems, and what is missing"),
                new Place("/app/agency/people", "users", "People", "Your roster and trainings"),
                services] : NoPlaces,
            .. isOwn && (Is("evaluator") || Is("agency-administrator") || Is("privacy-officer")) ? [measures] : NoPlaces,
        ];
    }

    private const string PrivacyCount = "Task?code=disclosure-review,snooping-alert,mou-review,consent-review,possible-duplicate,"
        + "subscription-error&status=requested,accepted,in-progress";

    private static readonly Place[] NoPlaces = [];
}
