using System.Text.Json;
using System.Text.Json.Nodes;
using static Interop.Distil.Definitions;

namespace Interop.Distil;

/// <summary>
/// One line per type: its kind, its base and its snapshot elements. Left out because they hold everywhere: min 0, max 1, and the
/// invariants ele-1 (every element) and ext-1 (every extension).
/// </summary>
internal static class TypeFacts
{
    private const string Definition = "http://hl7.org/fhir/StructureDefinition/";

    public static IEnumerable<JsonNode> Lines(Definitions definitions, RuleKeys rules) =>
        definitions.Structures
            .OrderBy(structure => Text(structure, "type"), StringComparer.Ordinal)
            .Select(structure => Line(structure, rules))
            .ToList();

    private static JsonObject Line(JsonElement structure, RuleKeys rules)
    {
        var name = Text(structure, "type")!;
        var elements = structure.GetProperty("snapshot").GetProperty("element").EnumerateArray().ToList();
        var line = new JsonObject { ["type"] = name, ["kind"] = Text(structure, "kind") };
        if (structure.GetProperty("abstract").GetBoolean())
        {
            line["abstract"] = true;
        }

        if (Text(structure, "baseDefinition") is { } parent)
        {
            line["base"] = parent.Replace(Definition, string.Empty, StringComparison.Ordinal);
        }

        if (Text(structure, "kind") == "primitive-type")
        {
            var value = elements.Single(element => Text(element, "path") == name + ".value");
            Set(line, "regex", Extension(value.GetProperty("type")[0], "/regex", "valueString"));
            return line;
        }

        var isResource = Text(structure, "kind") == "resource";
        Set(line, "rules", Rules(elements[0], rules));
        line["elements"] = new JsonArray([.. elements.Skip(1).Select(element => Row(name, isResource, element, rules))]);
        return line;
    }

    private static JsonObject Row(string type, bool isResource, JsonElement element, RuleKeys rules)
    {
        var path = Text(element, "path")!;
        var row = new JsonObject { ["e"] = path[(type.Length + 1)..] };
        if (element.GetProperty("min").GetInt32() is not 0 and var minimum)
        {
            row["min"] = minimum;
        }

        if (Text(element, "max") is not "1" and var maximum)
        {
            row["max"] = maximum;
        }

        Set(row, "t", string.Join(',', Items(element, "type").Select(item => TypeText(path, isResource, item))));
        Set(row, "like", Text(element, "contentReference")?[1..]);
        if (element.TryGetProperty("binding", out var binding))
        {
            var set = Text(binding, "valueSet")?.Split('|')[0];
            Set(row, "required", Text(binding, "strength") == "required" ? set : null);
            Set(row, "maxSet", Extension(binding, "maxValueSet", "valueCanonical")?.Split('|')[0]);
        }

        foreach (var (flag, property) in new[] { ("modifier", "isModifier"), ("summary", "isSummary") })
        {
            if (element.TryGetProperty(property, out var set) && set.GetBoolean())
            {
                row[flag] = true;
            }
        }

        Set(row, "rules", Rules(element, rules));
        return row;
    }

    // The definitions give System.String for ids and Extension.url: the FHIR type stands in an extension, and for Resource.id that
    // extension says string although the text of the specification says id.
    private static string TypeText(string path, bool isResource, JsonElement type)
    {
        var code = Text(type, "code")!;
        if (code.StartsWith("http://hl7.org/fhirpath/", StringComparison.Ordinal))
        {
            return isResource && path.Count(c => c == '.') == 1 ? "id" : Extension(type, "structuredefinition-fhir-type", "valueUrl")!;
        }

        var targets = Items(type, "targetProfile").Select(
            target => target.GetString()!.Replace(Definition, string.Empty, StringComparison.Ordinal));
        var list = string.Join('|', targets);
        return list.Length == 0 ? code : $"{code}({list})";
    }

    private static string Rules(JsonElement element, RuleKeys rules) => string.Join(' ', Items(element, "constraint")
        .Where(rule => Text(rule, "key") is not ("ele-1" or "ext-1"))
        .Select(rule => rules.NameOf(Text(rule, "key")!, Text(rule, "severity")!, Text(rule, "expression")!)));

    private static string? Extension(JsonElement element, string urlEnd, string value) =>
        Items(element, "extension")
            .Where(extension => Text(extension, "url")!.EndsWith(urlEnd, StringComparison.Ordinal))
            .Select(extension => Text(extension, value))
            .FirstOrDefault();

    private static void Set(JsonObject line, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            line[name] = value;
        }
    }
}
