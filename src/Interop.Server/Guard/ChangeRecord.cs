using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Server.Authoring;

namespace Interop.Server.Guard;

/// <summary>The Provenance of a change that somebody must answer for: who made it, when, and why.</summary>
internal static class ChangeRecord
{
    /// <param name="id">Of the Provenance.</param>
    public static MappedResource Of(GuardedTransaction transaction, string id, ResourceKey target, CodeableConcept reason)
    {
        var caller = transaction.Caller;
        var agency = new ResourceReference($"Organization/{caller.Organization}");
        var isPractitioner = caller is { IsPerson: true, Practitioner: not null };
        return MappedResource.Of(new Provenance
        {
            Id = id,
            Target = [target.ToReference()],
            RecordedElement = Elements.Instant(transaction.Instant),
            Activity = new("http://terminology.hl7.org/CodeSystem/v3-DataOperation", "UPDATE"),
            Reason = [reason],
            Agent =
            [
                new()
                {
                    Type = new("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "author"),
                    Who = isPractitioner ? new($"Practitioner/{caller.Practitioner}")
                        : caller.Individual is { Speaker: var speaker } ? speaker.ToReference()
                        : agency,
                    OnBehalfOf = isPractitioner ? agency : null,
                },
            ],
        });
    }
}
