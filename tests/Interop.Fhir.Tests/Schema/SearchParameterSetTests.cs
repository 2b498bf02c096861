using Interop.Fhir.Schema;
using Xunit;

namespace Interop.Fhir.Tests.Schema;

public sealed class SearchParameterSetTests
{
    private static readonly SearchParameterSet R4 = SearchParameterSet.R4;

    [Fact]
    public void Every_type_has_the_parameters_of_Resource() =>
        Assert.All(FhirFacts.R4.ResourceTypes, type => Assert.All(
            ["_id", "_lastUpdated", "_tag", "_profile", "_security", "_source"],
            code => Assert.NotNull(R4.Find(type, code))));

    [Fact]
    public void A_parameter_of_several_types_has_for_each_only_its_own_part()
    {
        Assert.Equal("Patient.birthDate", R4.Find("Patient", "birthdate")!.Expression);
        Assert.Equal("Encounter.subject.where(resolve() is Patient)", R4.Find("Encounter", "patient")!.Expression);
        Assert.Equal(SearchParameterType.Composite, R4.Find("Observation", "code-value-quantity")!.Type);
        Assert.Equal(
            [SearchParameterType.Token, SearchParameterType.Quantity],
            R4.Find("Observation", "code-value-quantity")!.Components.Select(component => component.Type));
        Assert.Equal(["Organization"], R4.Find("Patient", "organization")!.Targets);
    }

    [Fact]
    public void Unknown_types_and_codes_have_none()
    {
        Assert.Null(R4.Find("Patient", "Birthdate"));
        Assert.Null(R4.Find("Thing", "_id"));
        Assert.Empty(R4.Of("Thing"));
    }

    [Fact]
    public void Own_parameters_are_added_to_a_new_set()
    {
        var due = new SearchParameterFacts(
            "Task", "due", "http://example.org/SearchParameter/Task-due", SearchParameterType.Date, "Task.restriction.period.end", [], []);

        var extended = R4.With([due]);

        Assert.Equal(due, extended.Find("Task", "due"));
        Assert.Null(R4.Find("Task", "due"));
        Assert.Equal(R4.Of("Task").Count + 1, extended.Of("Task").Count);
        Assert.Equal(R4.Of("Patient").Count, extended.Of("Patient").Count);
    }
}
