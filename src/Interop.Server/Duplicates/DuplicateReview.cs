using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Guard.Matching;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Server.Duplicates;

/// <summary>
/// The Task that shows the privacy officer two records which may be one person's. She merges them, or ends the Task because they are two;
/// nobody else sees it.
/// </summary>
internal static class DuplicateReview
{
    public const string Code = "possible-duplicate";

    /// <summary>Of the code system task-reason: the records don't fit any more, or one is gone; they may yet fit again.</summary>
    public const string Lapsed = "ended";

    /// <summary>The one Task of two records, in whichever order.</summary>
    public static ResourceKey KeyOf(ResourceKey patient, ResourceKey other, ReadOnlySpan<byte> secret)
    {
        var pair = string.Join('|', new[] { patient.Id, other.Id }.Order(StringComparer.Ordinal));
        return new("Task", NameBasedId.Of(secret, $"{Code}|{pair}"));
    }

    public static MappedResource Of(
        ResourceKey patient, ResourceKey other, PersonScore score, long instant, InteropSettings settings, ReadOnlySpan<byte> secret)
    {
        var time = Instants.ToDateTimeOffset(instant);
        var value = score.Value.ToString("0.00", CultureInfo.InvariantCulture);
        return MappedResource.Of(new FhirTask
        {
            Id = KeyOf(patient, other, secret).Id,
            Meta = new() { Security = [new($"{CrisisProfiles.Base}/CodeSystem/sharing-label", "OVERSIGHT")] },
            Status = FhirTask.TaskStatus.Requested,
            Intent = FhirTask.TaskIntent.Order,
            Priority = RequestPriority.Routine,
            Code = new(TaskBody.Kinds, Code),
            Description = $"Two records seem to be one person's ({score.Grade}, {value}). Merge them, or say that they are two.",
            Focus = patient.ToReference(),
            For = other.ToReference(),
            AuthoredOn = time.ToDateTimeText(),
            LastModified = time.ToDateTimeText(),
            Owner = new($"Organization/{settings.Custodian}"),
            PerformerType = OfficerTask.Performer,
            Restriction = new() { Period = new() { End = OfficerTask.DueAfter(time, settings).ToDateTimeText() } },
        });
    }
}
