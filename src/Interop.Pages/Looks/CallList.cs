using System.Security.Claims;
using Interop.Pages.Sessions;

namespace Interop.Pages.Looks;

/// <summary>
/// Which calls wait, as somebody may ask for them. Who keeps records has the programme's Tasks, one for each eligible call. A dispatcher
/// who does nothing else sees no Tasks, but which incidents are open, and what was decided.
/// </summary>
internal static class CallList
{
    public const string Tasks = "Task?code=call-answer&status=requested";
    public const string Awaited = "Encounter?class=FLD&status=planned";
    public const string Incidents = "Encounter?class=FLD&status=planned,arrived,in-progress";

    private static readonly string[] Keepers = ["clinician", "navigator", "privacy-officer"];

    /// <summary>Whether the person has roles that keep records: may change them, too, where a dispatcher only adds.</summary>
    public static bool KeepsRecords(ClaimsPrincipal person) => Keepers.Any(role => PageSession.Has(person, role));

    /// <summary>How many wait: eligible calls without an answer, or incidents where nobody has arrived.</summary>
    public static string CountOf(ClaimsPrincipal person) => KeepsRecords(person) ? Tasks : Awaited;

    /// <summary>What a list that is open watches.</summary>
    public static string WatchedBy(ClaimsPrincipal person) => KeepsRecords(person) ? Tasks : Incidents;
}
