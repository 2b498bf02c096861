using Interop.Server.Workflows;

namespace Interop.Demo.City;

/// <summary>The contacts owed after encounters, and the attempts to make them.</summary>
internal static class FollowUps
{
    private static readonly Code Code = Codes.Own("crisis-task", FollowUp.Code);

    public static void Write(Chart chart, Visit visit)
    {
        if (visit.End is not { } end || !visit.WasMet || !chart.Dice.Chance(78))
        {
            return;
        }

        var due = end + FollowUp.Within;
        var state = due > chart.Now ? chart.Dice.Pick(["requested", "accepted"]) : chart.Dice.Weighted([("completed", 84), ("failed", 16)]);
        var attempts = state == "requested" ? 0 : chart.Dice.Between(1, 4);
        var last = end.AddHours(6 * attempts);
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
            WriteAttempt(chart, visit, task, end.AddHours(6 * attempt), isReached: attempt == attempts && state == "completed");
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
