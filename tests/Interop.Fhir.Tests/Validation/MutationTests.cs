using System.Text.Json.Nodes;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Validation;

/// <summary>A legal example of each type, with one thing made wrong: the issue must be about that thing.</summary>
public sealed class MutationTests
{
    private delegate IEnumerable<string> Mutation(JsonObject resource, string name, ElementFacts element);

    [ExamplesFact]
    public void A_missing_mandatory_element_is_named() => Mutate((resource, name, element) =>
    {
        if (element.Min == 0 || resource.Count == 1)
        {
            return [];
        }

        resource.Remove(name);
        return [element.Name];
    });

    [ExamplesFact]
    public void A_single_element_given_twice_is_named() => Mutate((resource, name, element) =>
    {
        if (element.IsList)
        {
            return [];
        }

        resource[name] = new JsonArray(resource[name]!.DeepClone(), resource[name]!.DeepClone());
        return [element.Name];
    });

    [ExamplesFact]
    public void A_repeating_element_without_its_array_is_named() => Mutate((resource, name, element) =>
    {
        if (!element.IsList)
        {
            return [];
        }

        resource[name] = resource[name]![0]!.DeepClone();
        return [element.Name];
    });

    [ExamplesFact]
    public void A_misspelt_element_is_named() => Mutate((resource, name, _) =>
    {
        resource[name + "x"] = resource[name]!.DeepClone();
        resource.Remove(name);
        return [name + "x"];
    });

    [ExamplesFact]
    public void A_value_of_the_wrong_kind_is_named() => Mutate((resource, name, element) =>
    {
        var isObject = (element.IsList ? resource[name]![0] : resource[name]) is JsonObject;
        JsonNode wrong = isObject ? "text" : new JsonObject { ["extension"] = "text" };
        resource[name] = element.IsList ? new JsonArray(wrong) : wrong;
        return [element.IsList ? element.Name + "[0]" : element.Name];
    });

    [ExamplesFact]
    public void A_day_that_the_calendar_lacks_is_named() => Mutate((resource, name, element) =>
    {
        var isDate =
            element.JsonNames.Zip(element.Types).Any(pair => pair.First == name && pair.Second.Code is "date" or "dateTime" or "instant");
        if (!isDate || element.IsList || resource[name] is not JsonValue)
        {
            return [];
        }

        resource[name] = "2021-02-30";
        return [element.Name];
    });

    [ExamplesFact]
    public void Two_variants_of_a_choice_are_named() => Mutate((resource, name, element) =>
    {
        var other = element.IsChoice ? element.JsonNames.FirstOrDefault(candidate => candidate != name) : null;
        if (other is null)
        {
            return [];
        }

        resource[other] = resource[name]!.DeepClone();
        return [element.Name];
    });

    [ExamplesFact]
    public void A_code_outside_its_required_value_set_is_named() => Mutate((resource, name, element) =>
    {
        var isCode = element.RequiredValueSet is { } set && FhirFacts.R4.RequiredCodes(set) is not null && element.Types[0].Code == "code";
        if (!isCode || element.IsList)
        {
            return [];
        }

        resource[name] = "no-such-code";
        return [element.Name];
    });

    [ExamplesFact]
    public void A_reference_to_a_type_that_is_no_target_is_named() => Mutate((resource, name, element) =>
    {
        var targets = element.Types.Where(type => type.Code == "Reference").SelectMany(type => type.Targets).ToList();
        var isJudged = element.Types.Count == 1 && targets.Count > 0 && !targets.Contains("Resource") && !targets.Contains("Substance");
        if (!isJudged || element.IsList)
        {
            return [];
        }

        resource[name] = new JsonObject { ["reference"] = "Substance/a" };
        return [$"{element.Name}.reference"];
    });

    [ExamplesFact]
    public void An_optional_element_that_is_left_out_is_no_breach()
    {
        foreach (var (type, json) in OneOfEachType())
        {
            // Where codes are bound, what is optional of a concept is not optional for its binding; and an extension must have its value.
            foreach (var place
                in Places(type, json).Where(place => !place.IsBound && !place.Path.EndsWith("xtension", StringComparison.Ordinal)))
            {
                foreach (var name in place.Find(JsonNode.Parse(json)!).Select(property => property.Key).ToList())
                {
                    var whole = JsonNode.Parse(json)!;
                    var target = place.Find(whole);
                    if (FhirFacts.R4.Element($"{place.Path}.{name}") is { Min: 0 }
                        && target.Any(property => property.Key != name && property.Key != "id"))
                    {
                        target.Remove(name);
                        Assert.Empty(ResourceValidator.Validate(Bytes(whole), ValidationOptions.StructureOnly));
                    }
                }
            }
        }
    }

    /// <summary>Tries the mutation on every element of every level of the examples: each breach must be named where it is.</summary>
    private static void Mutate(Mutation mutation)
    {
        foreach (var (type, json) in OneOfEachType())
        {
            foreach (var place in Places(type, json))
            {
                foreach (var name in place.Find(JsonNode.Parse(json)!).Select(property => property.Key).ToList())
                {
                    var whole = JsonNode.Parse(json)!;
                    var target = place.Find(whole);
                    if (FhirFacts.R4.Element($"{place.Path}.{name}") is not { } element || target[name] is null)
                    {
                        continue;
                    }

                    foreach (var expected in mutation(target, name, element).ToList())
                    {
                        var issues = ResourceValidator.Validate(Bytes(whole), ValidationOptions.StructureOnly);
                        Assert.True(
                            issues.Any(issue => issue.Expression == $"{place.Expression}.{expected}"),
                            $"{place.Expression}.{expected}: "
                                + $"{string.Join("; ", issues.Select(issue => issue.Expression + " " + issue.Diagnostics))}");
                    }
                }
            }
        }
    }

    private static byte[] Bytes(JsonNode node) => System.Text.Encoding.UTF8.GetBytes(node.ToJsonString());

    /// <summary>The objects of an example, each once: of a list the first. What lies in contained resources is left out.</summary>
    private static List<Place> Places(string type, byte[] json)
    {
        var places = new List<Place> { new(type, type, []) };
        for (var index = 0; index < places.Count; index++)
        {
            var place = places[index];
            foreach (var (name, node) in place.Find(JsonNode.Parse(json)!))
            {
                var inner = node is JsonArray { Count: > 0 } list ? list[0] : node;
                var path = $"{place.Path}.{name}";
                if (inner is JsonObject found && !found.ContainsKey("resourceType")
                    && FhirFacts.R4.Element(path) is { IsChoice: false } element)
                {
                    object[] steps = node is JsonArray ? [.. place.Steps, name, 0] : [.. place.Steps, name];
                    places.Add(new(path, $"{place.Expression}.{name}{(element.IsList ? "[0]" : "")}", steps));
                }
            }
        }

        return places;
    }

    /// <param name="Path">Of the element's definition.</param>
    /// <param name="Expression">Of this object in the resource.</param>
    private sealed record Place(string Path, string Expression, object[] Steps)
    {
        public bool IsBound => Enumerable.Range(2, Path.Split('.').Length)
            .Any(count => FhirFacts.R4.Element(string.Join('.', Path.Split('.').Take(count)))?.RequiredValueSet is not null);

        public JsonObject Find(JsonNode root) =>
            (JsonObject)Steps.Aggregate(root, (node, step) => step is int index ? node[index]! : node[(string)step]!);
    }

    private static IEnumerable<(string Type, byte[] Json)> OneOfEachType()
    {
        byte[] patient = [.. """
            {"resourceType":"Patient","id":"a","active":true,"name":[{"family":"x"}],"gender":"other","birthDate":"1990-01-01",
            "deceasedBoolean":false,"link":[{"other":{"reference":"Patient/b"},"type":"seealso"}]}
            """u8];
        var examples = Examples.Files(smallerThan: 20_000)
            .GroupBy(file => Path.GetFileName(file).Split('-')[0])
            .Where(group => FhirFacts.R4.IsResourceType(group.Key))
            .Select(group => (group.Key, File.ReadAllBytes(group.First())))
            .Where(example => ResourceValidator.Validate(example.Item2).Count == 0);
        return examples.Prepend(("Patient", patient));
    }
}
