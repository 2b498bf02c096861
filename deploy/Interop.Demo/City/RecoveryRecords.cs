using Interop.Server.Authoring;

namespace Interop.Demo.City;

/// <summary>What the Part 2 programme recovery-clinic keeps: that there is a record at all is already protected.</summary>
internal static class RecoveryRecords
{
    private static readonly (Code Diagnosis, Code Medication)[] Courses =
    [
        (new(Codes.Snomed, "75544000", "Opioid dependence"), new(Codes.RxNorm, "6813", "Methadone")),
        (new(Codes.Snomed, "75544000", "Opioid dependence"), new(Codes.RxNorm, "1819", "Buprenorphine")),
        (new(Codes.Snomed, "7200002", "Alcoholism"), new(Codes.RxNorm, "7243", "Naltrexone")),
    ];

    public static void Write(Chart chart)
    {
        if (!chart.Plan.IsPart2Patient)
        {
            return;
        }

        var (diagnosis, medication) = chart.Dice.Pick(Courses);
        var start = chart.Now.AddDays(-chart.Dice.Between(60, 300));
        var encounter = Add(chart, "Encounter", json => json
            .Text("status", "finished")
            .Coding("class", new(Codes.ActCode, "AMB"))
            .Reference("subject", chart.Patient)
            .Period("period", start, start.AddHours(1))
            .Reference("serviceProvider", Codes.Organization(Codes.RecoveryClinic)));
        Add(chart, "Condition", json => json
            .Concept("clinicalStatus", new("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"))
            .Concept("code", diagnosis)
            .Reference("subject", chart.Patient)
            .Reference("encounter", encounter)
            .Text("recordedDate", FhirWriter.Date(start)));

        // Without a label of its own: the source's flag has to be enough.
        chart.Add(Codes.RecoveryClinic, "MedicationStatement", json => json
            .Text("status", "active")
            .Concept("medicationCodeableConcept", medication)
            .Reference("subject", chart.Patient)
            .Reference("context", encounter)
            .Object("effectivePeriod", period => period.Text("start", FhirWriter.Date(start)))
            .One("dosage", dosage => dosage.Text("text", "Under supervision")));
        Add(chart, "Procedure", json => json
            .Text("status", "completed")
            .Concept("code", new(Codes.Snomed, "56876005", "Drug rehabilitation"))
            .Reference("subject", chart.Patient)
            .Reference("encounter", encounter)
            .Period("performedPeriod", start, start.AddHours(1))
            .One("performer", performer => performer.Reference("actor", "PractitionerRole/counsellor-1-role")));
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

    private static void WriteNote(Chart chart, string encounter, DateTimeOffset date, Code[] labels, Code[] categories) =>
        chart.Add(Codes.RecoveryClinic, "DocumentReference", json => json
            .Object("meta", meta => meta.Codings("security", [Codes.Part2, Codes.VeryRestricted, .. labels]))
            .Text("status", "current")
            .Object("type", type => type.Text("text", "Counselling note"))
            .Concepts("category", categories)
            .Reference("subject", chart.Patient)
            .Time("date", date)
            .Reference("custodian", Codes.Organization(Codes.RecoveryClinic))
            .One("content", content => content.Object("attachment", attachment => attachment
                .Text("contentType", "text/plain")
                .Text("data", Convert.ToBase64String("Invented counselling note."u8))))
            .Object("context", context => context.References("encounter", encounter)));

    private static string Add(Chart chart, string type, Action<FhirWriter> body) =>
        chart.Add(Codes.RecoveryClinic, type, json =>
        {
            json.Object("meta", meta => meta.Codings("security", Codes.Part2));
            body(json);
        });
}
