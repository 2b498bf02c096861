namespace Interop.Sharing.Consents;

/// <summary>A person broke the glass over a patient's records of one custodian, in [From, To), UTC microseconds.</summary>
/// <param name="Source">Id of the custodian Organization.</param>
/// <param name="Organization">Id of the Organization for which the person works.</param>
/// <param name="Practitioner">Id of the Practitioner.</param>
/// <param name="IsMedical">Medical personnel in a medical emergency, to whom Part 2 records may go (42 CFR 2.51).</param>
/// <param name="Review">The Task in which it is reviewed.</param>
public sealed record EmergencyFact(
    string Source, string Organization, string Practitioner, bool IsMedical, long From, long To, string Review);
