using System.Text;
using Interop.Fhir.References;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.References;

public sealed class ResourceReferencesTests
{
    private const string Task = """
        {"resourceType":"Task", "contained":[{"resourceType":"Organization","id":"o","identifier":[{"system":"s","value":"v"},
        {"system":"only"}],"partOf":{"reference":"Organization/x"}}],
         "_status":{"extension":[{"url":"http://e.example","valueReference":{"reference":"Patient/e"}}]}, "intent":"order",
         "for":{"identifier":{"value":"7","assigner":{"reference":"Organization/a"}}}, "owner":{"reference":"#o"},
         "input":[{"type":{"text":"t"},"valueString":"Patient/p"},{"type":{"text":"t"},"valueReference":{"reference":"Patient\/p",
         "type":"Patient"}}],
         "note":[{"text":"reference"}], "requester":{"display":"only said"} }
        """;

    [Fact]
    public void Each_place_says_where_it_is_and_what_it_says()
    {
        var references = ResourceReferences.Of(Encoding.UTF8.GetBytes(Task));

        Assert.Equal(
            [
                "Task.contained[0].partOf|partOf|o|Organization/x|",
                "Task._status.extension[0].valueReference|_status.extension.valueReference||Patient/e|",
                "Task.for|for|||7",
                "Task.for.identifier.assigner|for.identifier.assigner||Organization/a|",
                "Task.owner|owner||#o|",
                "Task.input[1].valueReference|input.valueReference||Patient/p|",
            ],
            references.Places.Select(place =>
                $"{place.Expression}|{place.Element}|{place.Container}|{place.Literal}|{place.Identifier?.Value}"));
        Assert.Equal("http://e.example", references.Places[1].ExtensionUrl);
        Assert.Contains("PractitionerRole", references.Places[4].Targets);
        var contained = Assert.Single(references.Contained);
        Assert.Equal(
            ("o", "Organization", new IdentifierText("s", "v")), (contained.Id, contained.Type, Assert.Single(contained.Identifiers)));
    }

    [Fact]
    public void Rewriting_changes_addresses_and_nothing_else()
    {
        var references = ResourceReferences.Of(Encoding.UTF8.GetBytes(Task));
        var places = references.Places.ToDictionary(place => place.Expression);

        var changed = Encoding.UTF8.GetString(references.Rewrite(new Dictionary<ReferencePlace, string>
        {
            [places["Task.for"]] = "Patient/new",
            [places["Task.input[1].valueReference"]] = "Patient/q",
        }));

        Assert.Equal(
            Task.Replace("\"for\":{", "\"for\":{\"reference\":\"Patient/new\",", StringComparison.Ordinal)
                .Replace("\"Patient\\/p\"", "\"Patient/q\"", StringComparison.Ordinal),
            changed);
    }

    [Fact]
    public void A_contained_resource_that_nothing_names_any_more_goes()
    {
        var references = ResourceReferences.Of(Encoding.UTF8.GetBytes(Task));
        var owner = references.Places.Single(place => place.Element == "owner");

        var changed = references.Rewrite(new Dictionary<ReferencePlace, string> { [owner] = "Organization/o" });

        Assert.DoesNotContain("contained", Encoding.UTF8.GetString(changed), StringComparison.Ordinal);
        Assert.DoesNotContain(
            ResourceValidator.Validate(changed),
            issue => issue.Severity <= IssueSeverity.Error && issue.Diagnostics.Contains("dom-3", StringComparison.Ordinal));
    }

    [Fact]
    public void Resources_that_are_content_keep_their_own_references()
    {
        var bundle = """{"resourceType":"Bundle","type":"collection","entry":[{"resource":"""u8
            + """{"resourceType":"Patient","managingOrganization":{"reference":"Organization/x"}}}]}"""u8;

        Assert.Empty(ResourceReferences.Of(bundle.ToArray()).Places);
    }
}
