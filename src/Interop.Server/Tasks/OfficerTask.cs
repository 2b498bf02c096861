using Hl7.Fhir.Model;
using Interop.Server.Settings;

namespace Interop.Server.Tasks;

/// <summary>
/// What makes a Task one of the privacy officer's list (<c>Task?performer=privacy-officer&amp;_sort=due</c>): whom it waits for, and until
/// when she has time.
/// </summary>
internal static class OfficerTask
{
    private const int WorkingDays = 2;

    /// <summary>Task.performerType.</summary>
    public static List<CodeableConcept> Performer =>
        [new($"{CrisisProfiles.Base}/CodeSystem/staff-role", "privacy-officer") { Text = "Privacy officer" }];

    /// <summary>Two working days of the site later, at the same time of day.</summary>
    public static DateTimeOffset DueAfter(DateTimeOffset instant, InteropSettings settings)
    {
        var due = TimeZoneInfo.ConvertTime(instant, settings.TimeZone);
        for (var days = 0; days < WorkingDays;)
        {
            due = due.AddDays(1);
            var isFree = due.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday
                || settings.Holidays.Contains(DateOnly.FromDateTime(due.DateTime));
            days += isFree ? 0 : 1;
        }

        return due.ToUniversalTime();
    }
}
