using System.Text;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Profiles;

/// <summary>One occurrence of an element: its value, its <c>_</c> twin, or both.</summary>
/// <param name="Node">-1 where it has only extensions.</param>
/// <param name="Twin">-1 where it has neither id nor extensions beside its value.</param>
internal readonly record struct ElementItem(FhirType Type, int Node, int Twin = -1)
{
    /// <summary>The node by which an issue names it.</summary>
    public int Place => Node >= 0 ? Node : Twin;

    /// <summary>The occurrences of a child by its FHIRPath name, in order.</summary>
    public List<ElementItem> Children(ReadOnlySpan<byte> utf8, JsonTape tape, string name)
    {
        var items = new List<ElementItem>();
        var holder = Type.Kind == PrimitiveKind.None ? Node : Twin;
        if (holder < 0 || tape[holder].Kind != TapeKind.Object
            || Type.Shape.Elements.FirstOrDefault(element => element.Name == name) is not { } element)
        {
            return items;
        }

        foreach (var jsonName in element.JsonNames)
        {
            var shape = Type.Shape.Properties.Find(Encoding.UTF8.GetBytes(jsonName))!;
            var values = Nodes(tape, tape.Find(utf8, holder, Encoding.UTF8.GetBytes(jsonName)));
            var twins = shape.Kind == PrimitiveKind.None ? []
                : Nodes(tape, tape.Find(utf8, holder, Encoding.UTF8.GetBytes("_" + jsonName)));
            for (var i = 0; i < Math.Max(values.Count, twins.Count); i++)
            {
                var (value, twin) = (i < values.Count ? values[i] : -1, i < twins.Count ? twins[i] : -1);
                var type = shape.Type.IsResource && value >= 0 ? ElementPath.ResourceTypeOf(utf8, tape.Nodes, value) ?? shape.Type
                    : shape.Type;
                if (value >= 0 || twin >= 0)
                {
                    items.Add(new(type, value, twin));
                }
            }
        }

        return items;
    }

    /// <summary>The nodes of a property's value, of an array its items; -1 for null.</summary>
    private static List<int> Nodes(JsonTape tape, int property)
    {
        if (property < 0)
        {
            return [];
        }

        if (tape[property].Kind != TapeKind.Array)
        {
            return [property];
        }

        var nodes = new List<int>();
        for (var item = property + 1; item < tape[property].Next; item = tape[item].Next)
        {
            nodes.Add(tape[item].Kind == TapeKind.Null ? -1 : item);
        }

        return nodes;
    }
}
