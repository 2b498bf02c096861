using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Guard.Matching;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;

namespace Interop.Server.Duplicates;

/// <summary>
/// Who is recorded, or known by something else now, may be recorded already. That is looked for afterwards, not while the writer waits. Who
/// links two records has answered what the Task of the two asks.
/// </summary>
internal sealed class DuplicateRule(InteropSettings settings, Secrets secrets) : TypeRule("Patient")
{
    /// <summary>Who may not see the link must still see that the record is not the one to use.</summary>
    public override WriteResult.Refused? Misread(ReadOnlyMemory<byte> body) =>
        PatientLinks.IsReplaced(body) && !PatientLinks.IsInactive(body)
            ? new(IssueCode.BusinessRule, "A record that another one replaces has active false.", "Patient.active")
            : null;

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Custodian != settings.Custodian)
        {
            return;
        }

        if (Said(step.Before) != Said(step.Body))
        {
            Deadlines.Set(transaction, DuplicateSearch.Name, step.Key, transaction.Instant, transaction.Instant);
        }

        foreach (var other in step.Body is { } body ? PatientLinks.Merged(body) : [])
        {
            Answer(transaction, DuplicateReview.KeyOf(step.Key, other, secrets.Key.Span));
        }
    }

    private void Answer(GuardedTransaction transaction, ResourceKey review)
    {
        if (transaction.BytesOf(review) is { } stored && new TaskBody(stored) is { IsOpen: true } open)
        {
            transaction.Put(review, settings.Custodian, open.Move("completed", transaction.Instant).Bytes);
        }
    }

    /// <summary>What of a record the search goes by.</summary>
    private static string? Said(ReadOnlyMemory<byte>? patient)
    {
        if (patient is not { } body)
        {
            return null;
        }

        var person = PersonDescription.Of(body);
        IReadOnlyList<string>[] lists =
            [person.Identifiers, person.Families, person.Givens, [$"{person.BirthDate} {person.Gender}"], person.Phones, person.Places,
                [.. PatientLinks.Of(body).Select(link => link.ToString())], [$"{PatientLinks.IsRetired(body)}"]];
        return string.Join('\n', lists.Select(list => string.Join('\t', list)));
    }
}
