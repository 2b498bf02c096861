using System.Text;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.FhirPath;

/// <summary>A step into an element by its FHIRPath name: choices by their stem, primitives together with their <c>_</c> twin.</summary>
internal sealed class MemberNode(PathNode? source, string name, bool isStrict) : PathNode
{
    private readonly byte[] stem = Encoding.UTF8.GetBytes(name);
    private readonly bool isTypeName = source is null && char.IsAsciiLetterUpper(name[0]);

    public string Name => name;

    public PathNode? Source => source;

    public override bool IsFixed { get; } = source is { IsFixed: true };

    public override IEnumerable<PathNode> Parts => source is null ? [] : [source];

    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        if (source is null)
        {
            // The first step of a search expression or invariant names the type that it is about.
            if (isTypeName && focus.Type.Is(name))
            {
                output.Add(focus);
            }
            else
            {
                Step(evaluation, focus, output);
                if (isStrict && !IsElement(focus))
                {
                    throw Unknown();
                }
            }

            return;
        }

        var items = evaluation.Rent();
        source.Evaluate(evaluation, focus, items);
        foreach (var item in items)
        {
            Step(evaluation, item, output);
        }

        // Among descendants() only some have the element; where none has it, it is misspelt.
        if (isStrict && items.Count > 0 && !items.Exists(IsElement))
        {
            throw Unknown();
        }

        evaluation.Return(items);
    }

    private FhirPathException Unknown() => new($"There is no element called {name} here", Position);

    private bool IsElement(PathItem item) => item.IsNone || item.Value is PathTypeName
        || (item.Value is null && (item.Node < 0 && item.Twin < 0
            ? item.Type.IsResource
            : item.Type.Shape.Elements.Any(element => element.Name == name)));

    private void Step(Evaluation evaluation, PathItem item, List<PathItem> output)
    {
        var parent = item.Type.Kind == PrimitiveKind.None ? item.Node : item.Twin;
        if (parent < 0 || evaluation.Tape[parent].Kind != TapeKind.Object)
        {
            if (item.Value is PathTypeName type && (name is "name" or "namespace"))
            {
                output.Add(PathItem.Of(name == "name" ? type.Name : type.Namespace));
            }

            return;
        }

        var tape = evaluation.Tape;
        var utf8 = evaluation.Utf8.Span;
        var (value, twin) = (-1, -1);
        PropertyShape? property = null;
        var end = tape[parent].Next;
        for (var child = parent + 1; child < end; child = tape[child].Next)
        {
            ref readonly var node = ref tape[child];
            var candidate = utf8.Slice(node.NameStart, node.NameLength);
            if (!Resembles(candidate) || item.Type.Shape.Properties.Find(candidate) is not { } found || found.Facts.Name != name)
            {
                continue;
            }

            property = found;
            (value, twin) = found.IsTwin ? (value, child) : (child, twin);
        }

        if (property is not null)
        {
            Emit(evaluation, property, value, twin, output);
        }
    }

    /// <summary>name, _name, nameType or _nameType; the facts then decide.</summary>
    private bool Resembles(ReadOnlySpan<byte> candidate)
    {
        if (candidate.Length > 0 && candidate[0] == (byte)'_')
        {
            candidate = candidate[1..];
        }

        return candidate.StartsWith(stem) && (candidate.Length == stem.Length || char.IsAsciiLetterUpper((char)candidate[stem.Length]));
    }

    public static void Emit(Evaluation evaluation, PropertyShape property, int value, int twin, List<PathItem> output)
    {
        if (!property.IsList)
        {
            Add(evaluation, property, value, twin, output);
            return;
        }

        var tape = evaluation.Tape;
        var (item, end) = Items(tape, value);
        var (itemTwin, endTwin) = Items(tape, twin);
        while (item < end || itemTwin < endTwin)
        {
            Add(evaluation, property, item < end ? item : -1, itemTwin < endTwin ? itemTwin : -1, output);
            item = item < end ? tape[item].Next : item;
            itemTwin = itemTwin < endTwin ? tape[itemTwin].Next : itemTwin;
        }
    }

    private static (int First, int End) Items(JsonTape tape, int array) =>
        array < 0 ? (0, 0) : tape[array].Kind == TapeKind.Array ? (array + 1, tape[array].Next) : (array, array + 1);

    private static void Add(Evaluation evaluation, PropertyShape property, int value, int twin, List<PathItem> output)
    {
        value = value >= 0 && evaluation.Tape[value].Kind == TapeKind.Null ? -1 : value;
        twin = twin >= 0 && evaluation.Tape[twin].Kind == TapeKind.Null ? -1 : twin;
        if (value >= 0 || twin >= 0)
        {
            var type = property.Type.IsResource ? evaluation.ResourceType(value) : property.Type;
            if (type is not null)
            {
                output.Add(new(type, value, twin, codes: property.Codes));
            }
        }
    }
}
