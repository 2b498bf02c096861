using Interop.Server.Http;
using Interop.Storage.Audit;

namespace Interop.Server.Guard.Trail;

/// <summary>
/// How a kind of row is told as an AuditEvent: the patterns of IHE's Basic Audit Log Patterns
/// (https://profiles.ihe.net/ITI/BALP), and R4's codes for what those have no pattern for. Rows are found by what they are told as.
/// </summary>
/// <param name="Type">System and code.</param>
/// <param name="Subtype">The first is the pattern's own; those with an empty code stand for the row's interaction.</param>
/// <param name="Action">Of the code system audit-event-action.</param>
/// <param name="Shape">Which agents and entities it has.</param>
/// <param name="Profile">The last part of the pattern's name without <c>Patient</c>; null where there is none.</param>
internal sealed record AuditPattern(
    AuditKind Kind,
    (string System, string Code) Type,
    IReadOnlyList<(string System, string Code)> Subtype,
    string Action,
    AuditShape Shape,
    string? Profile)
{
    public const string Dicom = "http://dicom.nema.org/resources/ontology/DCM";
    public const string Interactions = "http://hl7.org/fhir/restful-interaction";
    public const string Own = "https://interop.example/fhir/CodeSystem/audit-event";

    private const string Types = "http://terminology.hl7.org/CodeSystem/audit-event-type";
    private const string Authorization = "https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType";

    private static readonly (string, string) Disclose = ("http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle", "disclose");

    /// <summary>What went out on paper or by telephone, and was written down afterwards.</summary>
    public static AuditPattern Recorded { get; } = new(
        new(AuditClass.Plain, [FhirInteraction.RecordedDisclosure.Code()]),
        (Dicom, "110106"),
        [Disclose],
        "R",
        AuditShape.Disclosure,
        "PrivacyDisclosure.Source");

    /// <summary>Each row is of exactly one.</summary>
    public static IReadOnlyList<AuditPattern> All { get; } =
    [
        new(new(AuditClass.Withheld, []), (Dicom, "110113"), [(Authorization, "AuthZ-Consent")], "E", AuditShape.Decision, "AuthZconsent"),
        new(
            new(AuditClass.Given, []),
            (Dicom, "110106"),
            [Disclose, (Interactions, "operation")],
            "R",
            AuditShape.Disclosure,
            "PrivacyDisclosure.Source"),
        Recorded,
        Rest(FhirInteraction.Read, "R", AuditShape.Read, "Read"),
        Rest(FhirInteraction.Vread, "R", AuditShape.Read, "Read"),
        Rest(FhirInteraction.HistoryInstance, "R", AuditShape.Read, "Read"),
        Rest(FhirInteraction.HistoryType, "E", AuditShape.Query, "Query"),
        Rest(FhirInteraction.HistorySystem, "E", AuditShape.Query, "Query"),
        Rest(FhirInteraction.Search, "E", AuditShape.Query, "Query"),
        Rest(FhirInteraction.SearchSystem, "E", AuditShape.Query, "Query"),
        Rest(FhirInteraction.Create, "C", AuditShape.Write, "Create"),
        Rest(FhirInteraction.Update, "U", AuditShape.Write, "Update"),
        Rest(FhirInteraction.Patch, "U", AuditShape.Write, "Update"),
        Rest(FhirInteraction.Delete, "D", AuditShape.Write, "Delete"),
        Rest(FhirInteraction.Transaction, "E", AuditShape.Query, null),
        Rest(FhirInteraction.Batch, "E", AuditShape.Query, null),
        Rest(FhirInteraction.Operation, "E", AuditShape.Query, null),
        Rest(FhirInteraction.Capabilities, "R", AuditShape.Query, null),
        Ours(FhirInteraction.CadIntake, (Types, "rest"), "C"),
        Ours(FhirInteraction.AccountingSuspension, (Types, "rest"), "C"),
        Ours(FhirInteraction.Authentication, (Dicom, "110114"), "E"),
        Ours(FhirInteraction.SnoopingAlert, (Dicom, "110113"), "E"),
    ];

    /// <param name="isBlind">Whether what was withheld is told as what is not there.</param>
    public static AuditPattern Of(AuditRow row, string custodian, bool isBlind)
    {
        var kind = row switch
        {
            { Outcome: "deny", Patient: not null } when !isBlind => AuditClass.Withheld,
            { Outcome: "permit", Patient: not null, Interaction: "operation", Organization: { } by } when by != custodian =>
                AuditClass.Given,
            _ => AuditClass.Plain,
        };
        return All.First(pattern =>
            pattern.Kind.Class == kind && (kind != AuditClass.Plain || pattern.Kind.Interactions.Contains(row.Interaction)));
    }

    private static AuditPattern Rest(FhirInteraction interaction, string action, AuditShape shape, string? profile) => new(
        new(AuditClass.Plain, [interaction.Code()]),
        (Types, "rest"),
        [(Interactions, interaction.Code())],
        action,
        shape,
        profile);

    private static AuditPattern Ours(FhirInteraction interaction, (string System, string Code) type, string action) =>
        new(new(AuditClass.Plain, [interaction.Code()]), type, [(Own, interaction.Code())], action, AuditShape.Query, null);
}

/// <summary>Which agents and entities an AuditEvent has.</summary>
internal enum AuditShape
{
    Read,
    Query,
    Write,
    Disclosure,
    Decision,
}
