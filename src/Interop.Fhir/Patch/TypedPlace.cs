using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Patch;

/// <summary>A value of a resource with what R4 says about it.</summary>
/// <param name="Holder">The object whose property it is, or whose property's array it is in; -1 for the resource itself.</param>
/// <param name="Array">The array that it is in; -1 where it is in none.</param>
/// <param name="Property">The shape of the property; null for the resource itself and what R4 does not know.</param>
internal readonly record struct TypedPlace(int Node, int Holder, int Array, PropertyShape? Property, FhirType? Type)
{
    /// <summary>The value that starts at a byte; null where none does.</summary>
    public static TypedPlace? At(ReadOnlySpan<byte> utf8, JsonTape tape, int start)
    {
        var type = ElementPath.ResourceTypeOf(utf8, tape.Nodes, 0);
        var (node, holder, array) = (0, -1, -1);
        PropertyShape? property = null;
        while (TapeEdit.StartOf(tape[node]) != start)
        {
            var child = node + 1;
            while (child < tape[node].Next && TapeEdit.EndOf(tape[child]) <= start)
            {
                child = tape[child].Next;
            }

            if (child >= tape[node].Next)
            {
                return null;
            }

            if (tape[node].Kind == TapeKind.Array)
            {
                array = node;
            }
            else
            {
                (holder, array) = (node, -1);
                property = type?.Shape.Properties.Find(utf8.Slice(tape[child].NameStart, tape[child].NameLength));
                type = property?.Type;
            }

            node = child;
            if (type is { IsResource: true } && tape[node].Kind == TapeKind.Object)
            {
                type = ElementPath.ResourceTypeOf(utf8, tape.Nodes, node);
            }
        }

        return new(node, holder, array, property, type);
    }
}
