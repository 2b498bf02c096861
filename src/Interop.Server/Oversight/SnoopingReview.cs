using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Server.Oversight;

/// <summary>
/// The Task that shows a snooping alert to the privacy officer. It carries a label that no sharing rule knows: such a record is read by
/// who clears unknown labels, which the privacy officer of its custodian alone does (profiles/sharing/roles.json). Neither partners nor
/// colleagues see it, and so they cannot count it.
/// </summary>
internal static class SnoopingReview
{
    public const string Code = "snooping-alert";

    /// <param name="text">Who, since when and how many, without a name that was looked for.</param>
    /// <param name="name">What the id follows from: the same alert makes the same Task.</param>
    public static MappedResource TaskFor(
        string text, DateTimeOffset instant, string name, InteropSettings settings, ReadOnlySpan<byte> secret) =>
        MappedResource.Of(new FhirTask
        {
            Id = NameBasedId.Of(secret, $"{Code}|{name}"),
            Meta = new() { Security = [new($"{CrisisProfiles.Base}/CodeSystem/sharing-label", "OVERSIGHT")] },
            Status = FhirTask.TaskStatus.Requested,
            Intent = FhirTask.TaskIntent.Order,
            Priority = RequestPriority.Urgent,
            Code = new($"{CrisisProfiles.Base}/CodeSystem/crisis-task", Code),
            Description = text,
            AuthoredOn = instant.ToDateTimeText(),
            LastModified = instant.ToDateTimeText(),
            Owner = new($"Organization/{settings.Custodian}"),
            PerformerType = OfficerTask.Performer,
            Restriction = new() { Period = new() { End = OfficerTask.DueAfter(instant, settings).ToDateTimeText() } },
        });
}
