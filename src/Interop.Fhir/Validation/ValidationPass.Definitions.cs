using System.Text;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Validation;

/// <summary>What R4 says in words of the resources that define codes, searches and capabilities.</summary>
internal ref partial struct ValidationPass
{
    // https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.supplements
    private void CodeSystem(int node)
    {
        var isSupplement = ChildText(node, "content"u8) is not { } content || content == "supplement";
        if (!isSupplement && Child(node, "supplements"u8) >= 0)
        {
            Add(Child(node, "content"u8), "value", "CodeSystem.content: a code system that supplements another one is a supplement.");
        }

        Dictionary<string, string?> types = new(StringComparer.Ordinal);
        var properties = ChildArray(node, "property"u8);
        for (var property = properties + 1; properties >= 0 && property < nodes[properties].Next; property = nodes[property].Next)
        {
            if (ChildText(property, "code"u8) is { } code)
            {
                types.TryAdd(code, ChildText(property, "type"u8));
            }
        }

        Concepts(node, types, isSupplement);
    }

    private void Concepts(int node, Dictionary<string, string?> types, bool isSupplement)
    {
        var concepts = ChildArray(node, "concept"u8);
        for (var concept = concepts + 1; concepts >= 0 && concept < nodes[concepts].Next && !IsFull; concept = nodes[concept].Next)
        {
            var properties = ChildArray(concept, "property"u8);
            for (var property = properties + 1; properties >= 0 && property < nodes[properties].Next; property = nodes[property].Next)
            {
                ConceptProperty(property, types, isSupplement);
            }

            Concepts(concept, types, isSupplement);
        }
    }

    // https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.concept.property.code, #CodeSystem.property.type
    private void ConceptProperty(int node, Dictionary<string, string?> types, bool isSupplement)
    {
        if (ChildText(node, "code"u8) is not { } code)
        {
            return;
        }

        if (!types.TryGetValue(code, out var type))
        {
            if (!isSupplement) // the code system that it supplements may define the property
            {
                Add(Child(node, "code"u8), "value", "CodeSystem.concept.property.code: a reference to CodeSystem.property.code.");
            }
        }
        else if (type is { Length: > 0 } && ValueOf(node) is >= 0 and var value && !IsOfType(value, type))
        {
            Add(value, "value", $"CodeSystem.property.type: values of this property have the type {type}.");
        }
    }

    private readonly int ValueOf(int node)
    {
        for (var child = node + 1; child < nodes[node].Next; child = nodes[child].Next)
        {
            if (utf8.Slice(nodes[child].NameStart, nodes[child].NameLength).StartsWith("value"u8))
            {
                return child;
            }
        }

        return -1;
    }

    private readonly bool IsOfType(int value, string type)
    {
        var name = utf8.Slice(nodes[value].NameStart, nodes[value].NameLength)["value"u8.Length..];
        return name.Length == type.Length && name[0] == char.ToUpperInvariant(type[0])
            && Ascii.Equals(name[1..], type.AsSpan(1));
    }

    // https://hl7.org/fhir/R4/codesystem-search-param-type.html: a composite "combines a search on two values together".
    // https://hl7.org/fhir/R4/searchparameter-definitions.html#SearchParameter.derivedFrom: "must be consistent with the definition".
    private void SearchParameter(int node)
    {
        var type = ChildText(node, "type"u8);
        var components = ChildArray(node, "component"u8);
        if (type == "composite" && !HasSeveral(components))
        {
            Add(node, "invariant", "SearchParameter.component: a composite combines two parameters or more.");
        }

        if (Originals(ChildText(node, "derivedFrom"u8)) is not { Count: > 0 } originals)
        {
            return;
        }

        SameType(node, type, originals[0].Type);
        var bases = ChildArray(node, "base"u8);
        for (var item = bases + 1; bases >= 0 && item < nodes[bases].Next; item = nodes[item].Next)
        {
            var name = nodes[item].Kind == TapeKind.String ? JsonText.Read(utf8, nodes[item]) : string.Empty;
            if (FhirFacts.R4.IsResourceType(name) && !originals.Any(original => original.Resource == name))
            {
                Add(item, "value", "SearchParameter.base: the definition that this one is derived from does not apply to the type.");
            }
        }
    }

    // https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.resource.searchParam.type: "It SHALL be the
    // same as the type in the search parameter definition."
    private void SearchParam(int node)
    {
        if (Originals(ChildText(node, "definition"u8)) is { Count: > 0 } originals)
        {
            SameType(node, ChildText(node, "type"u8), originals[0].Type);
        }
    }

    private void SameType(int node, string? type, SearchParameterType original)
    {
        if (type is not null && !type.Equals(original.ToString(), StringComparison.OrdinalIgnoreCase))
        {
            var expected = original.ToString().ToLowerInvariant();
            Add(Child(node, "type"u8), "value", $"The definition of this search parameter has the type {expected}.");
        }
    }

    /// <summary>What R4 defines under a canonical address; empty for all other addresses, which only their owners know.</summary>
    private static IReadOnlyList<SearchParameterFacts> Originals(string? canonical) =>
        canonical is null ? [] : SearchParameterSet.R4.Defined(canonical.Split('|')[0]);
}
