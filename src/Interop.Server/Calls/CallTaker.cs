using Interop.Server.Security;

namespace Interop.Server.Calls;

/// <summary>Who takes calls and keeps no other records: a dispatcher without a role that does.</summary>
internal static class CallTaker
{
    public const string Role = "dispatcher";

    private static readonly string[] Keepers = ["navigator", "clinician", "privacy-officer"];

    public static bool Is(Caller caller) => caller.Has(Role) && !Keepers.Any(caller.Has);
}
