using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Interop.Fhir;
using Interop.Sharing.Json;

namespace Interop.Sharing.Limited;

/// <summary>Writes one resource as a limited data set has it. What no rule lets through is not there.</summary>
/// <param name="visible">The targets of references that the same sight sees.</param>
/// <param name="whole">To what its dates belong: a Patient, or the resource itself.</param>
internal sealed partial class LimitedWriter(
    LimitedDataSet set, IReadOnlySet<ResourceKey> visible, Evaluator evaluator, ResourceKey whole)
{
    private const string Ucum = "http://unitsofmeasure.org";
    private const double DaysInYear = 365.25;

    private static readonly string[] Comparators = ["<", "<=", ">=", ">"];

    private readonly ShiftedDates dates = new(evaluator.WeeksOf(whole, set.MostWeeks));

    /// <summary>The resource without its address; null where it does not leave.</summary>
    public JsonObject? Write(JsonElement resource, LimitedNode node) => Object(resource, node);

    private JsonObject? Object(JsonElement source, LimitedNode node)
    {
        var result = new JsonObject();
        foreach (var property in source.EnumerateObject())
        {
            var value = node.Elements.TryGetValue(property.Name, out var element) ? Value(property.Value, element) : null;
            if (value is not null)
            {
                result[property.Name] = value;
            }
            else if (node.Modifiers.Contains(property.Name))
            {
                return null; // it would say something else without
            }
        }

        // A link without its other would tell that there is a record which may not be seen.
        return result.Count == 0 || (node.IsLink && !result.ContainsKey("other")) ? null : result;
    }

    private JsonNode? Value(JsonElement source, LimitedElement element)
    {
        if (source.ValueKind != JsonValueKind.Array)
        {
            return Item(source, element);
        }

        var items = source.EnumerateArray().Select(item => Item(item, element)).OfType<JsonNode>().ToArray();
        return items.Length == 0 ? null : new JsonArray(items);
    }

    private JsonNode? Item(JsonElement source, LimitedElement element) => (element.Kind, source.ValueKind) switch
    {
        (LimitedKind.Boolean, JsonValueKind.True) => JsonValue.Create(true),
        (LimitedKind.Boolean, JsonValueKind.False) => JsonValue.Create(false),
        (LimitedKind.Number, JsonValueKind.Number) => Number(source),
        (LimitedKind.Code, JsonValueKind.String) => source.GetString() is { } code && element.Codes!.Contains(code) ? code : null,
        (LimitedKind.Day, JsonValueKind.String) => dates.Week(source.GetString()!),
        (LimitedKind.Birth, JsonValueKind.String) => dates.Year(source.GetString()!, evaluator.Year, set.OldestAge),
        (LimitedKind.Coding, JsonValueKind.Object) => Coding(source),
        (LimitedKind.Concept, JsonValueKind.Object) => Concept(source),
        (LimitedKind.Period, JsonValueKind.Object) => Some(
            ("start", source.Text("start") is { } start ? dates.Week(start) : null),
            ("end", source.Text("end") is { } end ? dates.Week(end) : null)),
        (LimitedKind.Quantity, JsonValueKind.Object) => Quantity(source),
        (LimitedKind.Reference, JsonValueKind.Object) => Reference(source),
        (LimitedKind.Address, JsonValueKind.Object) => Address(source),
        (LimitedKind.Extension, JsonValueKind.Object) => Extension(source),
        (LimitedKind.Backbone, JsonValueKind.Object) => Object(source, element.Node!),
        _ => null,
    };

    /// <summary>Who a number may be cannot be told by four digits; longer ones are numbers of files, telephones or days.</summary>
    private static JsonNode? Number(JsonElement source) =>
        ShortNumber().IsMatch(source.GetRawText()) ? JsonNode.Parse(source.GetRawText()) : null;

    private JsonObject? Coding(JsonElement source) =>
        source.Text("system") is { } system && source.Text("code") is { } code && set.Codes.Has(system, code)
            ? new() { ["system"] = system, ["code"] = code }
            : null;

    private JsonObject? Concept(JsonElement source)
    {
        var codings = source.Items("coding").Select(Coding).OfType<JsonNode>().ToArray();
        return codings.Length == 0 ? null : new() { ["coding"] = new JsonArray(codings) };
    }

    /// <summary>A number says nothing without its unit, and could be an age: then those above the most are one group.</summary>
    private JsonObject? Quantity(JsonElement source)
    {
        if (source.Text("system") != Ucum || source.Text("code") is not { } unit || !set.Units.Contains(unit)
            || source.At("value") is not { ValueKind: JsonValueKind.Number } value || Number(value) is not { } number)
        {
            return null;
        }

        var comparator = source.Text("comparator");
        if (comparator is not null && !Comparators.Contains(comparator))
        {
            return null;
        }

        if (YearsOf(value.GetDouble(), unit) > set.OldestAge)
        {
            return unit == "a" ? Some(("value", set.OldestAge + 1), ("comparator", ">="), ("system", Ucum), ("code", unit)) : null;
        }

        return Some(("value", number), ("comparator", comparator), ("system", Ucum), ("code", unit));
    }

    private static double YearsOf(double value, string unit) => unit switch
    {
        "a" => value,
        "mo" => value / 12,
        "wk" => value * 7 / DaysInYear,
        "d" => value / DaysInYear,
        "h" => value / DaysInYear / 24,
        _ => 0,
    };

    private JsonObject? Reference(JsonElement source) =>
        source.Text("reference") is { } text && ResourceKey.TryParse(text) is { } target && visible.Contains(target)
            ? new() { ["reference"] = $"{target.Type}/{evaluator.PseudonymOf(target)}" }
            : null;

    private JsonObject? Address(JsonElement source) => Some(
        ("district", source.Text("district") is { } district && set.Districts.Contains(district) ? district : null),
        ("state", source.Text("state") is { } state && StateCode().IsMatch(state) ? state : null),
        ("country", source.Text("country") is { } country && CountryCode().IsMatch(country) ? country : null));

    private JsonObject? Extension(JsonElement source)
    {
        if (source.Text("url") is not { } url || !set.Extensions.TryGetValue(url, out var rule))
        {
            return null;
        }

        var parts = source.Items("extension")
            .Where(part => part.Text("url") is { } name && rule.Parts.Contains(name))
            .Select(part => Valued(part, part.Text("url")!, rule))
            .OfType<JsonNode>()
            .ToArray();
        return parts.Length > 0 ? new() { ["url"] = url, ["extension"] = new JsonArray(parts) } : Valued(source, url, rule);
    }

    private JsonObject? Valued(JsonElement source, string url, LimitedExtension rule)
    {
        var (name, value) = source.EnumerateObject()
            .Select(property => (property.Name, Value: property.Name switch
            {
                "valueCode" => property.Value.ValueKind == JsonValueKind.String && rule.Codes.Contains(property.Value.GetString()!)
                    ? JsonValue.Create(property.Value.GetString())
                    : null,
                "valueBoolean" => Item(property.Value, new(LimitedKind.Boolean)),
                "valueCoding" => Item(property.Value, new(LimitedKind.Coding)),
                "valueCodeableConcept" => Item(property.Value, new(LimitedKind.Concept)),
                _ => null,
            }))
            .FirstOrDefault(pair => pair.Value is not null);
        return value is null ? null : new() { ["url"] = url, [name] = value };
    }

    private static JsonObject? Some(params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var result = new JsonObject();
        foreach (var (name, value) in members)
        {
            if (value is not null)
            {
                result[name] = value;
            }
        }

        return result.Count == 0 ? null : result;
    }

    [GeneratedRegex(@"^-?[0-9]{1,4}(\.[0-9]{1,2})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ShortNumber();

    [GeneratedRegex(@"^[A-Z]{2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex StateCode();

    [GeneratedRegex(@"^[A-Z]{2,3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex CountryCode();
}
