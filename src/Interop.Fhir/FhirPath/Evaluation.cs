using System.Globalization;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;

namespace Interop.Fhir.FhirPath;

/// <summary>One resource while expressions are evaluated over it: its bytes, its tape, and lists to work with.</summary>
internal sealed class Evaluation
{
    private readonly Stack<List<PathItem>> spare = new();

    public Evaluation(ReadOnlyMemory<byte> utf8, JsonTape tape)
    {
        Utf8 = utf8;
        Tape = tape;
        var type = ElementPath.ResourceTypeOf(utf8.Span, tape.Nodes, 0) ?? throw new FormatException("The resource is not of a type of R4.");
        Root = new(type, 0);
    }

    public ReadOnlyMemory<byte> Utf8 { get; }

    public JsonTape Tape { get; }

    /// <summary>The resource that the evaluation started at, <c>%resource</c>.</summary>
    public PathItem Root { get; }

    public List<PathItem> Rent() => spare.TryPop(out var list) ? list : [];

    public void Return(List<PathItem> list)
    {
        list.Clear();
        spare.Push(list);
    }

    /// <summary>The bytes of a JSON value, of a string without its quotes; escapes remain.</summary>
    public ReadOnlySpan<byte> Raw(int node) => Utf8.Span[Tape[node].Start..Tape[node].End];

    /// <summary>The text of a string or the literal of a number or boolean; null for objects, arrays and computed values.</summary>
    public string? Text(PathItem item) => item.Value as string ?? (item.Node >= 0 ? Text(item.Node) : null);

    public string? Text(int node) => node < 0 || Tape[node].Kind is TapeKind.Object or TapeKind.Array or TapeKind.Null
        ? null
        : JsonText.Read(Utf8.Span, Tape[node]);

    /// <summary>A child of an object node by its JSON name, or -1.</summary>
    public int Child(int node, ReadOnlySpan<byte> name) =>
        node >= 0 && Tape[node].Kind == TapeKind.Object ? Tape.Find(Utf8.Span, node, name) : -1;

    public string? ChildText(int node, ReadOnlySpan<byte> name) => Text(Child(node, name));

    /// <summary>A primitive as bool, decimal or string; null for everything else.</summary>
    public object? Scalar(PathItem item)
    {
        if (item.Value is not null)
        {
            return item.Value is int whole ? (decimal)whole : item.Value;
        }

        if (item.Node < 0 || item.Type.Kind == PrimitiveKind.None)
        {
            return null;
        }

        return Tape[item.Node].Kind switch
        {
            TapeKind.True => true,
            TapeKind.False => false,
            TapeKind.Number => decimal.TryParse(Raw(item.Node), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                ? number
                : Text(item.Node),
            TapeKind.String => Text(item.Node),
            _ => null,
        };
    }

    /// <summary>The type of the resource at an object node; null where it is not of R4.</summary>
    public FhirType? ResourceType(int node) => ElementPath.ResourceTypeOf(Utf8.Span, Tape.Nodes, node);
}
