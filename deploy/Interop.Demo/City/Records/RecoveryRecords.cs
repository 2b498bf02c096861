using Hl7.Fhir.Model;
using Interop.Server.Authoring;

namespace Interop.Demo.City.Records;

/// <summary>What the Part 2 programme recovery-clinic keeps: that there is a record at all is already protected.</summary>
internal static class RecoveryRecords
{
    private static readonly (Coding Diagnosis, Coding Medication)[] Courses =
    [
        (new(Codes.Snomed, "75544000", "Opioid dependence"), new(Codes.RxNorm, "6813", "Methadone")),
        (new(Codes.Snomed, "75544000", "Opioid dependence"), new(Codes.RxNorm, "1819", "Buprenorphine")),
        (new(Codes.Snomed, "7200002", "Alcoholism"), new(Codes.RxNorm, "7243", "Naltrexone")),
    ];

    private static readonly Coding Rehabilitation = new(Codes.Snomed, "56876005", "Drug rehabilitation");

    public static void Write(Chart chart)
    {
        if (!chart.Plan.IsPart2Patient)
        {
            return;
        }

        var (diagnosis, medication) = chart.Dice.Pick(Courses);
        var start = chart.Now.AddDays(-chart.Dice.Between(60, 300));
        var encounter = chart.Add(Codes.RecoveryClinic, () => new Encounter
        {
            Meta = Protected(),
            Status = Encounter.EncounterStatus.Finished,
            Class = new(Codes.ActCode, "AMB"),
            Subject = chart.Patient,
            Period = Elements.Period(start, start.AddHours(1)),
            ServiceProvider = Codes.Organization(Codes.RecoveryClinic),
        });
        chart.Add(Codes.RecoveryClinic, () => new Condition
        {
            Meta = Protected(),
            ClinicalStatus = new("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
            Code = diagnosis.ToConcept(),
            Subject = chart.Patient,
            Encounter = new(encounter),
            RecordedDate = start.ToDateText(),
        });

        // Without a label of its own: the source's flag has to be enough.
        chart.Add(Codes.RecoveryClinic, () => new MedicationStatement
        {
            Status = MedicationStatement.MedicationStatusCodes.Active,
            Medication = medication.ToConcept(),
            Subject = chart.Patient,
            Context = new(encounter),
            Effective = new Period { Start = start.ToDateText() },
            Dosage = [new() { Text = "Under supervision" }],
        });
        chart.Add(Codes.RecoveryClinic, () => new Procedure
        {
            Meta = Protected(),
            Status = EventStatus.Completed,
            Code = Rehabilitation.ToConcept(),
            Subject = chart.Patient,
            Encounter = new(encounter),
            Performed = Elements.Period(start, start.AddHours(1)),
            Performer = [new() { Actor = new("PractitionerRole/counsellor-1-role") }],
        });
        WriteNotes(chart, encounter, start);
    }

    private static void WriteNotes(Chart chart, string encounter, DateTimeOffset start)
    {
        if (chart.Plan.IsNamed || chart.Dice.Chance(50))
        {
            WriteNote(chart, encounter, start, [], [Codes.Own("sharing-label", "SUDNOTE")]);
        }

        if (chart.Plan.Number % 4 == 0)
        {
            WriteNote(chart, encounter, start, [Codes.Label("PSYTHPN")], []);
        }
    }

    private static void WriteNote(Chart chart, string encounter, DateTimeOffset date, Coding[] labels, Coding[] categories) =>
        chart.Add(Codes.RecoveryClinic, () => new DocumentReference
        {
            Meta = Protected([Codes.VeryRestricted, .. labels]),
            Status = DocumentReferenceStatus.Current,
            Type = new() { Text = "Counselling note" },
            Category = [.. categories.Select(Elements.ToConcept)],
            Subject = chart.Patient,
            Date = date,
            Custodian = Codes.Organization(Codes.RecoveryClinic),
            Content = [new() { Attachment = new() { ContentType = "text/plain", Data = "Invented counselling note."u8.ToArray() } }],
            Context = new() { Encounter = [new(encounter)] },
        });

    private static Meta Protected(params Coding[] further) => new() { Security = [Codes.Part2, .. further] };
}
