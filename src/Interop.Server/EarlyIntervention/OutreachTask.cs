using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Tasks;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Server.EarlyIntervention;

/// <summary>The Task by which somebody of the programme seeks a person out, after a prediction was answered for.</summary>
internal static class OutreachTask
{
    public const string Code = "outreach";

    public static ResourceKey KeyOf(ResourceKey prediction, ReadOnlySpan<byte> secret) =>
        new("Task", NameBasedId.Of(secret, $"{Code}|{prediction}"));

    /// <param name="instant">UTC microseconds.</param>
    public static MappedResource Of(
        ResourceKey key, ResourceKey prediction, ResourceKey patient, string practitioner, string custodian, long instant, int days)
    {
        var now = Instants.ToDateTimeOffset(instant);
        return MappedResource.Of(new FhirTask
        {
            Id = key.Id,
            Status = FhirTask.TaskStatus.Requested,
            Intent = FhirTask.TaskIntent.Order,
            Code = new(TaskBody.Kinds, Code),
            Focus = prediction.ToReference(),
            For = patient.ToReference(),
            AuthoredOn = now.ToDateTimeText(),
            LastModified = now.ToDateTimeText(),
            Requester = new($"Practitioner/{practitioner}"),
            Owner = new($"Organization/{custodian}"),
            Restriction = new() { Period = new() { End = now.AddDays(days).ToDateTimeText() } },
        });
    }
}
