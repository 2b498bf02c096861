using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Sharing.Agreements;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Server.Agreements;

/// <summary>
/// The reminders that an agreement has to be renewed: 90, 60 and 30 days before it ends or its review is due, whichever is first.
/// </summary>
public static class AgreementReview
{
    public const string Code = "mou-review";

    private static readonly (int Days, RequestPriority Priority)[] Reminders =
        [(30, RequestPriority.Asap), (60, RequestPriority.Urgent), (90, RequestPriority.Routine)];

    /// <summary>
    /// The Task for the last reminder that is due; null before the first and after the end. Its id follows from the agreement, its end
    /// and the reminder, so that each is made once, and anew when the agreement is prolonged.
    /// </summary>
    /// <param name="custodian">Id of the Organization whose privacy officer reviews.</param>
    /// <param name="secret">Key of name-based ids.</param>
    public static MappedResource? TaskFor(Agreement agreement, DateTimeOffset instant, string custodian, ReadOnlySpan<byte> secret)
    {
        var end = DueOf(agreement);
        if (!Agreement.Binds(agreement.Status) || agreement.Gaps.Count > 0 || Instants(agreement.To) <= instant)
        {
            return null;
        }

        var reminder = Reminders.FirstOrDefault(reminder => end - instant <= TimeSpan.FromDays(reminder.Days));
        if (reminder.Days == 0)
        {
            return null;
        }

        var organization = $"Organization/{custodian}";
        var name = string.Create(CultureInfo.InvariantCulture, $"{Code}|Contract/{agreement.Id}|{end:O}|{reminder.Days}");
        return MappedResource.Of(new FhirTask
        {
            Id = NameBasedId.Of(secret, name),
            Status = FhirTask.TaskStatus.Requested,
            Intent = FhirTask.TaskIntent.Order,
            Priority = reminder.Priority,
            Code = new($"{CrisisProfiles.Base}/CodeSystem/crisis-task", Code),
            Description =
                $"Renew the agreement with Organization/{agreement.Grantee}, or let it end: {reminder.Days} days or less are left.",
            Focus = new($"Contract/{agreement.Id}"),
            For = new($"Organization/{agreement.Grantee}"),
            AuthoredOn = instant.ToDateTimeText(),
            LastModified = instant.ToDateTimeText(),
            Requester = new(organization),
            Owner = new(organization),
            PerformerType = OfficerTask.Performer,
            Restriction = new() { Period = new() { End = end.ToDateTimeText() } },
        });
    }

    private static DateTimeOffset DueOf(Agreement agreement)
    {
        var end = Instants(agreement.To);
        return DateTimeOffset.TryParseExact(
            agreement.ReviewDate, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var review)
                && review < end
            ? review
            : end;
    }

    private static DateTimeOffset Instants(long microseconds) => Hosting.Instants.ToDateTimeOffset(microseconds);
}
