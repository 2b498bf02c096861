using Hl7.Fhir.Model;
using Interop.Server.Authoring;

namespace Interop.Demo.City;

/// <summary>What is prepared for the next crisis: the plan, the warnings, the team.</summary>
internal static class Plans
{
    private static readonly string[] Hints =
        ["Speak quietly and slowly.", "Keep three steps away.", "Ask about the cat first.", "Offer a glass of water.", "Take off the cap."];

    private static readonly string[] Dangers =
        ["keep-distance", "loud-voices", "dog-at-home", "mobility-device", "hearing", "uniform"];

    private static readonly Coding CrisisTeam = new(Codes.Loinc, "LA28867-4", "Crisis care team");
    private static readonly Coding Safety = new("http://terminology.hl7.org/CodeSystem/flag-category", "safety", "Safety");

    public static void Write(Chart chart)
    {
        var dice = chart.Dice;
        var isNamed = chart.Plan.IsNamed;
        var team = isNamed || dice.Chance(30) ? WriteTeam(chart) : null;
        if (isNamed || dice.Chance(50))
        {
            WritePlan(chart, team);
        }

        if (isNamed || dice.Chance(40))
        {
            WriteFlag(chart, isEnded: !isNamed && dice.Chance(25));
        }
    }

    private static string WriteTeam(Chart chart) => chart.Add(Codes.CrisisProgram, () => new CareTeam
    {
        Status = CareTeam.CareTeamStatus.Active,
        Category = [CrisisTeam.ToConcept()],
        Name = "Follow-up team",
        Subject = chart.Patient,
        Period = Elements.Period(chart.Now.AddDays(-60)),
        Participant = [new() { Member = new("PractitionerRole/navigator-1-role") }, new() { Member = new("PractitionerRole/peer-1-role") }],
        ManagingOrganization = [Codes.Organization(Codes.CrisisProgram)],
    });

    private static void WritePlan(Chart chart, string? team)
    {
        (string Step, string Text)[] steps =
        [
            ("shareable", chart.Dice.Pick(Hints)),
            ("shareable", $"Call {chart.Dice.Pick(Names.Friends)} on 555-0199."),
            ("private", "Invented private step: what happened last spring."),
        ];
        chart.Add(Codes.CrisisProgram, () => new CarePlan
        {
            Status = RequestStatus.Active,
            Intent = CarePlan.CarePlanIntent.Plan,
            Category = [Codes.Concept("crisis-plan-category", "crisis-safety-plan")],
            Title = "What helps me in a crisis",
            Subject = chart.Patient,
            Period = Elements.Period(chart.Now.AddDays(-90), chart.Now.AddDays(275)),
            CareTeam = team is null ? [] : [new(team)],
            Activity = [.. steps.Select(step => Activity(step.Step, step.Text))],
            Note = [new() { Text = "Written together with the person." }],
        });
    }

    private static CarePlan.ActivityComponent Activity(string step, string text) => new()
    {
        Detail = new()
        {
            Code = Codes.Concept("crisis-plan-step", step),
            Status = CarePlan.CarePlanActivityStatus.NotStarted,
            Description = text,
        },
    };

    private static void WriteFlag(Chart chart, bool isEnded)
    {
        var start = chart.Now.AddDays(isEnded ? -300 : -chart.Dice.Between(5, 120));
        chart.Add(Codes.CrisisProgram, () => new Flag
        {
            Status = isEnded ? Flag.FlagStatus.Inactive : Flag.FlagStatus.Active,
            Category = [Safety.ToConcept()],
            Code = Codes.Concept("safety-flag", chart.Dice.Pick(Dangers)),
            Subject = chart.Patient,
            Period = Elements.Period(start, start.AddDays(180)),
            Author = Codes.Organization(Codes.CrisisProgram),
        });
    }
}
