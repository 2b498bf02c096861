using Interop.Sharing.Agreements;

namespace Interop.Sharing.Consents;

/// <summary>A person broke the glass over a patient's records of one custodian, in [From, To), UTC microseconds.</summary>
/// <param name="Source">Id of the custodian Organization.</param>
/// <param name="Organization">Id of the Organization for which the person works.</param>
/// <param name="Practitioner">Id of the Practitioner.</param>
/// <param name="IsMedical">Medical personnel in a medical emergency, to whom Part 2 records may go (42 CFR 2.51).</param>
/// <param name="Review">The Task in which it is reviewed.</param>
public sealed record EmergencyFact(
    string Source, string Organization, string Practitioner, bool IsMedical, long From, long To, string Review)
{
    /// <summary>Ids of the custodians to whose records an organisation could break the glass at all, whoever they are about.</summary>
    /// <param name="instant">UTC microseconds.</param>
    public static IReadOnlyList<string> CustodiansOpenTo(Partners partners, string organization, long instant)
    {
        var nobody = new PatientFacts(string.Empty, [], [], partners);
        return
        [
            .. partners.Agreements
                .Where(agreement => agreement.Grantee == organization && agreement.InForceAt(instant))
                .Where(agreement => Emergencies.LineOf(nobody, agreement, Over(agreement)) is not null)
                .Select(agreement => agreement.Grantor)
                .Distinct(),
        ];

        EmergencyFact Over(Agreement agreement) =>
            new(agreement.Grantor, organization, string.Empty, false, instant, instant, string.Empty);
    }
}
