using Interop.Sharing.Consents;

namespace Interop.Storage.Write;

/// <summary>Breaking the glass, as rows: what they open is compiled with the patient's grants.</summary>
public sealed partial class WriteSession
{
    /// <param name="role">The role in which the person acts.</param>
    /// <param name="reviewDue">UTC microseconds.</param>
    public void AddEmergency(string patient, EmergencyFact fact, string role, long reviewDue)
    {
        var isThere = Rows.Statements.Execute($"""
            UPDATE emergency
            SET    role = {role}, medical = {(fact.IsMedical ? 1 : 0)}, valid_to = {fact.To}, review = {fact.Review}
            WHERE  patient = {patient} AND source = {fact.Source} AND organization = {fact.Organization}
            AND    practitioner = {fact.Practitioner} AND valid_from = {fact.From}
            """) > 0;
        if (!isThere)
        {
            Rows.Statements.Execute($"""
                INSERT INTO emergency
                    (patient, source, organization, practitioner, role, medical, valid_from, valid_to, review, review_due)
                VALUES ({patient}, {fact.Source}, {fact.Organization}, {fact.Practitioner}, {role}, {(fact.IsMedical ? 1 : 0)}, {fact.From},
                    {fact.To}, {fact.Review}, {reviewDue})
                """);
        }
    }

    /// <summary>Ends at the instant (UTC microseconds) what is not over; false where there is nothing.</summary>
    /// <param name="person">Only what this practitioner of this organisation broke; null for everybody's.</param>
    public bool EndEmergencies(string patient, (string Organization, string Practitioner)? person, long instant)
    {
        var whose = person is var (organization, practitioner)
            ? (Sql)$"organization = {organization} AND practitioner = {practitioner}"
            : (Sql)$"1 = 1";
        return Rows.Statements.Execute(
            $"UPDATE emergency SET valid_to = {instant} WHERE patient = {patient} AND valid_to > {instant} AND {whose}") > 0;
    }
}
