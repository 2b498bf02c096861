using Interop.Server.Authoring;
using Interop.Server.Referrals;

namespace Interop.Demo.City;

/// <summary>Referrals in every state, the appointments that came of them, and the calls that no team was sent to.</summary>
internal static class Referrals
{
    private static readonly string[] States =
        ["requested", "accepted", "completed", "in-progress", "rejected", "on-hold", "cancelled", "failed", "received", "draft"];

    private static readonly (string Item, int Weight)[] UsualStates =
        [("completed", 50), ("in-progress", 12), ("accepted", 12), ("requested", 12), ("rejected", 8), ("failed", 6)];

    private static readonly (string Item, int Weight)[] Owners =
        [(Codes.CityHospital, 50), (Codes.FamilyServices, 35), (Codes.Shelter, 15)];

    private static readonly Code[] Requests =
    [
        new(Codes.Snomed, "183524004", "Referral to psychiatry"), new(Codes.Snomed, "308440001", "Referral to social worker"),
        new(Codes.Snomed, "710911006", "Referral to housing service"), new(Codes.Snomed, "710915002", "Referral to community service"),
    ];

    private static readonly string[] NotSent =
        ["no-unit", "outside-hours", "outside-area", "safety", "medical", "caller-declined", "recalled", "duplicate", "untriaged"];

    /// <summary>60 % of all encounters, laid on those in which the person was met.</summary>
    private const int PercentOfMet = 77;

    public static void Write(Chart chart, Visit visit)
    {
        if (chart.Plan.IsNamed)
        {
            if (visit.IsOpen)
            {
                WriteReferral(chart, visit, Codes.CityHospital, "requested");
            }
        }
        else if (visit is { WasMet: true, IsOpen: false } && chart.Dice.Chance(PercentOfMet))
        {
            var state = chart.Dice.Chance(25) ? States[chart.Plan.Number % States.Length] : chart.Dice.Weighted(UsualStates);
            WriteReferral(chart, visit, chart.Dice.Weighted(Owners), state);
        }
    }

    /// <summary>An eligible call without a team keeps its reason.</summary>
    public static void WriteNotSent(Chart chart)
    {
        if (chart.Plan.IsNamed || !chart.Dice.Chance(35))
        {
            return;
        }

        var reason = chart.Plan.Number < 40 ? NotSent[chart.Plan.Number % NotSent.Length] : chart.Dice.Pick(NotSent);
        chart.Add(Codes.CrisisProgram, "ServiceRequest", json => json
            .One("extension", extension => extension
                .Text("url", Codes.ExtensionUrl("not-sent-reason"))
                .Concept("valueCodeableConcept", Codes.Own("not-sent-reason", reason)))
            .Text("status", "revoked")
            .Text("intent", "order")
            .Concept("code", Codes.Own("response-model", "crt"))
            .Reference("subject", chart.Patient)
            .Time("authoredOn", chart.Now.AddDays(-chart.Dice.Between(3, 360)))
            .Reference("requester", Codes.Organization(Codes.DispatchCenter))
            .References("performer", Codes.Organization(Codes.CrisisProgram)));
    }

    private static void WriteReferral(Chart chart, Visit visit, string owner, string state)
    {
        var asked = visit.Middle;
        var moved = state is "requested" or "draft" ? asked : asked.AddHours(chart.Dice.Between(1, 30));
        var request = chart.Add(Codes.CrisisProgram, "ServiceRequest", json => json
            .Text("status", StatusOf(state))
            .Text("intent", "order")
            .Concepts("category", new Code(Codes.Snomed, "3457005", "Referral"))
            .Text("priority", chart.Dice.Pick(["routine", "urgent"]))
            .Concept("code", chart.Dice.Pick(Requests))
            .Reference("subject", chart.Patient)
            .Reference("encounter", visit.Reference)
            .Time("authoredOn", asked)
            .Reference("requester", Codes.Organization(Codes.CrisisProgram))
            .References("performer", Codes.Organization(owner))
            .Concepts("reasonCode", new Code(Codes.Snomed, "24199005", "Agitated"))
            .One("note", note => note.Text("text", "Invented note to the receiving side.")));
        chart.Add(Codes.CrisisProgram, "Task", json =>
        {
            json.Text("status", state);
            if (ReferralStates.NeedsReason(state))
            {
                json.Object("statusReason", reason => reason.Text("text", "No capacity this week"));
            }

            json.Text("intent", "order")
                .Text("priority", "routine")
                .Concept("code", Codes.Own("crisis-task", "fulfill-referral"))
                .Text("description", "Please see this person.")
                .Reference("focus", request)
                .Reference("for", chart.Patient)
                .Reference("encounter", visit.Reference)
                .Time("authoredOn", asked)
                .Time("lastModified", moved)
                .Reference("requester", Codes.Organization(Codes.CrisisProgram))
                .Reference("owner", Codes.Organization(owner))
                .Object("restriction", restriction => restriction.Object("period", period => period.Time("end", asked.AddDays(7))));
        });
        if (state is "accepted" or "in-progress" or "completed")
        {
            WriteAppointment(chart, request, owner, moved.AddDays(2), state);
        }
    }

    private static void WriteAppointment(Chart chart, string request, string owner, DateTimeOffset start, string state) =>
        chart.Add(Codes.CrisisProgram, "Appointment", json => json
            .Text("status", state == "completed" ? "fulfilled" : "booked")
            .Time("start", start)
            .Time("end", start.AddMinutes(45))
            .References("basedOn", request)
            .Each("participant", [chart.Patient, $"Location/{owner}-site"], actor => json
                .Reference("actor", actor)
                .Text("status", "accepted")));

    private static string StatusOf(string taskState) => taskState switch
    {
        "draft" => "draft",
        "completed" => "completed",
        "on-hold" => "on-hold",
        "rejected" or "cancelled" or "failed" => "revoked",
        _ => "active",
    };
}
