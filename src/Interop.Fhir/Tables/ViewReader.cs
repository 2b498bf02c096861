using System.Text.Json;
using System.Text.RegularExpressions;
using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Tables;

/// <summary>Reads a ViewDefinition, and says all that is wrong with it (https://sql-on-fhir.org).</summary>
internal sealed partial class ViewReader
{
    private const string Root = "ViewDefinition";
    private const int MostColumns = 500;
    private const int DeepestSelect = 20;

    private static readonly string[] Known =
    [
        "resourceType", "id", "meta", "language", "url", "identifier", "name", "title", "status", "experimental", "publisher",
        "contact", "description", "useContext", "copyright", "copyrightLabel", "version", "versionAlgorithmString",
        "versionAlgorithmCoding",
        "date", "jurisdiction", "purpose", "fhirVersion", "profile", "resource", "constant", "select", "where", "text", "extension",
    ];

    private static readonly string[] KnownInSelect =
        ["id", "extension", "column", "select", "forEach", "forEachOrNull", "repeat", "unionAll"];

    private static readonly string[] KnownInColumn = ["id", "extension", "name", "path", "description", "collection", "type", "tag"];

    private static readonly string[] Loops = ["forEach", "forEachOrNull", "repeat"];

    private readonly Dictionary<string, PathItem> constants = new(StringComparer.Ordinal);
    private readonly List<Issue> issues = [];

    public IReadOnlyList<Issue> Issues => issues;

    public ViewDefinition? Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object ? Read(document.RootElement) : NoObject();
        }
        catch (JsonException)
        {
            return NoObject();
        }
    }

    private ViewDefinition? NoObject()
    {
        Wrong("structure", Root, "A ViewDefinition is a JSON object");
        return null;
    }

    private ViewDefinition? Read(JsonElement root)
    {
        if (root.TryGetProperty("resourceType", out var type) && type.Said() != Root)
        {
            Wrong("structure", Root + ".resourceType", "A ViewDefinition is expected");
        }

        Refuse(root, Known, Root);
        var resource = root.Said("resource");
        if (resource is null || !FhirFacts.R4.IsResourceType(resource))
        {
            Wrong(resource is null ? "required" : "value", Root + ".resource", "The type of resource is named, one of R4");
        }

        AddConstants(root);
        List<FhirPathExpression> where =
        [
            .. Objects(root, "where", Root).Select(item => Path(item.Json, "path", item.Element)).OfType<FhirPathExpression>(),
        ];
        var select = new ViewSelect(Root, ViewLoop.None, [], [], Selects(root, "select", Root, 0), []);
        if (select.Selects.Count == 0)
        {
            Wrong("required", Root + ".select", "At least one select is there");
        }

        CheckNames(select);
        return issues.Count > 0
            ? null
            : new(resource!, where, select) { Url = root.Said("url"), Version = root.Said("version"), Name = root.Said("name") };
    }

    private List<ViewSelect> Selects(JsonElement parent, string name, string element, int depth) =>
        [.. Objects(parent, name, element).Select(item => Select(item.Json, item.Element, depth + 1)).OfType<ViewSelect>()];

    private ViewSelect? Select(JsonElement json, string element, int depth)
    {
        if (depth > DeepestSelect)
        {
            Wrong("too-costly", element, $"Selects are nested at most {DeepestSelect} deep");
            return null;
        }

        Refuse(json, KnownInSelect, element);
        var loops = Loops.Where(loop => json.TryGetProperty(loop, out _)).ToList();
        if (loops.Count > 1)
        {
            Wrong("invariant", element, "At most one of forEach, forEachOrNull and repeat is there");
        }

        var before = issues.Count;
        List<FhirPathExpression> paths = [.. loops.Take(1).SelectMany(loop => PathsOf(json, loop, element))];
        var columns = Objects(json, "column", element).Select(item => Column(item.Json, item.Element)).OfType<ViewColumn>().ToList();
        var selects = Selects(json, "select", element, depth);
        var parts = Selects(json, "unionAll", element, depth);
        if (columns.Count + selects.Count + parts.Count == 0 && issues.Count == before)
        {
            Wrong("invariant", element, "A select has columns, selects or a unionAll");
        }

        for (var part = 1; part < parts.Count; part++)
        {
            if (!parts[part].Columns.Select(Shape).SequenceEqual(parts[0].Columns.Select(Shape)))
            {
                Wrong("invariant", $"{element}.unionAll[{part}]", "The parts of a unionAll have the same columns in the same order");
            }
        }

        return new(
            element,
            loops.Count == 0 ? ViewLoop.None : loops[0] switch
            {
                "forEach" => ViewLoop.ForEach,
                "repeat" => ViewLoop.Repeat,
                _ => ViewLoop.ForEachOrNull,
            },
            paths,
            columns,
            selects,
            parts);
    }

    private static (string, CellKind, bool) Shape(ViewColumn column) => (column.Name, column.Kind, column.IsCollection);

    private IEnumerable<FhirPathExpression> PathsOf(JsonElement json, string loop, string element)
    {
        if (loop != "repeat")
        {
            return Path(json, loop, element) is { } path && Goes(path, $"{element}.{loop}") ? [path] : [];
        }

        if (json.GetProperty(loop).ValueKind != JsonValueKind.Array || json.GetProperty(loop).GetArrayLength() == 0)
        {
            Wrong("structure", $"{element}.repeat", "A list of paths is expected");
            return [];
        }

        return json.GetProperty(loop).EnumerateArray()
            .Select((path, index) => (Path: Compiled(path.Said(), $"{element}.repeat[{index}]"), Element: $"{element}.repeat[{index}]"))
            .Where(item => item.Path is not null && Goes(item.Path, item.Element))
            .Select(item => item.Path!)
            .ToList();
    }

    private bool Goes(FhirPathExpression path, string element)
    {
        if (path.Root is LiteralNode)
        {
            Wrong("value", element, "The path goes over elements, and this is a value");
            return false;
        }

        return true;
    }

    private ViewColumn? Column(JsonElement json, string element)
    {
        Refuse(json, KnownInColumn, element);
        var (name, type) = (json.Said("name"), json.Said("type"));
        if (name is null || !SqlName().IsMatch(name))
        {
            Wrong(name is null ? "required" : "value", element + ".name", "A column has a name: a letter, then letters, digits and _");
        }

        type = type?.Split('/')[^1];
        if (json.TryGetProperty("type", out _)
            && (type is null || FhirFacts.R4.Type(type) is not { } known || known.Kind == PrimitiveKind.None))
        {
            Wrong("value", element + ".type", "The type of a column is a primitive type of R4");
        }

        if (json.TryGetProperty("collection", out var collection)
            && collection.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Wrong("value", element + ".collection", "True or false is expected");
        }

        return Path(json, "path", element) is { } path && name is not null
            ? new(name, type, collection.ValueKind == JsonValueKind.True) { Path = path, Element = element }
            : null;
    }

    private void AddConstants(JsonElement root)
    {
        foreach (var (json, element) in Objects(root, "constant", Root))
        {
            var name = json.Said("name");
            if (name is null || !SqlName().IsMatch(name) || name == "rowIndex")
            {
                Wrong("value", element + ".name", "A constant has a name: a letter, then letters, digits and _; not rowIndex");
            }

            var values = json.EnumerateObject()
                .Where(property => property.Name.StartsWith("value", StringComparison.Ordinal))
                .ToList();
            if (values is not [var value] || ViewConstant.Of(value) is not { } item)
            {
                Wrong("value", element, "A constant has one value, of a primitive type");
            }
            else if (name is not null && !constants.TryAdd(name, item))
            {
                Wrong("duplicate", element + ".name", "A constant is defined once");
            }
        }
    }

    private void CheckNames(ViewSelect select)
    {
        if (select.Columns.Count > MostColumns)
        {
            Wrong("too-costly", Root + ".select", $"A view has at most {MostColumns} columns");
        }

        foreach (var twice in select.Columns.GroupBy(column => column.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            Wrong("duplicate", twice.Last().Element + ".name", "Each column has a name of its own");
        }
    }

    private FhirPathExpression? Path(JsonElement json, string name, string element) =>
        Compiled(json.TryGetProperty(name, out var path) ? path.Said() : null, $"{element}.{name}");

    private FhirPathExpression? Compiled(string? text, string element)
    {
        if (text is null)
        {
            Wrong("required", element, "A FHIRPath expression is expected");
            return null;
        }

        try
        {
            return FhirPathExpression.Compile(text, constants);
        }
        catch (FhirPathException fault)
        {
            Wrong("value", element, fault.Message);
            return null;
        }
    }

    private IEnumerable<(JsonElement Json, string Element)> Objects(JsonElement parent, string name, string element)
    {
        if (!parent.TryGetProperty(name, out var list))
        {
            yield break;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            Wrong("structure", $"{element}.{name}", "A list is expected");
            yield break;
        }

        foreach (var (item, index) in list.EnumerateArray().Select((item, index) => (item, index)))
        {
            if (item.ValueKind == JsonValueKind.Object)
            {
                yield return (item, $"{element}.{name}[{index}]");
            }
            else
            {
                Wrong("structure", $"{element}.{name}[{index}]", "An object is expected");
            }
        }
    }

    private void Refuse(JsonElement json, string[] known, string element)
    {
        foreach (var property in json.EnumerateObject().Where(property => !known.Contains(property.Name.TrimStart('_'))))
        {
            Wrong("structure", element, $"There is no element called {(SqlName().IsMatch(property.Name) ? property.Name : "so")} here");
        }
    }

    private void Wrong(string code, string element, string text) => issues.Add(new(IssueSeverity.Error, code, text + ".", element));

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]{0,254}$")]
    private static partial Regex SqlName();
}
