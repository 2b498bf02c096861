using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Server.Tasks;

/// <summary>The Task that tells whoever supervises that another Task is not getting done.</summary>
internal static class EscalationTask
{
    public const string Code = "escalation";

    /// <summary>The one escalation of a Task.</summary>
    public static ResourceKey KeyOf(ResourceKey task, ReadOnlySpan<byte> secret) => new("Task", NameBasedId.Of(secret, $"{Code}|{task}"));

    /// <summary>Ends the escalation of a Task that needs none any more, if it has one.</summary>
    /// <param name="keeper">Id of the Organization whose records both are.</param>
    public static void Close(GuardedTransaction transaction, ResourceKey task, string keeper, ReadOnlySpan<byte> secret)
    {
        var escalation = KeyOf(task, secret);
        if (transaction.BytesOf(escalation) is { } stored && new TaskBody(stored) is { IsOpen: true } open)
        {
            transaction.Put(
                escalation, keeper, open.End("cancelled", "ended", "There is nothing to see to any more.", transaction.Instant).Bytes);
        }
    }

    /// <summary>Tells of a Task whose time has passed, once.</summary>
    /// <param name="keeper">Id of the Organization whose records both are.</param>
    /// <param name="supervisor">Reference to who is told; with an organisation, its supervisor.</param>
    /// <param name="text">What is not getting done, without anything of the person.</param>
    /// <param name="rule">Which deadline it was, for the trail.</param>
    public static void Raise(
        GuardedTransaction transaction,
        ResourceKey task,
        string keeper,
        string supervisor,
        string text,
        string rule,
        ReadOnlySpan<byte> secret)
    {
        var person = new TaskBody(transaction.BytesOf(task)!.Value).At("for");
        var escalation = Of(task, person, supervisor, keeper, text, transaction.Instant, secret);
        if (!transaction.Has(escalation.Key))
        {
            transaction.Put(escalation.Key, keeper, escalation.Json);
            transaction.Audit(FhirInteraction.Create, escalation.Key.ToString(), "permit", detail => detail.WriteString("rule", rule));
        }
    }

    private static MappedResource Of(
        ResourceKey task, ResourceKey? person, string supervisor, string custodian, string text, long instant, ReadOnlySpan<byte> secret) =>
        MappedResource.Of(new FhirTask
        {
            Id = KeyOf(task, secret).Id,
            Status = FhirTask.TaskStatus.Requested,
            Intent = FhirTask.TaskIntent.Order,
            Priority = RequestPriority.Urgent,
            Code = new(TaskBody.Kinds, Code),
            Description = text,
            Focus = task.ToReference(),
            For = person?.ToReference(),
            AuthoredOn = Instants.ToDateTimeOffset(instant).ToDateTimeText(),
            LastModified = Instants.ToDateTimeOffset(instant).ToDateTimeText(),
            Requester = new($"Organization/{custodian}"),
            PerformerType = [new() { Text = "Supervisor" }],
            Owner = new(supervisor),
        });
}
