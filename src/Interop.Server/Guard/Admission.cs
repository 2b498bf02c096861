using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Policy;

namespace Interop.Server.Guard;

/// <summary>
/// The first question of every request: is an agreement with the agency in force, and does the
/// agency's roster show of this person what it demands? Both answers depend on the caller alone, so they may be told.
/// </summary>
internal static class Admission
{
    /// <summary>The sight with which the caller goes on. Who keeps the roster may mend it, and sees nothing else meanwhile.</summary>
    /// <exception cref="FhirException">403.</exception>
    public static Sight Demand(Caller caller, Sight sight, bool lacksQualification)
    {
        if (!sight.Directory)
        {
            throw new FhirException(IssueCode.Forbidden, "No agreement with this agency is in force.");
        }

        if (!lacksQualification)
        {
            return sight;
        }

        return sight.Keeps.Count > 0
            ? sight with { OwnTier = Tier.None, OwnCleared = 0, Purposes = [], Reads = [] }
            : throw new FhirException(
                IssueCode.Forbidden,
                caller.Practitioner is null
                    ? "The agency demands qualifications of its people, and the token names no Practitioner (fhirUser)."
                    : "The agency's roster does not show a qualification that it demands, or shows it as run out.");
    }
}
