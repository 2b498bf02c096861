using Interop.Demo;

namespace Interop.Server.Tests.NonInterference;

/// <summary>Two databases that differ in what no limited data set has are one to an evaluator.</summary>
public class LimitedPairTests
{
    private const string Program = "crisis-program";

    private static readonly DemoCaller Evaluator = new("evaluator", Program, ["HOPERAT"], ["evaluator"], "system/*.rs");

    [Fact]
    public async Task What_an_evaluator_gets_hangs_on_nothing_that_is_not_in_the_data_set()
    {
        await using var pair = await PairedServers.StartAsync();
        await pair.BothAsync(Program, Fixtures.Organization(Program, "crisis-program"), Fixtures.Organization("shelter", "shelter"));
        string[] persons = [Fixtures.Patient("p1", "Alpha"), Fixtures.Patient("p2", "Beta")];
        await pair.With.ImportAsync(Program, persons);
        await pair.Without.ImportAsync(Program, [.. persons.Reverse()]); // another order, other names, another day of one week
        await pair.VariantsAsync(
            Program,
            Fixtures.Patient("p1", "Alpha").Replace("555-0100", "555-0199", StringComparison.Ordinal),
            Fixtures.Patient("p1", "Omega").Replace("1988-02-29", "1988-03-02", StringComparison.Ordinal));
        pair.With.Clock.Advance(TimeSpan.FromSeconds(7));
        await pair.HiddenAsync(
            Program,
            Fixtures.Condition("labelled", "p1", "75544000"),
            """
            {"resourceType":"Location","id":"labelled","status":"active","name":"A","meta":{"security":[
            {"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}}
            """,
            """{"resourceType":"Practitioner","id":"anna","name":[{"family":"A"}]}""",
            """{"resourceType":"Observation","id":"o","status":"final","code":{"text":"unlisted"},"subject":{"reference":"Patient/p2"}}""");
        await pair.VariantsAsync(
            Program,
            Fixtures.Encounter("e1", "p1").Replace(
                "\"serviceProvider\"", "\"location\":[{\"location\":{\"reference\":\"Location/labelled\"} }],\"serviceProvider\"",
                StringComparison.Ordinal),
            Fixtures.Encounter("e1", "p1").Replace("2026-11-20T10:00", "2026-11-18T23:59", StringComparison.Ordinal));

        pair.With.Clock.Advance(TimeSpan.FromDays(7)); // what is stored by now is in the set
        pair.Without.Clock.Advance(TimeSpan.FromDays(7));

        foreach (var (type, path) in new[]
        {
            ("Patient", "birthDate"), ("Patient", "name.family.first()"), ("Encounter", "period.start"), ("Encounter", "subject.reference"),
            ("Encounter", "location.location.reference.first()"), ("Condition", "code.coding.code.first()"), ("Observation", "id"),
            ("Practitioner", "id"), ("Patient", "name"),
        })
        {
            await pair.SameAsync(Evaluator, () => new(HttpMethod.Post, new Uri("ViewDefinition/$run", UriKind.Relative))
            {
                Content = Answers.Fhir($$"""
                    {"resourceType":"Parameters","parameter":[{"name":"viewResource","resource":{"resourceType":"ViewDefinition",
                    "resource":"{{type}}","select":[{"column":[{"name":"id","path":"getResourceKey()"},
                    {"name":"a","path":"{{path}}"}]}]} }]}
                    """),
            });
        }

        foreach (var path in new[]
        {
            "Patient/p1", "Patient?name=Alpha", "Condition/labelled", "Practitioner/anna", "Patient?_total=accurate",
        })
        {
            await pair.SameAsync(Evaluator, path);
        }
    }
}
