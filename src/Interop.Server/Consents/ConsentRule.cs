using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;

namespace Interop.Server.Consents;

/// <summary>
/// What consents must be, and what follows from them, by whatever way they are written. The document of one is about the same person; who
/// ends one, and when, is a Provenance of it.
/// </summary>
internal sealed class ConsentRule(Secrets secrets) : TypeRule("Consent")
{
    private const string Scopes = "http://terminology.hl7.org/CodeSystem/consentscope";

    /// <summary>
    /// A consent of another kind than about privacy (to treatment, to research, an advance directive) would, while it is active, deny
    /// everybody as one that can't be read: it is refused, with what it lacks. One that was brought in may still be ended.
    /// </summary>
    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        using var document = JsonDocument.Parse(step.After, FhirJson.Parsing);
        return document.RootElement.Text("status") == "active" && document.RootElement.Code("scope", Scopes) != "patient-privacy"
            ? new(
                IssueCode.BusinessRule,
                $"A consent that is active has the scope patient-privacy of {Scopes}: no other kind is evaluated here.",
                "Consent.scope")
            : null;
    }

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Body is not { } body)
        {
            return;
        }

        if (SourceOf(body) is { } source)
        {
            // It may come with the same Bundle.
            transaction.AtEnd(() => DemandSamePerson(transaction, step.Key, source));
        }

        if (step.Before is { } before && StatusOf(before) == "active" && StatusOf(body) == "inactive")
        {
            var id = NameBasedId.Of(secrets.Key.Span, $"revoked|{step.Key}|{step.Instant}");
            var revocation = ChangeRecord.Of(transaction, id, step.Key, new(Purposes.ActReason, "PATRQT"));
            transaction.Put(revocation.Key, step.Custodian, revocation.Json);
        }
    }

    private static void DemandSamePerson(GuardedTransaction transaction, ResourceKey consent, ResourceKey source)
    {
        if (transaction.PatientsOf(source) is { Count: > 0 } patients && !transaction.PatientsOf(consent).All(patients.Contains))
        {
            throw new FhirException(IssueCode.BusinessRule, "The document is about another person.", "Consent.sourceReference");
        }
    }

    private static string? StatusOf(ReadOnlyMemory<byte> consent) => TopLevel.Text(consent.Span, "status");

    private static ResourceKey? SourceOf(ReadOnlyMemory<byte> consent)
    {
        using var document = JsonDocument.Parse(consent, FhirJson.Parsing);
        return document.RootElement.At("sourceReference").Text("reference") is { } text ? ResourceKey.TryParse(text) : null;
    }
}
