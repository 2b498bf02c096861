using Hl7.Fhir.Model;
using Interop.Server.Authoring;

namespace Interop.Demo.City.Records;

/// <summary>Diagnoses and medications; between them they carry every sensitivity label, by code where a code says it.</summary>
internal static class Health
{
    private static readonly Coding[] Ordinary =
    [
        new(Codes.Snomed, "38341003", "Hypertension"), new(Codes.Snomed, "195967001", "Asthma"),
        new(Codes.Snomed, "44054006", "Type 2 diabetes"), new(Codes.Snomed, "40930008", "Hypothyroidism"),
        new(Codes.Snomed, "396275006", "Osteoarthritis"), new(Codes.Icd10, "K21.9", "Reflux without esophagitis"),
    ];

    private static readonly Coding[] Psychiatric =
    [
        new(Codes.Snomed, "370143000", "Major depression"), new(Codes.Snomed, "58214004", "Schizophrenia"),
        new(Codes.Snomed, "13746004", "Bipolar disorder"), new(Codes.Snomed, "47505003", "Posttraumatic stress disorder"),
        new(Codes.Icd10, "F41.1", "Generalized anxiety"),
    ];

    /// <summary>One for each label: a code that means it, or a code that does not together with the label itself.</summary>
    private static readonly (string Label, Coding Code)[] Labelled =
    [
        ("PSY", Psychiatric[0]),
        ("ETHUD", new(Codes.Snomed, "7200002", "Alcoholism")),
        ("OPIOIDUD", new(Codes.Snomed, "75544000", "Opioid dependence")),
        ("SUD", new(Codes.Snomed, "26416006", "Drug abuse")),
        ("HIV", new(Codes.Snomed, "86406008", "HIV infection")),
        ("STD", new(Codes.Snomed, "76272004", "Syphilis")),
        ("SDV", new(Codes.Snomed, "706893006", "Victim of intimate partner abuse")),
        ("SCA", new(Codes.Snomed, "127040003", "Sickle cell disease")),
        ("PREGNANT", new(Codes.Snomed, "77386006", "Pregnant")),
        ("GDIS", new(Codes.Icd10, "F64.0", "Gender identity")),
        ("SEX", new(Codes.Icd10, "F52.0", "Sexual health")),
        ("MH", new(Codes.Snomed, "193462001", "Insomnia")),
        ("BH", new(Codes.Snomed, "193462001", "Insomnia")),
        ("VIO", new(Codes.Snomed, "262525000", "Chest injury")),
        ("MST", new(Codes.Snomed, "262525000", "Chest injury")),
        ("ADOL", new(Codes.Snomed, "195967001", "Asthma")),
        ("COGN", new(Codes.Snomed, "386806002", "Impaired cognition")),
        ("DVD", new(Codes.Snomed, "110359009", "Intellectual disability")),
        ("EMOTDIS", new(Codes.Snomed, "193462001", "Insomnia")),
        ("TBOO", new(Codes.Snomed, "195967001", "Asthma")),
    ];

    private static readonly Coding[] OrdinaryMedications =
    [
        new(Codes.RxNorm, "29046", "Lisinopril"), new(Codes.RxNorm, "435", "Albuterol"), new(Codes.RxNorm, "6809", "Metformin"),
        new(Codes.RxNorm, "10582", "Levothyroxine"),
    ];

    private static readonly Coding[] SensitiveMedications =
    [
        new(Codes.RxNorm, "35636", "Risperidone"), new(Codes.RxNorm, "6448", "Lithium"), new(Codes.RxNorm, "7242", "Naloxone"),
        new(Codes.RxNorm, "276237", "Emtricitabine"), new(Codes.RxNorm, "3554", "Disulfiram"),
    ];

    public static void Write(Chart chart)
    {
        var dice = chart.Dice;
        WriteCondition(chart, dice.Pick(Ordinary), null);
        if (chart.Plan.IsNamed || dice.Chance(55))
        {
            WriteCondition(chart, dice.Pick(Psychiatric), null);
        }

        // Numbered, so that every label is there however the dice fall.
        var (label, code) = Labelled[chart.Plan.Number % Labelled.Length];
        if (!chart.Plan.IsNamed && (chart.Plan.Number < 2 * Labelled.Length || dice.Chance(30)))
        {
            WriteCondition(chart, code, label);
        }

        WriteMedication(chart, dice.Pick(OrdinaryMedications));
        if (chart.Plan.IsNamed || dice.Chance(40))
        {
            WriteMedication(chart, chart.Plan.IsNamed ? SensitiveMedications[0] : dice.Pick(SensitiveMedications));
        }
    }

    private static void WriteCondition(Chart chart, Coding code, string? label)
    {
        var onset = chart.Now.AddDays(-chart.Dice.Between(100, 4000));
        chart.Add(Codes.CrisisProgram, () => new Condition
        {
            Meta = label is null ? null : new() { Security = [Codes.Label(label)] },
            ClinicalStatus = new("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
            VerificationStatus = new("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"),
            Category = [new("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item")],
            Code = code.ToConcept(),
            Subject = chart.Patient,
            Onset = new FhirDateTime(onset.ToDateText()),
            RecordedDate = onset.AddDays(40).ToDateText(),
            Recorder = new("PractitionerRole/clinician-1-role"),
        });
    }

    private static void WriteMedication(Chart chart, Coding code) => chart.Add(Codes.CrisisProgram, () => new MedicationStatement
    {
        Status = MedicationStatement.MedicationStatusCodes.Active,
        Medication = code.ToConcept(),
        Subject = chart.Patient,
        Effective = new Period { Start = chart.Now.AddDays(-chart.Dice.Between(30, 700)).ToDateText() },
        DateAsserted = chart.Now.AddDays(-chart.Dice.Between(1, 29)).ToDateText(),
        InformationSource = chart.Patient,
        Dosage = [new() { Text = chart.Dice.Pick(["One each morning", "One each evening", "As needed"]) }],
    });
}
