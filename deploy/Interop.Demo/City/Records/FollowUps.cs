using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.FollowUp;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Demo.City.Records;

/// <summary>The contacts owed after encounters, and the attempts to make them.</summary>
internal static class FollowUps
{
    /// <summary>60 % of all encounters, laid on those in which the person was met.</summary>
    private const int PercentOfMet = 78;

    /// <summary>Of those that ended within a month.</summary>
    private const int PercentOverdue = 50;

    /// <summary>Hours after the end.</summary>
    private const int FirstAttempt = 1;

    public static void Write(Chart chart, Visit visit)
    {
        if (visit.End is not { } end || !visit.WasMet)
        {
            return;
        }

        var due = end + FollowUpTask.Within;
        var isOpen = due > chart.Now;
        if (!isOpen && !chart.Dice.Chance(PercentOfMet))
        {
            return;
        }

        // A few are overdue: the list must show what was missed.
        var state = isOpen || (chart.Now - due < TimeSpan.FromDays(30) && chart.Dice.Chance(PercentOverdue))
            ? chart.Dice.Pick(["requested", "accepted", "in-progress"])
            : chart.Dice.Weighted([("completed", 84), ("failed", 16)]);
        var attempts = state switch { "requested" or "accepted" => 0, "in-progress" => 1, _ => chart.Dice.Between(1, 4) };
        var last = attempts == 0 ? end : end.AddHours(FirstAttempt + (6 * (attempts - 1)));
        var task = chart.Add(Codes.CrisisProgram, () => new FhirTask
        {
            StatusElement = new() { JsonValue = state },
            StatusReason = state == "failed" ? Codes.Concept("task-reason", "not-reached") : null,
            Intent = FhirTask.TaskIntent.Order,
            Code = Codes.Concept("crisis-task", FollowUpTask.Code),
            Focus = new(visit.Reference),
            For = chart.Patient,
            Encounter = new(visit.Reference),
            AuthoredOn = end.ToDateTimeText(),
            LastModified = last.ToDateTimeText(),
            Requester = Codes.Organization(Codes.CrisisProgram),
            Owner = Codes.Organization(Codes.CrisisProgram),
            Restriction = new() { Period = new() { End = due.ToDateTimeText() } },
        });
        for (var attempt = 1; attempt <= attempts; attempt++)
        {
            var at = end.AddHours(FirstAttempt + (6 * (attempt - 1)));
            WriteAttempt(chart, visit, task, at, isReached: attempt == attempts && state == "completed");
        }
    }

    /// <summary>What was said to other agencies: seen by those who wrote or received it.</summary>
    public static void WriteThread(Chart chart, Visit visit)
    {
        if (!chart.Plan.IsNamed && !chart.Dice.Chance(12))
        {
            return;
        }

        var partner = chart.Plan.IsNamed ? Codes.CityHospital : chart.Dice.Pick([Codes.CityHospital, Codes.FamilyServices]);
        chart.Add(Codes.CrisisProgram, () => new Communication
        {
            Status = EventStatus.Completed,
            Subject = chart.Patient,
            Encounter = new(visit.Reference),
            Sent = visit.Middle.ToDateTimeText(),
            Recipient = [Codes.Organization(partner)],
            Sender = Codes.Organization(Codes.CrisisProgram),
            Payload = [new() { Content = new FhirString("Invented message: may we bring somebody tonight?") }],
        });
    }

    private static void WriteAttempt(Chart chart, Visit visit, string task, DateTimeOffset at, bool isReached) =>
        chart.Add(Codes.CrisisProgram, () => new Communication
        {
            About = [new(task)],
            Status = isReached ? EventStatus.Completed : EventStatus.NotDone,
            StatusReason = Codes.Concept("contact-outcome", isReached ? "reached" : "no-answer"),
            Subject = chart.Patient,
            Encounter = isReached ? null : new(visit.Reference), // the encounter that ended is not the contact that was owed after it
            Sent = at.ToDateTimeText(),
            Recipient = [chart.Patient],
            Sender = new("PractitionerRole/" + chart.Dice.Pick(["navigator-1-role", "navigator-2-role"])),
        });
}
