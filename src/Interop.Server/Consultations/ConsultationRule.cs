using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;

namespace Interop.Server.Consultations;

/// <summary>
/// A field team asks the psychiatrist on duty: a Task <c>consult</c> of the programme's for a person. Where it names nobody it goes to who
/// is on duty; where it names no time it waits for the site's minutes.
/// </summary>
internal sealed class ConsultationRule(InteropSettings settings, Secrets secrets) : TypeRule("Task")
{
    public const string Code = "consult";

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        var task = new TaskBody(step.After);
        if (!task.Is(Code) || step.Before is not null)
        {
            return null;
        }

        return step.Writer != settings.Custodian
                ? new(IssueCode.BusinessRule, "The programme's own teams consult the psychiatrist on duty.", "Task.code")
            : task.At("for") is not { Type: "Patient" }
                ? new(IssueCode.BusinessRule, "A consultation is about one Patient.", "Task.for")
            : task.At("owner") is null && settings.Consultations.Psychiatrist is null
                ? new(
                    IssueCode.BusinessRule,
                    "Nobody is on duty here (Interop:Consultations:Psychiatrist): a consultation names whom it asks.",
                    "Task.owner")
            : null;
    }

    public override byte[] Completed(ResourceStep step, byte[] body)
    {
        var task = new TaskBody(body);
        if (!task.Is(Code) || step.Before is not null)
        {
            return body;
        }

        if (task.At("owner") is null && settings.Consultations.Psychiatrist is { } psychiatrist)
        {
            body = TopLevel.Replace(body, "owner", FhirJson.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("reference", psychiatrist);
                writer.WriteEndObject();
            }));
        }

        return task.Due is not null ? body : TopLevel.Replace(body, "restriction", FhirJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("period");
            writer.WriteString("end", Instants.ToText(step.Instant + settings.Consultations.Minutes.InMicroseconds()));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }));
    }

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Body is { } body && new TaskBody(body) is var task && task.Is(Code) && !IsWaiting(task))
        {
            EscalationTask.Close(transaction, step.Key, step.Custodian, secrets.Key.Span);
        }
    }

    /// <summary>Whether nobody has answered it yet.</summary>
    public static bool IsWaiting(TaskBody task) => task.Status is "requested" or "received";
}

/// <summary>A consultation that nobody answers in its minutes is told to who supervises, once.</summary>
internal sealed class ConsultationDeadline(InteropSettings settings, Secrets secrets) : IChangeWatch, IDeadline
{
    public string Kind => "consultation-answer";

    public void Note(GuardedTransaction transaction, StoredStep step)
    {
        if (!transaction.IsHistory && step.Key.Type == "Task" && step.Body is { } body && DueOf(body) is { } due
            && (step.Before is not { } before || DueOf(before) != due))
        {
            Deadlines.Set(transaction, Kind, step.Key, due, due);
        }
    }

    public void Pass(GuardedTransaction transaction, ResourceKey task, long due)
    {
        if (transaction.KeeperOf(task) is not { } keeper || transaction.BytesOf(task) is not { } stored || DueOf(stored) != due)
        {
            return;
        }

        EscalationTask.Raise(
            transaction,
            task,
            keeper,
            settings.Supervisor,
            "The psychiatrist on duty has not answered in time.",
            Kind,
            secrets.Key.Span);
    }

    private static long? DueOf(ReadOnlyMemory<byte> stored) =>
        new TaskBody(stored) is var task && task.Is(ConsultationRule.Code) && ConsultationRule.IsWaiting(task) ? task.Due : null;
}
