using Interop.Server.Authoring;
using Interop.Server.FollowUp;

namespace Interop.Demo.City;

/// <summary>The contacts owed after encounters, and the attempts to make them.</summary>
internal static class FollowUps
{
    /// <summary>60 % of all encounters, laid on those in which the person was met.</summary>
    private const int PercentOfMet = 78;

    /// <summary>Hours after the end.</summary>
    private const int FirstAttempt = 1;

    private static readonly Code Code = Codes.Own("crisis-task", FollowUpTask.Code);

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
        var state = isOpen || (chart.Now - due < TimeSpan.FromDays(20) && chart.Dice.Chance(20))
            ? chart.Dice.Pick(["requested", "accepted", "in-progress"])
            : chart.Dice.Weighted([("completed", 84), ("failed", 16)]);
        var attempts = state switch { "requested" or "accepted" => 0, "in-progress" => 1, _ => chart.Dice.Between(1, 4) };
        var last = attempts == 0 ? end : end.AddHours(FirstAttempt + (6 * (attempts - 1)));
        var task = chart.Add(Codes.CrisisProgram, "Task", json =>
        {
            json.Text("status", state);
            if (state == "failed")
            {
                json.Object("statusReason", reason => reason.Text("text", "Not reached after three attempts"));
            }

            json.Text("intent", "order")
                .Concept("code", Code)
                .Reference("focus", visit.Reference)
                .Reference("for", chart.Patient)
                .Reference("encounter", visit.Reference)
                .Time("authoredOn", end)
                .Time("lastModified", last)
                .Reference("requester", Codes.Organization(Codes.CrisisProgram))
                .Reference("owner", Codes.Organization(Codes.CrisisProgram))
                .Object("restriction", restriction => restriction.Object("period", period => period.Time("end", due)));
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
        chart.Add(Codes.CrisisProgram, "Communication", json => json
            .Text("status", "completed")
            .Reference("subject", chart.Patient)
            .Reference("encounter", visit.Reference)
            .Time("sent", visit.Middle)
            .References("recipient", Codes.Organization(partner))
            .Reference("sender", Codes.Organization(Codes.CrisisProgram))
            .One("payload", payload => payload.Text("contentString", "Invented message: may we bring somebody tonight?")));
    }

    private static void WriteAttempt(Chart chart, Visit visit, string task, DateTimeOffset at, bool isReached) =>
        chart.Add(Codes.CrisisProgram, "Communication", json => json
            .References("about", task)
            .Text("status", isReached ? "completed" : "not-done")
            .Object("statusReason", reason => reason.Text("text", isReached ? "Reached" : "No answer"))
            .Reference("subject", chart.Patient)
            .Reference("encounter", visit.Reference)
            .Time("sent", at)
            .References("recipient", chart.Patient)
            .Reference("sender", "PractitionerRole/" + chart.Dice.Pick(["navigator-1-role", "navigator-2-role"])));
}
