using Hl7.Fhir.Model;

namespace Interop.Pages.Looks;

/// <summary>What was decided about a call: ServiceRequests with a response model.</summary>
internal static class Decisions
{
    public const string Transfer = "transfer-988";

    /// <summary>Those that stand, in the order in which they come.</summary>
    public static IReadOnlyList<ServiceRequest> Of(IEnumerable<ServiceRequest> requests) =>
    [
        .. requests.Where(one => one.Intent == RequestIntent.Order && one.Status != RequestStatus.EnteredInError
            && Codes.Of(one.Code, "response-model") is not null),
    ];

    /// <summary>Who was sent, in English.</summary>
    public static string Said(ServiceRequest decision) => decision.GetExtension(Codes.Extension("not-sent-reason")) is null
        ? Names.Of("response-model", decision.Code)
        : "Nobody was sent";

    /// <summary>What became of a person whose call was handed over; null where that was not said.</summary>
    public static CodeableConcept? OutcomeOf(ServiceRequest decision) =>
        decision.GetExtensionValue<CodeableConcept>(Codes.Extension("transfer-outcome"));

    /// <summary>The call that was handed over to 988, of which nobody has said yet what became of the person; null for none.</summary>
    public static ServiceRequest? OpenTransferAmong(IReadOnlyList<ServiceRequest> decisions) => decisions.FirstOrDefault(one =>
        Codes.Of(one.Code, "response-model") == Transfer && one.Status == RequestStatus.Active
        && !decisions.Any(later => OutcomeOf(later) is not null
            && later.BasedOn.Exists(about => about.Reference == $"ServiceRequest/{one.Id}")));

    /// <summary>Whether the call has an answer by these: a team, a reason, or what became of it at 988.</summary>
    public static bool Answer(IReadOnlyList<ServiceRequest> decisions) => decisions.Any(one => one.Status switch
    {
        RequestStatus.Revoked => one.GetExtension(Codes.Extension("not-sent-reason")) is not null,
        RequestStatus.Completed => true,
        RequestStatus.Active => Codes.Of(one.Code, "response-model") != Transfer,
        _ => false,
    });
}
