using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Server.Authoring;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Server.Tasks;

/// <summary>The Task that tells whoever supervises that another Task is not getting done.</summary>
internal static class EscalationTask
{
    public const string Code = "escalation";

    /// <summary>The one escalation of a Task.</summary>
    public static ResourceKey KeyOf(ResourceKey task, ReadOnlySpan<byte> secret) => new("Task", NameBasedId.Of(secret, $"{Code}|{task}"));

    /// <param name="supervisor">Reference to who is told; with an organisation, its supervisor.</param>
    /// <param name="text">What is not getting done, without anything of the person.</param>
    public static MappedResource Of(
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
