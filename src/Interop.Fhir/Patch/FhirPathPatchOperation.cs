using System.Globalization;
using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Patch;

/// <summary>One operation of a FHIRPath Patch. Values and their <c>_</c> twins, which hold a primitive's extensions, change
/// together.</summary>
internal sealed class FhirPathPatchOperation(TapePlace operation)
{
    private static readonly Dictionary<string, string[]> Required = new()
    {
        ["add"] = ["path", "name", "value"],
        ["insert"] = ["path", "value", "index"],
        ["delete"] = ["path"],
        ["replace"] = ["path", "value"],
        ["move"] = ["path", "source", "destination"],
    };

    // A path to elements of one resource takes few steps; a thousand operations together must end soon.
    private static readonly FhirPathContext Bounds = new(MaxSteps: 200_000);

    private static readonly string[] Numbers = ["index", "source", "destination"];

    /// <summary>The rules that the operation breaks as it is written.</summary>
    public static IEnumerable<string> Check(TapePlace operation)
    {
        if (operation.ChildText("name"u8) != "operation")
        {
            return ["Each parameter of a FHIRPath Patch is named operation."];
        }

        var type = PartText(operation, "type");
        if (type is null || !Required.TryGetValue(type, out var required))
        {
            return ["The part type must be add, insert, delete, replace or move."];
        }

        var rules = required.Where(name => Part(operation, name) is null).Select(name => $"{type} needs the part {name}.").ToList();
        foreach (var name in Numbers.Where(name =>
            required.Contains(name) && Part(operation, name) is not null && Number(operation, name) is null))
        {
            rules.Add($"The part {name} must be a valueInteger that is not negative.");
        }

        if (PartText(operation, "path") is { } path)
        {
            try
            {
                FhirPathExpression.Compile(path);
            }
            catch (FhirPathException)
            {
                rules.Add("The part path is not a FHIRPath expression.");
            }
        }
        else if (rules.Count == 0)
        {
            rules.Add("The part path must be a valueString.");
        }

        return rules;
    }

    /// <summary>The changed bytes, or null and the reason.</summary>
    public byte[]? Apply(byte[] document, out string rule)
    {
        using var tape = TopLevel.Read(document);
        rule = string.Empty;
        var path = PartText(operation, "path")!;
        return PartText(operation, "type") switch
        {
            "add" => Add(document, tape, path, PartText(operation, "name") ?? string.Empty, ref rule),
            "insert" => Insert(document, tape, path, ref rule),
            "delete" => Delete(document, tape, path, ref rule),
            "replace" => Replace(document, tape, path, ref rule),
            _ => Move(document, tape, path, ref rule),
        };
    }

    private static TapePlace? Part(TapePlace operation, string name) =>
        operation.Property("part")?.Children().Cast<TapePlace?>().FirstOrDefault(part => part!.Value.ChildText("name"u8) == name);

    private static string? PartText(TapePlace operation, string name) =>
        Part(operation, name)?.Children().Cast<TapePlace?>()
            .FirstOrDefault(child => child!.Value.Name() is "valueString" or "valueCode") is { Kind: TapeKind.String } text
            ? text.Text()
            : null;

    private static int? Number(TapePlace operation, string name) =>
        Part(operation, name)?.Property("valueInteger") is { Kind: TapeKind.Number } number
        && int.TryParse(number.Raw(), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    private PatchValue Value() => new(Part(operation, "value")!.Value);

    /// <summary>The nodes that the path leads to; null where an item is computed, or in another resource, and so in no place.</summary>
    private static List<int>? Nodes(byte[] document, JsonTape tape, string path)
    {
        var evaluation = new Evaluation(document, tape, Bounds);
        var items = new List<PathItem>();
        FhirPathExpression.Compile(path).Root.Evaluate(evaluation, evaluation.Root, items);
        return items.TrueForAll(item => item.Node >= 0 && item.Node < tape.Count) ? items.ConvertAll(item => item.Node) : null;
    }

    /// <summary>The one place that the path leads to; null where it leads to none or several.</summary>
    private static TypedPlace? Place(byte[] document, JsonTape tape, List<int>? nodes) =>
        nodes is [var node] ? TypedPlace.At(document, tape, TapeEdit.StartOf(tape[node])) : null;

    private byte[]? Add(byte[] document, JsonTape tape, string path, string name, ref string rule)
    {
        if (Place(document, tape, Nodes(document, tape, path)) is not { Type.Kind: PrimitiveKind.None } place
            || tape[place.Node].Kind != TapeKind.Object)
        {
            rule = "the path must lead to one element that can have children.";
            return null;
        }

        return AddTo(document, tape, place.Node, place.Type, name, append: true, ref rule);
    }

    private byte[]? AddTo(byte[] document, JsonTape tape, int holder, FhirType type, string name, bool append, ref string rule)
    {
        var value = Value();
        if (PatchValue.Shape(type, name, value.Suffix) is not ({ } jsonName, { } shape) || value.Raw(shape.Type) is not { } raw)
        {
            rule = "the element has no such child, or the value is not one for it.";
            return null;
        }

        var pair = new PropertyPair(document, tape, holder, jsonName);
        if (shape.IsList)
        {
            var items = pair.Items();
            if (!append && items.Count > 0)
            {
                rule = "the path must lead to the items of one list.";
                return null;
            }

            items.Add(new(raw, value.Twin()));
            return pair.WriteList(items, items.Count - 1, null);
        }

        var isTaken = shape.Facts.JsonNames.Any(variant => new PropertyPair(document, tape, holder, variant).Exists);
        rule = "the element is there already and can't repeat.";
        return isTaken ? null : pair.WriteSingle(jsonName, raw, value.Twin());
    }

    private byte[]? Insert(byte[] document, JsonTape tape, string path, ref string rule)
    {
        var nodes = Nodes(document, tape, path);
        if (nodes is { Count: 0 })
        {
            return InsertFirst(document, tape, path, ref rule);
        }

        if (List(document, tape, nodes) is not ({ } pair, { } shape))
        {
            rule = "the path must lead to the items of one list.";
            return null;
        }

        var value = Value();
        var items = pair.Items();
        var index = Number(operation, "index")!.Value;
        if (index > items.Count || value.Raw(shape.Type) is not { } raw)
        {
            rule = index > items.Count ? "the index is beyond the end of the list." : "the value is not one for this list.";
            return null;
        }

        items.Insert(index, new(raw, value.Twin()));
        return pair.WriteList(items, index, null);
    }

    // An empty list is in no place: the last step of the path says what it would be called.
    private byte[]? InsertFirst(byte[] document, JsonTape tape, string path, ref string rule)
    {
        var dot = path.LastIndexOf('.');
        var name = path[(dot + 1)..].Trim();
        rule = "the path must lead to the items of one list.";
        if (dot <= 0 || !name.All(char.IsAsciiLetterOrDigit) || Number(operation, "index") != 0
            || Place(document, tape, Nodes(document, tape, path[..dot])) is not { Type.Kind: PrimitiveKind.None } place
            || PatchValue.Shape(place.Type, name, Value().Suffix) is not { Shape.IsList: true })
        {
            return null;
        }

        return AddTo(document, tape, place.Node, place.Type, name, append: false, ref rule);
    }

    private static byte[]? Delete(byte[] document, JsonTape tape, string path, ref string rule)
    {
        var nodes = Nodes(document, tape, path);
        if (nodes is { Count: 0 })
        {
            return document;
        }

        if (Place(document, tape, nodes) is not { Holder: >= 0 } place)
        {
            rule = "the path must lead to one element.";
            return null;
        }

        var pair = PropertyPair.Of(document, tape, place);
        if (place.Array < 0)
        {
            return pair.Remove();
        }

        var items = pair.Items();
        var index = pair.IndexOf(place.Node);
        items.RemoveAt(index);
        return items.Count == 0 ? pair.Remove() : pair.WriteList(items, null, index);
    }

    private byte[]? Replace(byte[] document, JsonTape tape, string path, ref string rule)
    {
        if (Place(document, tape, Nodes(document, tape, path)) is not { Holder: >= 0, Property: { } property } place)
        {
            rule = "the path must lead to one element.";
            return null;
        }

        var value = Value();
        var pair = PropertyPair.Of(document, tape, place);
        var name = property.Facts.IsChoice && value.Suffix is not null ? property.Facts.Name + value.Suffix : pair.Name;
        var isVariant = name == pair.Name || property.Facts.JsonNames.Contains(name);
        if (!isVariant || value.Raw(place.Type) is not { } raw)
        {
            rule = "the value is not one for this element.";
            return null;
        }

        if (place.Array < 0)
        {
            return pair.WriteSingle(name, raw, value.Twin());
        }

        var items = pair.Items();
        var index = pair.IndexOf(place.Node);
        if (value.Twin().Length == 0 && items[index].Twin.Length == 0 && raw.Length > 0)
        {
            return new TapeEdit(document, tape).Replace(place.Node, raw);
        }

        items[index] = new(raw, value.Twin());
        return pair.WriteList(items, null, null);
    }

    private byte[]? Move(byte[] document, JsonTape tape, string path, ref string rule)
    {
        if (List(document, tape, Nodes(document, tape, path)) is not ({ } pair, _))
        {
            rule = "the path must lead to the items of one list.";
            return null;
        }

        var items = pair.Items();
        var (source, destination) = (Number(operation, "source")!.Value, Number(operation, "destination")!.Value);
        if (source >= items.Count || destination >= items.Count)
        {
            rule = "source and destination must be indexes of the list.";
            return null;
        }

        var item = items[source];
        items.RemoveAt(source);
        items.Insert(destination, item);
        return pair.WriteList(items, null, null);
    }

    /// <summary>The one list that all nodes are items of.</summary>
    private static (PropertyPair Pair, PropertyShape Shape)? List(byte[] document, JsonTape tape, List<int>? nodes)
    {
        if (nodes is not [var first, ..]
            || TypedPlace.At(document, tape, TapeEdit.StartOf(tape[first])) is not { Array: >= 0, Property: { } shape } place)
        {
            return null;
        }

        var items = new HashSet<int>(new TapePlace(document, tape, place.Array).Children().Select(item => item.Node));
        return nodes.TrueForAll(items.Contains) ? (PropertyPair.Of(document, tape, place), shape) : null;
    }
}
