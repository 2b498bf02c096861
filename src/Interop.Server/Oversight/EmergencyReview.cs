using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Server.Oversight;

/// <summary>
/// The Task in which the privacy officer reviews a broken glass; nobody else sees it (<see cref="SnoopingReview"/> says how).
/// </summary>
internal static class EmergencyReview
{
    public const string Code = "disclosure-review";

    public static MappedResource TaskFor(
        Caller caller,
        ResourceKey patient,
        string role,
        EmergencyReason reason,
        DateTimeOffset from,
        DateTimeOffset to,
        InteropSettings settings,
        ReadOnlySpan<byte> secret)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            Practitioner/{caller.Practitioner} of Organization/{caller.Organization}, {role}, client {caller.ClientId}, broke the glass over
            {patient}, from {from.ToDateTimeText()} until {to.ToDateTimeText()}. The audit trail has what was read.
            """).ReplaceLineEndings(" ");
        return MappedResource.Of(new FhirTask
        {
            Id = NameBasedId.Of(secret, $"{Code}|{patient}|{caller.Organization}|{caller.Practitioner}|{from.ToDateTimeText()}"),
            Meta = new() { Security = [new($"{CrisisProfiles.Base}/CodeSystem/sharing-label", "OVERSIGHT")] },
            Status = FhirTask.TaskStatus.Requested,
            Intent = FhirTask.TaskIntent.Order,
            Priority = RequestPriority.Stat,
            Code = new($"{CrisisProfiles.Base}/CodeSystem/crisis-task", Code),
            Description = text,
            For = new(patient.ToString()),
            ReasonCode = new($"{CrisisProfiles.Base}/CodeSystem/break-glass-reason", reason.Code, reason.Justification),
            AuthoredOn = from.ToDateTimeText(),
            LastModified = from.ToDateTimeText(),
            Owner = new($"Organization/{settings.Custodian}"),
            PerformerType = OfficerTask.Performer,
            Restriction = new() { Period = new() { End = OfficerTask.DueAfter(from, settings).ToDateTimeText() } },
        });
    }
}
