using Hl7.Fhir.Model;
using Interop.Server.Authoring;

namespace Interop.Demo.City.Records;

/// <summary>What is asked, found and done in an encounter, with an explicit no where the answer is no.</summary>
internal static class Assessments
{
    private static readonly Coding Safety = new($"{Codes.Base}/CodeSystem/observation-category", "safety-assessment");

    private static readonly Coding RiskLevel = new(Codes.Loinc, "93374-7", "Suicide risk level");
    private static readonly Coding DepressionScore = new(Codes.Loinc, "44261-6", "PHQ-9 total score");
    private static readonly Coding FieldNote = new(Codes.Loinc, "34748-4", "Telephone or field note");
    private static readonly Coding Attempt = new(Codes.Snomed, "82313006", "Suicide attempt");
    private static readonly Coding Successful = new(Codes.Snomed, "385669000", "Successful");

    private static readonly (Coding Item, int Weight)[] Levels =
    [
        (new(Codes.Base + "/CodeSystem/risk-level", "low"), 60), (new(Codes.Base + "/CodeSystem/risk-level", "moderate"), 28),
        (new(Codes.Base + "/CodeSystem/risk-level", "high"), 12),
    ];

    private static readonly Coding[] Actions =
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

        WriteFacts(chart, visit);
        if (!visit.WasMet)
        {
            return;
        }

        WriteRisk(chart, visit, dice.Weighted(Levels));
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
    private static void WriteScreening(Chart chart, Visit visit) => chart.Add(Codes.CrisisProgram, () => new QuestionnaireResponse
    {
        Questionnaire = Questionnaires.Dispatch + "|1",
        Status = QuestionnaireResponse.QuestionnaireResponseStatus.Completed,
        Subject = chart.Patient,
        Encounter = new(visit.Reference),
        Authored = visit.Start.AddSeconds(chart.Dice.Between(40, 110)).ToDateTimeText(),
        Item =
        [
            .. Questionnaires.DispatchItems.Select(item =>
                Answer(item, new FhirBoolean(item is "distress" or "reachable" || chart.Dice.Chance(4)))),
        ],
    });

    private static void WriteRisk(Chart chart, Visit visit, Coding level)
    {
        chart.Add(Codes.CrisisProgram, () => new QuestionnaireResponse
        {
            Questionnaire = Questionnaires.Suicide,
            Status = QuestionnaireResponse.QuestionnaireResponseStatus.Completed,
            Subject = chart.Patient,
            Encounter = new(visit.Reference),
            Authored = visit.Middle.ToDateTimeText(),
            Author = new("PractitionerRole/clinician-1-role"),
            Item =
            [
                .. Questionnaires.SuicideItems.Select(item => Answer("/" + item, YesNo(level.Code == "high" && chart.Dice.Chance(50)))),
            ],
        });
        var observation = chart.Add(Codes.CrisisProgram, () => new Observation
        {
            Status = ObservationStatus.Final,
            Category = [Safety.ToConcept()],
            Code = RiskLevel.ToConcept(),
            Subject = chart.Patient,
            Encounter = new(visit.Reference),
            Effective = new FhirDateTime(visit.Middle.ToDateTimeText()),
            Performer = [new("PractitionerRole/clinician-1-role")],
            Value = level.ToConcept(),
        });
        chart.Add(Codes.CrisisProgram, () => new RiskAssessment
        {
            Status = ObservationStatus.Final,
            Method = RiskLevel.ToConcept(),
            Subject = chart.Patient,
            Encounter = new(visit.Reference),
            Occurrence = new FhirDateTime(visit.Middle.ToDateTimeText()),
            Performer = new("PractitionerRole/clinician-1-role"),
            Basis = [new(observation)],
            Prediction = [new() { Outcome = Attempt.ToConcept(), QualitativeRisk = level.ToConcept() }],
            Mitigation = level.Code == "low" ? "None needed beyond the plan." : "Stay in contact; call the clinician on duty.",
            Note = [new() { Text = "Seen at home; spoke freely." }],
        });
    }

    private static void WriteFacts(Chart chart, Visit visit)
    {
        if (visit.End is not { } end || visit.Disposition == "32")
        {
            return;
        }

        // Some forget: of one visit in sixteen nothing is said, of three not whether the person was booked into jail.
        var forgotten = visit.Reference[^1] switch { '0' => 6, '1' or '2' or '3' => 1, _ => 0 };
        (string Code, bool Value)[] facts =
        [
            ("arrest", visit.Disposition == "03"),
            ("force-used", visit.Disposition == "03" && chart.Dice.Chance(20)),
            ("ed-transport", visit.Disposition == "16"),
            ("police-backup-requested", visit.Model != "police" && chart.Dice.Chance(2)),
            ("injury", visit.Reference[^2..] == "f0"),
            ("jail-booking", visit.Disposition == "03" && visit.Reference[^2] > '7'),
        ];
        foreach (var (code, value) in facts.SkipLast(forgotten))
        {
            chart.Add(Codes.CrisisProgram, () => new Observation
            {
                Status = ObservationStatus.Final,
                Code = Codes.Concept("crisis-observation", code),
                Subject = chart.Patient,
                Encounter = new(visit.Reference),
                Effective = new FhirDateTime(end.ToDateTimeText()),
                Performer = [Codes.Organization(Codes.CrisisProgram)],
                Value = new FhirBoolean(value),
            });
        }
    }

    private static void WriteProcedure(Chart chart, Visit visit, Coding code) => chart.Add(Codes.CrisisProgram, () => new Procedure
    {
        Status = visit.IsOpen ? EventStatus.InProgress : EventStatus.Completed,
        Code = code.ToConcept(),
        Subject = chart.Patient,
        Encounter = new(visit.Reference),
        Performed = Elements.Period(visit.Middle, visit.End),
        Performer = [new() { Actor = new("PractitionerRole/clinician-1-role") }],
        Outcome = Successful.ToConcept(),
    });

    private static void WriteDepression(Chart chart, Visit visit)
    {
        var score = chart.Dice.Between(2, 24);
        chart.Add(Codes.CrisisProgram, () => new QuestionnaireResponse
        {
            Questionnaire = Questionnaires.Depression,
            Status = QuestionnaireResponse.QuestionnaireResponseStatus.Completed,
            Subject = chart.Patient,
            Encounter = new(visit.Reference),
            Authored = visit.Middle.ToDateTimeText(),
            Item = [Answer("/44261-6", new Integer(score))],
        });
        chart.Add(Codes.CrisisProgram, () => new Observation
        {
            Status = ObservationStatus.Final,
            Category = [new("http://terminology.hl7.org/CodeSystem/observation-category", "survey")],
            Code = DepressionScore.ToConcept(),
            Subject = chart.Patient,
            Encounter = new(visit.Reference),
            Effective = new FhirDateTime(visit.Middle.ToDateTimeText()),
            Value = new Integer(score),
        });
    }

    private static void WriteNote(Chart chart, Visit visit) => chart.Add(Codes.CrisisProgram, () => new DocumentReference
    {
        Status = DocumentReferenceStatus.Current,
        Type = FieldNote.ToConcept(),
        Subject = chart.Patient,
        Date = visit.Middle,
        Author = [new("PractitionerRole/clinician-1-role")],
        Custodian = Codes.Organization(Codes.CrisisProgram),
        Content =
        [
            new() { Attachment = new() { ContentType = "text/plain", Data = "Invented note: the person told a long story."u8.ToArray() } },
        ],
        Context = new() { Encounter = [new(visit.Reference)] },
    });

    private static QuestionnaireResponse.ItemComponent Answer(string linkId, DataType value) =>
        new() { LinkId = linkId, Answer = [new() { Value = value }] };

    private static Coding YesNo(bool value) => new("http://terminology.hl7.org/CodeSystem/v2-0136", value ? "Y" : "N");
}
