using System.Text.Json;
using Interop.Fhir.Schema;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Limited;

/// <summary>
/// Compiles the lists of the table against the R4 facts. What can name a person is of no type that may be listed: names, telecom,
/// identifiers, narrative, text of any kind, attachments and notes, and times of the day.
/// </summary>
internal sealed class LimitedCompiler(FhirFacts facts, List<string> problems)
{
    private const string File = "limited-data-set.json";

    public LimitedType Compile(string type, JsonElement json)
    {
        problems.AddRange(json.EnumerateObject().Where(member => member.Name is not ("when" or "elements"))
            .Select(member => $"{File}: {type}: unknown member {member.Name}"));
        var node = new LimitedNode();
        foreach (var path in json.Items("elements").Select(item => item.GetString()!))
        {
            Add(node, type, path.Split('.'), $"{type}.{path}");
        }

        Check(node, type);
        return new(type, node, [.. json.Items("when").Select(ElementCondition.Read)]);
    }

    private void Add(LimitedNode node, string key, ReadOnlySpan<string> steps, string where)
    {
        var name = steps[0];
        if (facts.Children(key).FirstOrDefault(one => one.JsonNames.Contains(name)) is not { } element
            || element.JsonNames.Zip(element.Types).First(pair => pair.First == name).Second is not { } type)
        {
            problems.Add($"{File}: R4 has no element {where}");
            return;
        }

        if (steps.Length == 1)
        {
            if (Leaf(element, type.Code) is { } leaf)
            {
                node.Elements[name] = leaf;
            }
            else
            {
                problems.Add($"{File}: {where} is of a type that does not leave in a limited data set");
            }

            return;
        }

        if (type.Code != "BackboneElement" || element.ContentReference is not null)
        {
            problems.Add($"{File}: {where} leads into an element that is listed as a whole");
            return;
        }

        if (!node.Elements.TryGetValue(name, out var known))
        {
            node.Elements[name] = known = new(LimitedKind.Backbone, Node: new());
        }

        Add(known.Node!, element.Path, steps[1..], where);
    }

    private LimitedElement? Leaf(ElementFacts element, string type) => type switch
    {
        "boolean" => new(LimitedKind.Boolean),
        "integer" or "positiveInt" or "unsignedInt" or "decimal" => new(LimitedKind.Number),
        "code" when element.RequiredValueSet is { } set && facts.RequiredCodes(set) is { } systems => new(
            LimitedKind.Code, systems.Values.SelectMany(codes => codes).ToHashSet(StringComparer.Ordinal)),
        "date" when element.Name == "birthDate" => new(LimitedKind.Birth),
        "date" or "dateTime" => new(LimitedKind.Day),
        "Coding" => new(LimitedKind.Coding),
        "CodeableConcept" => new(LimitedKind.Concept),
        "Period" => new(LimitedKind.Period),
        "Quantity" or "Age" or "Duration" or "Count" => new(LimitedKind.Quantity),
        "Reference" => new(LimitedKind.Reference),
        "Address" => new(LimitedKind.Address),
        "Extension" when element.Name == "extension" => new(LimitedKind.Extension),
        _ => null,
    };

    /// <summary>What changes a meaning is listed with what it changes, or can't be dropped unseen.</summary>
    private void Check(LimitedNode node, string key)
    {
        // A link goes alone, as in other views.
        node.IsLink = key == "Patient.link";
        foreach (var element in facts.Children(key).Where(element => element.IsModifier && element.Path != "Patient.link"))
        {
            foreach (var name in element.JsonNames)
            {
                node.Modifiers.Add(name);
                if (name is not ("implicitRules" or "modifierExtension") && !node.Elements.ContainsKey(name))
                {
                    problems.Add($"{File}: {key}.{name} is a modifier and is not listed");
                }
            }
        }

        foreach (var (name, element) in node.Elements.Where(pair => pair.Value.Node is not null))
        {
            Check(element.Node!, $"{key}.{name}");
        }
    }
}
