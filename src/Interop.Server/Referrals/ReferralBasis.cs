using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Validation;
using Interop.Server.Guard;
using Interop.Server.Tasks;
using Interop.Sharing.Policy;

namespace Interop.Server.Referrals;

/// <summary>
/// On what a referral rests: its recipient is let in, and would see what is asked of it. Who would get a Task with nothing in it gets none,
/// and who asks is told what is missing.
/// </summary>
internal sealed class ReferralBasis(Sights sights, TreatmentBasis treatment)
{
    /// <summary>What is missing; nothing where the referral may go.</summary>
    /// <param name="keeper">Id of the Organization whose record the Task is.</param>
    public IReadOnlyList<Issue> Missing(GuardedTransaction transaction, ReadOnlyMemory<byte> task, string keeper)
    {
        var body = new TaskBody(task);
        if (transaction.OrganizationsAt("Task", task, "requester") is not [var requester] || requester != keeper)
        {
            return [TaskBody.Objection("Who asks is the organisation that records the referral, or one of its people.", "Task.requester")];
        }

        if (body.At("focus") is not { Type: "ServiceRequest" } request || transaction.KeeperOf(request) != keeper)
        {
            return [TaskBody.Objection("A referral has the ServiceRequest of who asks in its focus.", "Task.focus")];
        }

        if (body.At("for") is not { Type: "Patient" } person || Referral.At(transaction.BytesOf(request)!.Value, "subject") != person)
        {
            return [TaskBody.Objection("A referral is for the Patient who is the request's subject.", "Task.for")];
        }

        if (transaction.OrganizationsAt("Task", task, "owner") is not [var owner])
        {
            return
            [
                TaskBody.Objection(
                    "A referral has a recipient: an organisation, or a role, a service or a team that the directory knows to be of one.",
                    "Task.owner"),
            ];
        }

        return owner == keeper ? [] : Unseen(transaction, request, person, owner, keeper);
    }

    private IReadOnlyList<Issue> Unseen(
        GuardedTransaction transaction, ResourceKey request, ResourceKey person, string owner, string keeper)
    {
        // Whether others have an agreement with it is not for who asks.
        if (!sights.IsAdmitted(transaction, owner))
        {
            return [NoAgreement()];
        }

        transaction.LetGrantsFollow();
        var restsOnTreatment = TreatmentBasis.IsOf(transaction.BytesOf(request)!.Value);
        if (restsOnTreatment && transaction.Refuses(person.Id, request, owner, "TREAT"))
        {
            return [TaskBody.Objection($"The person refuses requests (intermediate) to Organization/{owner}.", "Task.for")];
        }

        if (transaction.Read(request, sights.OfRecipient(transaction, owner)) is { } seen
            && !TopLevel.Value(seen.Body.Span, "code").IsEmpty)
        {
            return [];
        }

        if (restsOnTreatment)
        {
            return treatment.Objection(transaction, owner, keeper) is { } objection
                ? [TaskBody.Objection(objection, "Task.owner")]
                : [TreatmentBasis.Hidden(
                    transaction.OrganizationsAt("ServiceRequest", transaction.BytesOf(request)!.Value, "performer").Contains(owner))];
        }

        var ceiling = transaction.AgreementsOf(keeper)
            .Where(agreement => agreement.Grantee == owner && agreement.InForceAt(transaction.Instant))
            .Select(agreement => (Tier?)agreement.Ceiling)
            .Max();
        return ceiling switch
        {
            null => [NoAgreement()],
            < Tier.Intermediate =>
                [TaskBody.Objection($"The agreement with Organization/{owner} does not open requests (intermediate).", "Task.owner")],
            _ when !IsOpened(transaction, person.Id, owner, keeper) =>
            [
                TaskBody.Objection(
                    $"No active consent of the person opens requests (intermediate) to Organization/{owner}"
                        + (treatment.Objection(transaction, owner, keeper) is null
                            ? $"; the request may rest on treatment (category treatment of {TreatmentBasis.System})."
                            : "."),
                    "Task.for"),
            ],
            _ => [TaskBody.Objection("The person's consent does not clear what the request is labelled with.", "Task.focus")],
        };

        Issue NoAgreement() =>
            TaskBody.Objection($"No agreement opens records of Organization/{keeper} to Organization/{owner}.", "Task.owner");
    }

    private static bool IsOpened(GuardedTransaction transaction, string person, string owner, string keeper) =>
        transaction.GrantsOf(person).Any(grant => grant.Grantee == owner && grant.Source == keeper && grant.Tier >= Tier.Intermediate
            && grant.From <= transaction.Instant && transaction.Instant < grant.To);
}
