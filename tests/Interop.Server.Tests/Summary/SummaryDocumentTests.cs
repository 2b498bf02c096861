using System.Text.Json;
using Interop.Server.Summary;

namespace Interop.Server.Tests.Summary;

/// <summary>
/// The fixed form of a crisis summary. What of a person gets into it is what was disclosed: nothing else fits its parameters.
/// </summary>
public sealed class SummaryDocumentTests
{
    private static readonly SummaryFrame Frame = new(new byte[32], "incident", "crisis-program", "https://x.example/fhir", 0, null);

    [Fact]
    public void Without_anything_shared_it_has_the_same_parts_with_general_advice()
    {
        using var json = JsonDocument.Parse(SummaryDocument.Compose(Frame, null, [], null).Json);

        Assert.Equal(
            ["Composition", "Patient", "Flag", "Flag", "Flag", "CarePlan"],
            json.RootElement.GetProperty("entry").EnumerateArray()
                .Select(entry => entry.GetProperty("resource").GetProperty("resourceType").GetString()));
        Assert.Equal("document", json.RootElement.GetProperty("type").GetString());
    }

    [Fact]
    public void It_is_legal_on_its_own_and_names_the_programme_that_made_it()
    {
        var body = SummaryDocument.Compose(Frame, null, [], null).Json;
        using var json = JsonDocument.Parse(body);

        Assert.Empty(Fhir.Validation.ResourceValidator.Validate(body));
        Assert.Equal(
            "https://x.example/fhir/Organization/crisis-program",
            json.RootElement.GetProperty("entry")[0].GetProperty("resource").GetProperty("author")[0].GetProperty("identifier")
                .GetProperty("value").GetString());
    }

    [Fact]
    public void It_is_a_function_of_what_it_is_made_of() => Assert.Equal(
        SummaryDocument.Compose(Frame, null, [], null).Json.ToArray(),
        SummaryDocument.Compose(Frame, null, [], null).Json.ToArray());
}
