using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Referrals;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Demo.City.Records;

/// <summary>Referrals in every state, the appointments that came of them, and the calls that no team was sent to.</summary>
internal static class Referrals
{
    private static readonly string[] States =
        ["requested", "accepted", "completed", "in-progress", "rejected", "on-hold", "cancelled", "failed", "received", "draft"];

    private static readonly (string Item, int Weight)[] UsualStates =
        [("completed", 50), ("in-progress", 12), ("accepted", 12), ("requested", 12), ("rejected", 8), ("failed", 6)];

    private static readonly (string Item, int Weight)[] Owners =
        [(Codes.CityHospital, 50), (Codes.FamilyServices, 35), (Codes.Shelter, 15)];

    private static readonly Coding[] Requests =
    [
        new(Codes.Snomed, "183524004", "Referral to psychiatry"), new(Codes.Snomed, "308440001", "Referral to social worker"),
        new(Codes.Snomed, "710911006", "Referral to housing service"), new(Codes.Snomed, "710915002", "Referral to community service"),
    ];

    private static readonly Coding Referral = new(Codes.Snomed, "3457005", "Referral");
    private static readonly Coding Agitated = new(Codes.Snomed, "24199005", "Agitated");

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
        chart.Add(Codes.CrisisProgram, () => new ServiceRequest
        {
            Extension = [new(Codes.ExtensionUrl("not-sent-reason"), Codes.Concept("not-sent-reason", reason))],
            Status = RequestStatus.Revoked,
            Intent = RequestIntent.Order,
            Code = Codes.Concept("response-model", "crt"),
            Subject = chart.Patient,
            AuthoredOn = chart.Now.AddDays(-chart.Dice.Between(3, 360)).ToDateTimeText(),
            Requester = Codes.Organization(Codes.DispatchCenter),
            Performer = [Codes.Organization(Codes.CrisisProgram)],
        });
    }

    private static void WriteReferral(Chart chart, Visit visit, string owner, string state)
    {
        var asked = visit.Middle;
        var moved = state is "requested" or "draft" ? asked : asked.AddHours(chart.Dice.Between(1, 30));
        var request = chart.Add(Codes.CrisisProgram, () => new ServiceRequest
        {
            Status = StatusOf(state),
            Intent = RequestIntent.Order,
            Category = [Referral.ToConcept()],
            Priority = chart.Dice.Pick([RequestPriority.Routine, RequestPriority.Urgent]),
            Code = chart.Dice.Pick(Requests).ToConcept(),
            Subject = chart.Patient,
            Encounter = new(visit.Reference),
            AuthoredOn = asked.ToDateTimeText(),
            Requester = Codes.Organization(Codes.CrisisProgram),
            Performer = [Codes.Organization(owner)],
            ReasonCode = [Agitated.ToConcept()],
            Note = [new() { Text = "Invented note to the receiving side." }],
        });
        chart.Add(Codes.CrisisProgram, () => new FhirTask
        {
            StatusElement = new() { JsonValue = state },
            StatusReason = ReferralStates.NeedsReason(state) ? new() { Text = "No capacity this week" } : null,
            Intent = FhirTask.TaskIntent.Order,
            Priority = RequestPriority.Routine,
            Code = Codes.Concept("crisis-task", "fulfill-referral"),
            Description = "Please see this person.",
            Focus = new(request),
            For = chart.Patient,
            Encounter = new(visit.Reference),
            AuthoredOn = asked.ToDateTimeText(),
            LastModified = moved.ToDateTimeText(),
            Requester = Codes.Organization(Codes.CrisisProgram),
            Owner = Codes.Organization(owner),
            Restriction = new() { Period = new() { End = asked.AddDays(7).ToDateTimeText() } },
        });
        if (state is "accepted" or "in-progress" or "completed")
        {
            WriteAppointment(chart, request, owner, moved.AddDays(2), state);
        }
    }

    private static void WriteAppointment(Chart chart, string request, string owner, DateTimeOffset start, string state) =>
        chart.Add(Codes.CrisisProgram, () => new Appointment
        {
            Status = state == "completed" ? Appointment.AppointmentStatus.Fulfilled : Appointment.AppointmentStatus.Booked,
            Start = start,
            End = start.AddMinutes(45),
            BasedOn = [new(request)],
            Participant = [Present(chart.Patient), Present(new($"Location/{owner}-site"))],
        });

    private static Appointment.ParticipantComponent Present(ResourceReference actor) =>
        new() { Actor = actor, Status = ParticipationStatus.Accepted };

    private static RequestStatus StatusOf(string taskState) => taskState switch
    {
        "draft" => RequestStatus.Draft,
        "completed" => RequestStatus.Completed,
        "on-hold" => RequestStatus.OnHold,
        "rejected" or "cancelled" or "failed" => RequestStatus.Revoked,
        _ => RequestStatus.Active,
    };
}
