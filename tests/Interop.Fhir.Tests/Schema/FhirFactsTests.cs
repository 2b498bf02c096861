using Interop.Fhir.Schema;
using Xunit;

namespace Interop.Fhir.Tests.Schema;

public sealed class FhirFactsTests
{
    private static readonly FhirFacts Facts = FhirFacts.R4;

    [Fact]
    public void R4_has_146_resource_types_and_abstract_ones_are_not_among_them()
    {
        Assert.Equal(146, Facts.ResourceTypes.Count);
        Assert.True(Facts.IsResourceType("Patient"));
        Assert.All(
            ["Resource", "DomainResource", "MetadataResource", "HumanName", "patient", ""],
            name => Assert.False(Facts.IsResourceType(name)));
    }

    [Fact]
    public void Every_element_of_every_type_can_be_reached_by_its_path()
    {
        var count = Facts.ResourceTypes.Sum(Walk);

        Assert.Equal(7138 - 146, count); // the snapshot rows of the official definitions without those of the types themselves
    }

    [Theory]
    [InlineData("Patient.name", "Patient.name", 0, null, "HumanName")]
    [InlineData("Patient.name.family", "HumanName.family", 0, 1, "string")]
    [InlineData("Patient.id", "Patient.id", 0, 1, "id")]
    [InlineData("HumanName.id", "HumanName.id", 0, 1, "string")]
    [InlineData("Patient.contact.relationship.coding.code", "Coding.code", 0, 1, "code")]
    [InlineData("Observation.status", "Observation.status", 1, 1, "code")]
    [InlineData("Observation.valueQuantity.unit", "Quantity.unit", 0, 1, "string")]
    [InlineData("Observation.value[x].unit", "Quantity.unit", 0, 1, "string")]
    [InlineData("Questionnaire.item.item.item.linkId", "Questionnaire.item.linkId", 1, 1, "string")]
    [InlineData("Bundle.entry.link.url", "Bundle.link.url", 1, 1, "uri")]
    [InlineData("Extension.url", "Extension.url", 1, 1, "uri")]
    [InlineData("Timing.repeat.count", "Timing.repeat.count", 0, 1, "positiveInt")]
    public void A_path_leads_through_data_types_and_content_references(string path, string defined, int min, int? max, string type)
    {
        var element = Facts.Element(path)!;

        Assert.Equal((defined, min, max, type), (element.Path, element.Min, element.Max, element.Types[0].Code));
    }

    [Theory]
    [InlineData("Patient.nam")]
    [InlineData("Patient.name.family.x")]
    [InlineData("Thing.name")]
    [InlineData("Observation.valueMoney")]
    [InlineData("")]
    public void A_path_that_R4_lacks_has_no_element(string path) => Assert.Null(Facts.Element(path));

    [Fact]
    public void A_choice_is_known_by_its_stem_and_lists_its_properties()
    {
        var value = Facts.Element("Observation.value")!;

        Assert.Equal(value, Facts.Element("Observation.value[x]"));
        Assert.True(value.IsChoice);
        Assert.Equal(11, value.Types.Count);
        Assert.Contains("valueQuantity", value.JsonNames);
        Assert.Equal(50, Facts.Element("Extension.value")!.Types.Count);
    }

    [Fact]
    public void Targets_flags_bindings_and_rules_are_known()
    {
        Assert.Equal(["Organization"], Facts.Element("Patient.managingOrganization")!.Types[0].Targets);
        Assert.True(Facts.Element("Patient.active")!.IsModifier);
        Assert.True(Facts.Element("Patient.active")!.IsSummary);
        Assert.Equal("Bundle.link", Facts.Element("Bundle.entry.link")!.ContentReference);
        Assert.Equal(["pat-1"], Facts.Element("Patient.contact")!.Rules);
        Assert.Contains("dom-2", Facts.TypeRules("Patient"));
        Assert.False(Facts.Rule("dom-6")!.IsError);
        Assert.True(Facts.Rule("pat-1")!.IsError);
        Assert.StartsWith("[A-Za-z0-9", Facts.PrimitiveRegex("id"), StringComparison.Ordinal);
    }

    [Fact]
    public void Required_value_sets_have_the_official_codes_without_abstract_ones()
    {
        var gender = Facts.RequiredCodes(Facts.Element("Patient.gender")!.RequiredValueSet!)!;
        Assert.Equal(["male", "female", "other", "unknown"], gender["http://hl7.org/fhir/administrative-gender"]);

        var items = Facts.RequiredCodes(Facts.Element("Questionnaire.item.type")!.RequiredValueSet!)!.Values.Single();
        Assert.DoesNotContain("question", items);
        Assert.Contains("group", items);

        Assert.Null(Facts.RequiredCodes(Facts.Element("Attachment.contentType")!.RequiredValueSet!)); // MIME types: no list is complete
        Assert.Equal(182, Facts.RequiredCodes(Facts.Element("Money.currency")!.RequiredValueSet!)!.Values.Sum(codes => codes.Count));
    }

    [Fact]
    public void The_compartments_are_known()
    {
        Assert.Equal(["Device", "Encounter", "Patient", "Practitioner", "RelatedPerson"], Compartments.All.Order(StringComparer.Ordinal));
        Assert.Equal(["subject", "performer"], Compartments.Parameters("Patient", "Observation"));
        Assert.Equal(["encounter"], Compartments.Parameters("Encounter", "Condition"));
        Assert.Empty(Compartments.Parameters("Patient", "Organization"));
        Assert.Empty(Compartments.Parameters("Patient", "Thing"));
        Assert.Empty(Compartments.Parameters("Thing", "Patient"));
        Assert.Contains("Device", Compartments.Types("Device"));
        Assert.Empty(Compartments.Types("Thing"));
        Assert.All(
            Compartments.All.SelectMany(compartment => Compartments.Types(compartment).SelectMany(
                type => Compartments.Parameters(compartment, type).Select(code => (compartment, type, code)))),
            item => Assert.Contains(item.compartment, SearchParameterSet.R4.Find(item.type, item.code)!.Targets.DefaultIfEmpty(
                item.compartment)));
    }

    private static int Walk(string path) => Facts.Children(path).Sum(element =>
    {
        Assert.Equal(element, Facts.Element(element.Path));
        var isBackbone =
            element.Types.Count == 1 && element.Types[0].Code is "BackboneElement" or "Element" && element.ContentReference is null;
        return 1 + (isBackbone ? Walk(element.Path) : 0);
    });
}
