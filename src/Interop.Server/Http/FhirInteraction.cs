namespace Interop.Server.Http;

/// <summary>What an endpoint does, in the words of restful-interaction and of AuditEvent.subtype.</summary>
internal enum FhirInteraction
{
    Read,
    Vread,
    HistoryInstance,
    HistoryType,
    HistorySystem,
    Search,
    SearchSystem,
    Create,
    Update,
    Patch,
    Delete,
    Transaction,
    Batch,
    Operation,
    Capabilities,
    CadIntake,
    Authentication,
    SnoopingAlert,
    RecordedDisclosure,
    AccountingSuspension,
}

internal static class FhirInteractionNames
{
    /// <summary>
    /// The code of restful-interaction (https://hl7.org/fhir/R4/valueset-type-restful-interaction.html), or ours beside it.
    /// </summary>
    public static string Code(this FhirInteraction interaction) => interaction switch
    {
        FhirInteraction.Search => "search-type",
        FhirInteraction.SearchSystem => "search-system",
        FhirInteraction.HistoryInstance => "history-instance",
        FhirInteraction.HistoryType => "history-type",
        FhirInteraction.HistorySystem => "history-system",
        FhirInteraction.CadIntake => "cad-intake",
        FhirInteraction.SnoopingAlert => "snooping-alert",
        FhirInteraction.RecordedDisclosure => "record-disclosure",
        FhirInteraction.AccountingSuspension => "suspend-accounting",
        _ => interaction.ToString().ToLowerInvariant(),
    };
}
