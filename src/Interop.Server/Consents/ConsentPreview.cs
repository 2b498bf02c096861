using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Validation;
using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Policy;

namespace Interop.Server.Consents;

/// <summary>
/// What somebody would see if a consent were recorded or revoked: it is, by the rules of every write, in a transaction that is undone, and
/// the recipient's eyes look before and after.
/// </summary>
internal sealed class ConsentPreview(GuardedStore store, Sights sights, ResourceChanges changes, ValidBody valid, Turns turns)
{
    /// <param name="recipient">Who would see it: organisation, purposes, roles.</param>
    /// <param name="change">A Consent to be created, or the key of one to be revoked.</param>
    /// <exception cref="FhirException">As the write would be refused; 404 for a person whom the caller does not see.</exception>
    public Task<PreviewedConsent> OfAsync(
        Caller caller, ResourceKey patient, Caller recipient, PreviewedChange change, CancellationToken cancellationToken)
    {
        caller.Demand("Patient", SmartRight.Read);
        caller.Demand("Consent", change.Revoked is null ? SmartRight.Create : SmartRight.Update);
        return turns.RunAsync(
            caller,
            async () =>
            {
                var proposed = change.Proposed is { } body ? valid.Of("Consent", null, body) : null;
                try
                {
                    return await store.WriteAsync<PreviewedConsent>(
                        caller,
                        transaction => throw new Undone(Look(transaction, patient, recipient, proposed, change.Revoked)),
                        cancellationToken);
                }
                catch (Undone undone)
                {
                    return undone.Seen;
                }
            },
            cancellationToken);
    }

    private PreviewedConsent Look(
        GuardedTransaction transaction, ResourceKey patient, Caller recipient, byte[]? proposed, ResourceKey? revoked)
    {
        var caller = transaction.Caller;
        if (!transaction.Sees(patient, transaction.Sight.Within(caller, SmartRight.Read)))
        {
            throw new FhirException(IssueCode.NotFound, $"{patient} is not known.");
        }

        var eyes = sights.OfAnybody(transaction, recipient);
        var before = transaction.CountsFor(eyes, patient.Id);
        var consent = proposed is not null ? Create(transaction, proposed) : Revoke(transaction, revoked!.Value);
        transaction.Settle();
        if (transaction.PatientsOf(consent) is not [var person] || person != patient.Id)
        {
            throw new FhirException(IssueCode.BusinessRule, "The consent is another person's.", "Consent.patient");
        }

        return new(before, transaction.CountsFor(eyes, patient.Id), transaction.Remarks.GetValueOrDefault(consent, []));
    }

    private ResourceKey Create(GuardedTransaction transaction, byte[] proposed)
    {
        var sight = transaction.Sight.Opened(transaction.Caller, SmartRight.Create);
        return Stored(changes.Create(transaction, sight, "Consent", proposed, null, new()), new("Consent", "proposed"));
    }

    private ResourceKey Revoke(GuardedTransaction transaction, ResourceKey consent)
    {
        var sight = GuardedWrites.Updating(transaction);
        if (transaction.Read(consent, sight) is not { } known)
        {
            throw new FhirException(IssueCode.NotFound, $"{consent} is not known.");
        }

        var inactive = TopLevel.Replace(known.Body.Span, "status", "\"inactive\""u8);
        return Stored(changes.Update(transaction, sight, consent, inactive, Preconditions.None, new()), consent);
    }

    private static ResourceKey Stored(WriteResult result, ResourceKey consent) => result switch
    {
        WriteResult.Stored stored => stored.Disclosure.Key,
        WriteResult.Refused refused => throw new FhirException(refused.Status, refused.Issues),
        _ => throw new FhirException(IssueCode.NotFound, $"{consent} is not known."),
    };

    private sealed class Undone(PreviewedConsent seen) : Exception
    {
        public PreviewedConsent Seen { get; } = seen;
    }
}

/// <summary>What is asked about: one of the two.</summary>
internal readonly record struct PreviewedChange(byte[]? Proposed, ResourceKey? Revoked);

/// <summary>How many resources the recipient sees, by type and tier, before the change and after it.</summary>
/// <param name="Remarks">What who records the consent would be warned of.</param>
internal sealed record PreviewedConsent(
    IReadOnlyDictionary<(string Type, Tier Tier), long> Before,
    IReadOnlyDictionary<(string Type, Tier Tier), long> After,
    IReadOnlyList<Issue> Remarks);
