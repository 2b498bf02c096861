using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Validation;

/// <summary>
/// A rule is asked of what structure has found wrong already, too. Every value of every resource in the tables of rules is replaced by one
/// of another shape, where it stands and as the last thing that the resource says: the validator answers, and refuses or not.
/// </summary>
public sealed class RuleShapeTests
{
    private static readonly string[] Shapes = ["[]", "{}", "[null]", "[[]]", "[{}]", "[[],{},1]", "1", "\"\"", "true", "null"];

    [Fact]
    public void No_shape_of_a_value_stops_a_rule()
    {
        var judged = 0;
        foreach (var json in Tables().Distinct())
        {
            for (var place = 1; place < Below(JsonNode.Parse(json)!).Count(); place++)
            {
                foreach (var shape in Shapes)
                {
                    foreach (var ends in (bool[])[false, true])
                    {
                        _ = ResourceValidator.Validate(
                            Encoding.UTF8.GetBytes(Reshaped(json, place, shape, ends)), ValidationOptions.Thorough).Count;
                        judged++;
                    }
                }
            }
        }

        Assert.True(judged > 10_000);
    }

    [Theory]
    [InlineData("""{"resourceType":"SearchParameter","type":"composite","component":[]}""")]
    [InlineData("""{"resourceType":"Patient","active":true,"contained":[]}""")]
    [InlineData("""{"resourceType":"Patient","active":true,"contained":1}""")]
    [InlineData("""{"resourceType":"Bundle","type":"document","entry":[]}""")]
    public void A_list_that_is_none_or_empty_is_refused_for_that(string json) =>
        Assert.Contains(ResourceValidator.Validate(Encoding.UTF8.GetBytes(json)), issue => issue.Severity <= IssueSeverity.Error);

    private static IEnumerable<string> Tables() => new[] { typeof(RuleTests), typeof(DefinitionRuleTests) }
        .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Static))
        .Select(table => table.GetValue(null)).OfType<TheoryData<string, string, string?>>()
        .SelectMany(table => table.Select(row => (string)((object?[])row)[1]!));

    private static string Reshaped(string json, int place, string shape, bool ends)
    {
        var root = JsonNode.Parse(json)!;
        var node = Below(root).ElementAt(place);
        var (child, replaced) = (node, JsonNode.Parse(shape));
        for (var parent = node.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is JsonObject members)
            {
                Put(members, child.GetPropertyName(), replaced, ends);
            }
            else if (parent is JsonArray items)
            {
                Put(items, child.GetElementIndex(), replaced, ends);
            }

            (child, replaced) = (parent, parent);
        }

        return root.ToJsonString();
    }

    private static void Put(JsonObject members, string name, JsonNode? value, bool last)
    {
        if (last)
        {
            members.Remove(name);
            members.Add(name, value);
        }
        else if (members[name] != value)
        {
            members[name] = value;
        }
    }

    private static void Put(JsonArray items, int index, JsonNode? value, bool last)
    {
        while (last && items.Count > index + 1)
        {
            items.RemoveAt(items.Count - 1);
        }

        if (items[index] != value)
        {
            items[index] = value;
        }
    }

    private static IEnumerable<JsonNode> Below(JsonNode node) => node switch
    {
        JsonObject members => members.Select(member => member.Value).OfType<JsonNode>().SelectMany(Below).Prepend(node),
        JsonArray items => items.OfType<JsonNode>().SelectMany(Below).Prepend(node),
        _ => [node],
    };
}
