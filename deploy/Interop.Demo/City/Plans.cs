using Interop.Server.Authoring;

namespace Interop.Demo.City;

/// <summary>What is prepared for the next crisis: the plan, the warnings, the team.</summary>
internal static class Plans
{
    private static readonly string[] Hints =
        ["Speak quietly and slowly.", "Keep three steps away.", "Ask about the cat first.", "Offer a glass of water.", "Take off the cap."];

    private static readonly string[] Dangers =
        ["keep-distance", "loud-voices", "dog-at-home", "mobility-device", "hearing", "uniform"];

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

    private static string WriteTeam(Chart chart) =>
        chart.Add(Codes.CrisisProgram, "CareTeam", json => json
            .Text("status", "active")
            .Concepts("category", new Code(Codes.Loinc, "LA28867-4", "Crisis care team"))
            .Text("name", "Follow-up team")
            .Reference("subject", chart.Patient)
            .Period("period", chart.Now.AddDays(-60))
            .Each("participant", ["navigator-1-role", "peer-1-role"], member => json.Reference("member", "PractitionerRole/" + member))
            .References("managingOrganization", Codes.Organization(Codes.CrisisProgram)));

    private static void WritePlan(Chart chart, string? team)
    {
        (string Step, string Text)[] steps =
        [
            ("shareable", chart.Dice.Pick(Hints)),
            ("shareable", $"Call {chart.Dice.Pick(Names.Friends)} on 555-0199."),
            ("private", "Invented private step: what happened last spring."),
        ];
        chart.Add(Codes.CrisisProgram, "CarePlan", json => json
            .Text("status", "active")
            .Text("intent", "plan")
            .Concepts("category", Codes.Own("crisis-plan-category", "crisis-safety-plan"))
            .Text("title", "What helps me in a crisis")
            .Reference("subject", chart.Patient)
            .Period("period", chart.Now.AddDays(-90), chart.Now.AddDays(275))
            .References("careTeam", team is null ? [] : [team])
            .Each("activity", steps, step => json.Object("detail", detail => detail
                .Concept("code", Codes.Own("crisis-plan-step", step.Step))
                .Text("status", "not-started")
                .Text("description", step.Text)))
            .One("note", note => note.Text("text", "Written together with the person.")));
    }

    private static void WriteFlag(Chart chart, bool isEnded)
    {
        var start = chart.Now.AddDays(isEnded ? -300 : -chart.Dice.Between(5, 120));
        chart.Add(Codes.CrisisProgram, "Flag", json => json
            .Text("status", isEnded ? "inactive" : "active")
            .Concepts("category", new Code("http://terminology.hl7.org/CodeSystem/flag-category", "safety", "Safety"))
            .Concept("code", Codes.Own("safety-flag", chart.Dice.Pick(Dangers)))
            .Reference("subject", chart.Patient)
            .Period("period", start, start.AddDays(180))
            .Reference("author", Codes.Organization(Codes.CrisisProgram)));
    }
}
