using System.Text;
using Interop.Demo;

namespace Interop.Server.Tests.Operations;

/// <summary>The newest observations of each code (https://hl7.org/fhir/R4/observation-operation-lastn.html).</summary>
public sealed class LastNTests : SceneTests
{
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Patient("p1", "One"),
        Fixtures.Patient("p2", "Two"),
        Observation("pulse1", "p1", "2026-01-01", """{"system":"http://loinc.org","code":"8867-4"}"""),
        Observation("pulse3", "p1", "2026-01-03", """{"system":"http://loinc.org","code":"8867-4"}"""),
        Observation("pulse2", "p1", "2026-01-02", """{"system":"urn:own","code":"P"},{"system":"http://loinc.org","code":"8867-4"}"""),
        Observation("own", "p1", "2026-01-04", """{"system":"urn:own","code":"P"}"""),
        Observation("text", "p1", "2026-01-02", null),
        Observation("other", "p2", "2026-01-09", """{"system":"http://loinc.org","code":"8867-4"}"""),
    ];

    [Theory]
    [InlineData("patient=p1", "own pulse3 text")]
    [InlineData("patient=p1&max=1", "own pulse3 text")]
    [InlineData("subject=Patient/p1&max=2", "own pulse3 pulse2 text")]
    [InlineData("patient=p1&code=8867-4", "pulse3")]
    [InlineData("patient=p1&code=8867-4&max=9", "pulse3 pulse2 pulse1")]
    [InlineData("patient=p1&date=lt2026-01-03", "pulse2 text")]
    [InlineData("patient=nobody", "")]
    public async Task Of_each_code_the_newest_are_given(string query, string ids)
    {
        using var client = Server.As(Navigator);

        var bundle = await client.GetJsonAsync($"Observation/$lastn?{query}");

        Assert.Equal(ids, string.Join(' ', bundle.Keys().Select(key => key["Observation/".Length..])));
    }

    [Theory]
    [InlineData("Observation/$lastn", 400)]
    [InlineData("Observation/$lastn?code=8867-4", 400)]
    [InlineData("Observation/$lastn?patient=p1&max=0", 400)]
    [InlineData("Observation/$lastn?patient=p1&max=1&max=2", 400)]
    [InlineData("Observation/$lastn?patient=p1&_sort=date", 400)]
    [InlineData("Observation/$lastn?patient=p1&_count=1", 400)]
    [InlineData("Observation/$lastn?patient=p1&nonsense=1", 400)]
    [InlineData("Condition/$lastn?patient=p1", 404)]
    public async Task What_is_not_understood_is_refused(string path, int status)
    {
        using var client = Server.As(Navigator);

        using var response = await client.GetAsync(path);

        await response.OutcomeAsync(status);
    }

    [Fact]
    public async Task It_is_asked_by_POST_too_and_needs_the_right_to_search()
    {
        using var client = Server.As(Navigator);
        using var reader = Server.As(Navigator with { Scope = "system/Observation.r" });
        using var form = new StringContent("patient=p1&max=2", Encoding.UTF8, "application/x-www-form-urlencoded");

        using var posted = await client.PostFhirAsync(
            "Observation/$lastn",
            """
            {"resourceType":"Parameters","parameter":[{"name":"patient","valueString":"p1"},{"name":"max","valuePositiveInt":2}]}
            """);
        using var sent = await client.PostAsync(new Uri("Observation/$lastn", UriKind.Relative), form);
        using var refused = await reader.GetAsync("Observation/$lastn?patient=p1");

        Assert.Equal(4, (await posted.JsonAsync()).Keys().Count);
        Assert.Equal(4, (await sent.JsonAsync()).Keys().Count);
        await refused.OutcomeAsync(403);
    }

    private static string Observation(string id, string patient, string date, string? codings) => $$"""
        {"resourceType":"Observation","id":"{{id}}","status":"final",
        "code":{{(codings is null ? """{"text":"x"}""" : $"{{\"coding\":[{codings}]}}")}},
        "subject":{"reference":"Patient/{{patient}}"},"effectiveDateTime":"{{date}}"}
        """;
}
