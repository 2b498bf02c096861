using Interop.Server.Authoring;

namespace Interop.Demo.City;

/// <summary>What is asked, found and done in an encounter, with an explicit no where the answer is no.</summary>
internal static class Assessments
{
    private static readonly Code Safety = new($"{Codes.Base}/CodeSystem/observation-category", "safety-assessment");

    private static readonly (Code Item, int Weight)[] Levels =
    [
        (new(Codes.Base + "/CodeSystem/risk-level", "low"), 60), (new(Codes.Base + "/CodeSystem/risk-level", "moderate"), 28),
        (new(Codes.Base + "/CodeSystem/risk-level", "high"), 12),
    ];

    private static readonly Code[] Actions =
    [
        new(Codes.Snomed, "711037002", "De-escalation"), new(Codes.Snomed, "24172008", "Crisis intervention"),
        new(Codes.Snomed, "765059005", "Assessment for crisis intervention"),
    ];

    public static void Write(Chart chart, Visit visit)
    {
        var dice = chart.Dice;
        if (dice.Chance(50))
        {
            WriteScreening(chart, visit);
        }

        if (!visit.WasMet)
        {
            return;
        }

        WriteRisk(chart, visit, dice.Weighted(Levels));
        WriteFacts(chart, visit);
        WriteProcedure(chart, visit, dice.Pick(Actions));
        if (dice.Chance(25))
        {
            WriteDepression(chart, visit);
        }

        if ((chart.Plan.IsNamed && visit.IsOpen) || dice.Chance(20))
        {
            WriteNote(chart, visit);
        }
    }

    /// <summary>The five questions at dispatch, answered in under ninety seconds.</summary>
    private static void WriteScreening(Chart chart, Visit visit) =>
        chart.Add(Codes.CrisisProgram, "QuestionnaireResponse", json => json
            .Text("questionnaire", Questionnaires.Dispatch + "|1")
            .Text("status", "completed")
            .Reference("subject", chart.Patient)
            .Reference("encounter", visit.Reference)
            .Time("authored", visit.Start.AddSeconds(chart.Dice.Between(40, 110)))
            .Each("item", Questionnaires.DispatchItems, item => json
                .Text("linkId", item)
                .One("answer", answer => answer.Boolean("valueBoolean", item is "distress" or "reachable" || chart.Dice.Chance(4)))));

    private static void WriteRisk(Chart chart, Visit visit, Code level)
    {
        chart.Add(Codes.CrisisProgram, "QuestionnaireResponse", json => json
            .Text("questionnaire", Questionnaires.Suicide)
            .Text("status", "completed")
            .Reference("subject", chart.Patient)
            .Reference("encounter", visit.Reference)
            .Time("authored", visit.Middle)
            .Reference("author", "PractitionerRole/clinician-1-role")
            .Each("item", Questionnaires.SuicideItems, item => json
                .Text("linkId", "/" + item)
                .One("answer", answer => answer.Coding("valueCoding", YesNo(level.Value == "high" && chart.Dice.Chance(50))))));
        var observation = chart.Add(Codes.CrisisProgram, "Observation", json => json
            .Text("status", "final")
            .Concepts("category", Safety)
            .Concept("code", new(Codes.Loinc, "93374-7", "Suicide risk level"))
            .Reference("subject", chart.Patient)
            .Reference("encounter", visit.Reference)
            .Time("effectiveDateTime", visit.Middle)
            .References("performer", "PractitionerRole/clinician-1-role")
            .Concept("valueCodeableConcept", level));
        chart.Add(Codes.CrisisProgram, "RiskAssessment", json => json
            .Text("status", "final")
            .Concept("method", new(Codes.Loinc, "93374-7", "Suicide risk level"))
            .Reference("subject", chart.Patient)
            .Reference("encounter", visit.Reference)
            .Time("occurrenceDateTime", visit.Middle)
            .Reference("performer", "PractitionerRole/clinician-1-role")
            .References("basis", observation)
            .One("prediction", prediction => prediction
                .Concept("outcome", new(Codes.Snomed, "82313006", "Suicide attempt"))
                .Concept("qualitativeRisk", level))
            .Text("mitigation", level.Value == "low" ? "None needed beyond the plan." : "Stay in contact; call the clinician on duty.")
            .One("note", note => note.Text("text", "Seen at home; spoke freely.")));
    }

    private static void WriteFacts(Chart chart, Visit visit)
    {
        if (visit.IsOpen)
        {
            return;
        }

        (string Code, bool Value)[] facts =
        [
            ("arrest", visit.Disposition == "03"),
            ("force-used", visit.Disposition == "03" && chart.Dice.Chance(20)),
            ("ed-transport", visit.Disposition == "16"),
            ("police-backup-requested", visit.Model != "police" && chart.Dice.Chance(2)),
        ];
        foreach (var (code, value) in facts)
        {
            chart.Add(Codes.CrisisProgram, "Observation", json => json
                .Text("status", "final")
                .Concept("code", Codes.Own("crisis-observation", code))
                .Reference("subject", chart.Patient)
                .Reference("encounter", visit.Reference)
                .Time("effectiveDateTime", visit.End)
                .References("performer", Codes.Organization(Codes.CrisisProgram))
                .Boolean("valueBoolean", value));
        }
    }

    private static void WriteProcedure(Chart chart, Visit visit, Code code) =>
        chart.Add(Codes.CrisisProgram, "Procedure", json => json
            .Text("status", visit.IsOpen ? "in-progress" : "completed")
            .Concept("code", code)
            .Reference("subject", chart.Patient)
            .Reference("encounter", visit.Reference)
            .Period("performedPeriod", visit.Middle, visit.End)
            .One("performer", performer => performer.Reference("actor", "PractitionerRole/clinician-1-role"))
            .Concept("outcome", new(Codes.Snomed, "385669000", "Successful")));

    private static void WriteDepression(Chart chart, Visit visit)
    {
        var score = chart.Dice.Between(2, 24);
        chart.Add(Codes.CrisisProgram, "QuestionnaireResponse", json => json
            .Text("questionnaire", Questionnaires.Depression)
            .Text("status", "completed")
            .Reference("subject", chart.Patient)
            .Reference("encounter", visit.Reference)
            .Time("authored", visit.Middle)
            .One("item", item => item.Text("linkId", "/44261-6").One("answer", answer => answer.Number("valueInteger", score))));
        chart.Add(Codes.CrisisProgram, "Observation", json => json
            .Text("status", "final")
            .Concepts("category", new Code("http://terminology.hl7.org/CodeSystem/observation-category", "survey"))
            .Concept("code", new(Codes.Loinc, "44261-6", "PHQ-9 total score"))
            .Reference("subject", chart.Patient)
            .Reference("encounter", visit.Reference)
            .Time("effectiveDateTime", visit.Middle)
            .Number("valueInteger", score));
    }

    private static void WriteNote(Chart chart, Visit visit) =>
        chart.Add(Codes.CrisisProgram, "DocumentReference", json => json
            .Text("status", "current")
            .Concept("type", new(Codes.Loinc, "34748-4", "Telephone or field note"))
            .Reference("subject", chart.Patient)
            .Time("date", visit.Middle)
            .References("author", "PractitionerRole/clinician-1-role")
            .Reference("custodian", Codes.Organization(Codes.CrisisProgram))
            .One("content", content => content.Object("attachment", attachment => attachment
                .Text("contentType", "text/plain")
                .Text("data", Convert.ToBase64String("Invented note: the person told a long story."u8))))
            .Object("context", context => context.References("encounter", visit.Reference)));

    private static Code YesNo(bool value) =>
        value ? new("http://terminology.hl7.org/CodeSystem/v2-0136", "Y") : new("http://terminology.hl7.org/CodeSystem/v2-0136", "N");
}
