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

    /// <summary>Two working days later, at the same time of day; holidays are not known here.</summary>
    public static DateTimeOffset DueAfter(DateTimeOffset instant)
    {
        var due = instant;
        for (var days = 0; days < WorkingDays;)
        {
            due = due.AddDays(1);
            days += due.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0 : 1;
        }

        return due;
    }
}
