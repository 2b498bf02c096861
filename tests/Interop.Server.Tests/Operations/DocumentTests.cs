using Interop.Demo;

namespace Interop.Server.Tests.Operations;

/// <summary>A Composition with what it refers to (https://hl7.org/fhir/R4/composition-operation-document.html).</summary>
public sealed class DocumentTests : SceneTests
{
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");

    protected override IReadOnlyList<string> Scene =>
    [
        """{"resourceType":"Practitioner","id":"doc","name":[{"family":"Doc"}]}""",
        Fixtures.Patient("p1", "One"),
        Fixtures.Condition("c1", "p1"),
        Fixtures.Condition("c2", "p1"),
        """
        {"resourceType":"Composition","id":"d1","status":"final","type":{"text":"summary"},"subject":{"reference":"Patient/p1"},
        "date":"2026-05-01","author":[{"reference":"Practitioner/doc"}],"title":"Summary","section":[{"entry":[
        {"reference":"Condition/c1"},{"reference":"Condition/c2"},{"reference":"Condition/c1"}]}]}
        """,
    ];

    [Fact]
    public async Task It_begins_with_the_Composition_and_has_each_part_once()
    {
        using var client = Server.As(Navigator);

        var document = await client.GetJsonAsync("Composition/d1/$document");
        var again = await client.GetJsonAsync("Composition/d1/$document?persist=false");

        Assert.Equal("document", document.GetProperty("type").GetString());
        Assert.Equal(["Composition/d1", "Patient/p1", "Practitioner/doc", "Condition/c1", "Condition/c2"], document.Keys());
        Assert.StartsWith("urn:uuid:", document.GetProperty("identifier").GetProperty("value").GetString(), StringComparison.Ordinal);
        Assert.Equal(document.GetRawText(), again.GetRawText());
        using var valid = await client.PostFhirAsync("Bundle/$validate", document.GetRawText());
        Assert.DoesNotContain("\"error\"", await valid.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_version_of_a_part_is_another_document()
    {
        using var client = Server.As(Navigator);
        var document = await client.GetJsonAsync("Composition/d1/$document");
        Server.Clock.Advance(TimeSpan.FromHours(1));
        using var changed = await client.PutFhirAsync("Condition/c1", Fixtures.Condition("c1", "p1", code: "1"));

        var next = await client.GetJsonAsync("Composition/d1/$document");

        Assert.NotEqual(
            document.GetProperty("identifier").GetProperty("value").GetString(),
            next.GetProperty("identifier").GetProperty("value").GetString());
        Assert.True(next.GetProperty("timestamp").GetDateTimeOffset() > document.GetProperty("timestamp").GetDateTimeOffset());
    }

    [Theory]
    [InlineData("Composition/none/$document", 404)]
    [InlineData("Composition/d1/$document?persist=true", 400)]
    [InlineData("Composition/d1/$document?graph=x", 400)]
    [InlineData("Condition/c1/$document", 404)]
    public async Task What_is_not_there_or_not_done_is_refused(string path, int status)
    {
        using var client = Server.As(Navigator);

        using var response = await client.GetAsync(path);

        await response.OutcomeAsync(status);
    }

    [Fact]
    public async Task A_token_that_reads_fewer_types_gets_fewer_parts()
    {
        using var client = Server.As(Navigator with { Scope = "system/Composition.r system/Patient.r" });
        using var none = Server.As(Navigator with { Scope = "system/Patient.r" });

        Assert.Equal(["Composition/d1", "Patient/p1"], (await client.GetJsonAsync("Composition/d1/$document")).Keys());
        using var refused = await none.GetAsync("Composition/d1/$document");
        await refused.OutcomeAsync(403);
    }
}
