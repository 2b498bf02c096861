using Interop.Sharing.Agreements;

namespace Interop.Sharing.Consents;

/// <summary>What decides about one patient's records: the consents, the open cases and referrals, and what holds for everyone.</summary>
public sealed record PatientFacts(string Patient, IReadOnlyList<ConsentFacts> Consents, IReadOnlyList<CaseFact> Cases, Partners Partners)
{
    /// <summary>By whom the glass was broken over the records.</summary>
    public IReadOnlyList<EmergencyFact> Emergencies { get; init; } = [];
}
