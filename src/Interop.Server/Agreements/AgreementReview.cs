using System.Globalization;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Sharing.Agreements;

namespace Interop.Server.Agreements;

/// <summary>
/// The reminders that an agreement has to be renewed: 90, 60 and 30 days before it ends or its review is due, whichever is first.
/// </summary>
public static class AgreementReview
{
    public const string Code = "mou-review";

    private static readonly (int Days, string Priority)[] Reminders = [(30, "asap"), (60, "urgent"), (90, "routine")];

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
        var key = new ResourceKey("Task", NameBasedId.Of(secret, name));
        return new(key, FhirWriter.Resource(key.Type, key.Id, task => task
            .Text("status", "requested")
            .Text("intent", "order")
            .Text("priority", reminder.Priority)
            .Concept("code", new("https://interop.example/fhir/CodeSystem/crisis-task", Code))
            .Text("description", $"Renew the agreement with Organization/{agreement.Grantee}, or let it end: {reminder.Days} days or less are left.")
            .Reference("focus", $"Contract/{agreement.Id}")
            .Reference("for", $"Organization/{agreement.Grantee}")
            .Time("authoredOn", instant)
            .Time("lastModified", instant)
            .Reference("requester", organization)
            .Reference("owner", organization)
            .Object("restriction", restriction => restriction.Object("period", period => period.Time("end", end)))));
    }

    private static DateTimeOffset DueOf(Agreement agreement)
    {
        var end = Instants(agreement.To);
        return DateTimeOffset.TryParseExact(
            agreement.ReviewDate, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var review) && review < end
            ? review
            : end;
    }

    private static DateTimeOffset Instants(long microseconds) => Http.Instants.ToDateTimeOffset(microseconds);
}
