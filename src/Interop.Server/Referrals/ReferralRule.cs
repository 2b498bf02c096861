using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;

namespace Interop.Server.Referrals;

/// <summary>A referral goes out with what it rests on, and comes back with its outcome.</summary>
internal sealed class ReferralRule(ReferralBasis basis, RecipientRoom room, Secrets secrets) : TypeRule("Task")
{
    public override byte[] Completed(ResourceStep step, byte[] body) =>
        Referral.Is(body) && step.Before is { } before ? ReferralOutcome.Told(step.Transaction, before, body) : body;

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Body is not { } body || !Referral.Is(body))
        {
            return;
        }

        if (IsSent(body) && !(step.Before is { } before && IsSent(before)))
        {
            transaction.AtEnd(() => Demand(transaction, step.Key, step.Custodian));
        }

        if (!Referral.IsPending(body))
        {
            EscalationTask.Close(transaction, step.Key, step.Custodian, secrets.Key.Span);
        }
    }

    private static bool IsSent(ReadOnlyMemory<byte> task) => new TaskBody(task).Status == "requested";

    private void Demand(GuardedTransaction transaction, ResourceKey task, string keeper)
    {
        var sent = transaction.BytesOf(task)!.Value;
        if (basis.Missing(transaction, sent, keeper) is { Count: > 0 } missing)
        {
            throw new FhirException(422, missing);
        }

        if (transaction.OrganizationsAt("Task", sent, "owner") is [var owner] && owner != keeper)
        {
            transaction.Remark(task, room.Remarks(transaction, sent, owner));
        }
    }
}

/// <summary>A referral that nobody answers in time is told to who supervises, once.</summary>
internal sealed class ReferralDeadline(InteropSettings settings, Secrets secrets) : IChangeWatch, IDeadline
{
    public string Kind => "referral-acceptance";

    public void Note(GuardedTransaction transaction, StoredStep step)
    {
        if (!transaction.IsHistory && step.Key.Type == "Task" && step.Body is { } body && Referral.IsPending(body)
            && !(step.Before is { } before && Referral.IsPending(before)))
        {
            var due = transaction.Instant + Referral.Patience(body).InMicroseconds();
            Deadlines.Set(transaction, Kind, step.Key, due, due);
        }
    }

    public void Pass(GuardedTransaction transaction, ResourceKey task, long due)
    {
        if (transaction.KeeperOf(task) is not { } keeper || transaction.BytesOf(task) is not { } stored || !Referral.IsPending(stored))
        {
            return;
        }

        EscalationTask.Raise(
            transaction,
            task,
            keeper,
            keeper == settings.Custodian ? settings.Supervisor : $"Organization/{keeper}",
            "Nobody has accepted a referral, or refused it, in the time that it has.",
            Kind,
            secrets.Key.Span);
    }
}
