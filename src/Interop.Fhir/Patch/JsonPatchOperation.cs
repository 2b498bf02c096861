using Interop.Fhir.Json;

namespace Interop.Fhir.Patch;

/// <summary>One operation of a JSON Patch.</summary>
/// <param name="Name">add, remove, replace, move, copy or test.</param>
/// <param name="Value">The bytes of <c>value</c>; empty for the operations without one.</param>
internal sealed record JsonPatchOperation(string Name, JsonPointer Path, JsonPointer? From, byte[] Value)
{
    private const string NoPath = "the path leads nowhere.";

    /// <summary>Null and the rule that was broken where the item is not an operation.</summary>
    public static JsonPatchOperation? Read(TapePlace item, out string rule)
    {
        rule = string.Empty;
        if (item.Kind != TapeKind.Object)
        {
            rule = "An operation is a JSON object.";
            return null;
        }

        if (item.Children().Select(child => child.Name()).Where(name => name is "op" or "path" or "from" or "value").CountBy(name => name)
            .Any(pair => pair.Value > 1))
        {
            rule = "A member of the operation occurs twice.";
            return null;
        }

        var name = Text(item, "op");
        var (needsFrom, needsValue) = (name is "move" or "copy", name is "add" or "replace" or "test");
        if (!needsFrom && !needsValue && name != "remove")
        {
            rule = "op must be add, remove, replace, move, copy or test.";
            return null;
        }

        var path = Text(item, "path") is { } text ? JsonPointer.TryParse(text) : null;
        var from = needsFrom && Text(item, "from") is { } source ? JsonPointer.TryParse(source) : null;
        var value = item.Property("value");
        rule = path is null ? "path must be a JSON Pointer."
            : needsFrom && from is null ? "from must be a JSON Pointer."
            : needsValue && value is null ? "value is missing."
            : name == "move" && path.IsInside(from!) ? "A value can't be moved into itself."
            : string.Empty;
        return rule.Length > 0 ? null
            : new(name!, path!, from, needsValue ? new TapeEdit(item.Utf8.Span, item.Tape).Raw(value!.Value.Node).ToArray() : []);
    }

    /// <summary>The changed bytes, or null and the reason.</summary>
    public byte[]? Apply(byte[] document, out string rule)
    {
        using var tape = JsonTape.TryRead(document, out _);
        if (tape is null)
        {
            rule = "the document is not JSON.";
            return null;
        }

        rule = string.Empty;
        return Name switch
        {
            "add" => Add(document, tape, Value, ref rule),
            "remove" => Remove(document, tape, Path, ref rule),
            "replace" => Replace(document, tape, ref rule),
            "test" => Test(document, tape, ref rule),
            _ => Transfer(document, tape, ref rule),
        };
    }

    private static string? Text(TapePlace item, string name) =>
        item.Property(name) is { Kind: TapeKind.String } found ? found.Text() : null;

    private byte[]? Add(byte[] document, JsonTape tape, ReadOnlySpan<byte> value, ref string rule)
    {
        if (Path.Tokens.Count == 0)
        {
            return value.ToArray();
        }

        var edit = new TapeEdit(document, tape);
        var parent = Path.Find(document, tape, Path.Tokens.Count - 1);
        var last = Path.Tokens[^1];
        switch (parent < 0 ? TapeKind.Null : tape[parent].Kind)
        {
            case TapeKind.Object:
                var known = Path.Find(document, tape, Path.Tokens.Count);
                return known >= 0 ? edit.Replace(known, value) : edit.AddProperty(parent, last, value);
            case TapeKind.Array:
                var length = new TapePlace(document, tape, parent).Children().Count();
                var index = last == "-" ? length : JsonPointer.Index(last);
                rule = "the index is not one of the array, nor its end.";
                return index >= 0 && index <= length ? edit.InsertItem(parent, index, value) : null;
            default:
                rule = "the path's parent does not exist.";
                return null;
        }
    }

    private static byte[]? Remove(byte[] document, JsonTape tape, JsonPointer path, ref string rule)
    {
        var node = path.Find(document, tape, path.Tokens.Count);
        rule = path.Tokens.Count == 0 ? "the whole document can't be removed." : NoPath;
        return node <= 0 ? null : new TapeEdit(document, tape).Remove(path.Find(document, tape, path.Tokens.Count - 1), node);
    }

    private byte[]? Replace(byte[] document, JsonTape tape, ref string rule)
    {
        var node = Path.Find(document, tape, Path.Tokens.Count);
        rule = NoPath;
        return node < 0 ? null : new TapeEdit(document, tape).Replace(node, Value);
    }

    private byte[]? Test(byte[] document, JsonTape tape, ref string rule)
    {
        var node = Path.Find(document, tape, Path.Tokens.Count);
        using var expected = JsonTape.TryRead(Value, out _);
        rule = node < 0 ? NoPath : "the value is another one.";
        return node >= 0 && expected is not null && new TapePlace(document, tape, node).Same(new(Value, expected, 0)) ? document : null;
    }

    private byte[]? Transfer(byte[] document, JsonTape tape, ref string rule)
    {
        var node = From!.Find(document, tape, From.Tokens.Count);
        if (node < 0)
        {
            rule = "from leads nowhere.";
            return null;
        }

        var value = new TapeEdit(document, tape).Raw(node).ToArray();
        if (Name == "copy" || From.Tokens.SequenceEqual(Path.Tokens))
        {
            return Name == "move" ? document : Add(document, tape, value, ref rule);
        }

        if (Remove(document, tape, From, ref rule) is not { } without)
        {
            return null;
        }

        using var rest = JsonTape.TryRead(without, out _);
        return Add(without, rest!, value, ref rule);
    }
}
