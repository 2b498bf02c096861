using Interop.Sharing.Policy;

namespace Interop.Sharing.Consent;

/// <summary>Who may see what, without a database: the oracle that the compiled rows are held against (SHARING.md 2.3).</summary>
public static class Decider
{
    /// <param name="explain">Whether to fill <see cref="Decision.Reasons"/>.</param>
    public static Decision Decide(Sight sight, PatientFacts patient, ResourceFacts resource, bool explain = false) =>
        throw new NotImplementedException();
}
