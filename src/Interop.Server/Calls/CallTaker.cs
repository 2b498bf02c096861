using Interop.Server.Security;

namespace Interop.Server.Calls;

/// <summary>
/// Who takes calls and keeps no other records: a dispatcher without a role that does. A dispatch centre's dispatcher writes into the
/// programme's record with the eyes of its desk (<see cref="Guard.Changes.DispatchDesk"/>), whatever other roles a token names.
/// </summary>
internal static class CallTaker
{
    public const string Role = "dispatcher";

    private static readonly string[] Keepers = ["navigator", "clinician", "privacy-officer"];

    /// <param name="custodian">Id of the Organization that runs the server.</param>
    public static bool Is(Caller caller, string custodian) =>
        caller.Has(Role) && (caller.Organization != custodian || !Keepers.Any(caller.Has));
}
