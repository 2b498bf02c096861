using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Validation;

/// <summary>How the properties of one object stand to each other: variants of a choice, and the twins of primitives.</summary>
internal ref partial struct ValidationPass
{
    private void Repeated(int parent, int child, PropertyShape property)
    {
        var name = utf8.Slice(nodes[child].NameStart, nodes[child].NameLength);
        for (var other = parent + 1; other < child; other = nodes[other].Next)
        {
            if (utf8.Slice(nodes[other].NameStart, nodes[other].NameLength).SequenceEqual(name))
            {
                Add(child, "structure", "The same property occurs twice in one object.");
                return;
            }
        }

        Add(child, "structure", $"Only one variant of {property.Facts.Name}[x] may be present.");
    }

    private void ChoiceTwins(int parent, TypeShape shape, ulong bits)
    {
        for (var child = parent + 1; child < nodes[parent].Next; child = nodes[child].Next)
        {
            var name = utf8.Slice(nodes[child].NameStart, nodes[child].NameLength);
            if (shape.Properties.Find(name) is { IsTwin: true } twin && (bits & twin.Bit) != 0 && Child(parent, name[1..]) < 0)
            {
                Add(child, "structure", $"Only one variant of {twin.Facts.Name}[x] may be present.");
            }
        }
    }

    // https://hl7.org/fhir/R4/json.html#primitive: the arrays of values and of extensions run side by side, null where one has nothing.
    private void NullPadding(int parent, TypeShape shape, ulong bits)
    {
        for (var child = parent + 1; child < nodes[parent].Next; child = nodes[child].Next)
        {
            var name = utf8.Slice(nodes[child].NameStart, nodes[child].NameLength);
            if (nodes[child].Kind != TapeKind.Array || shape.Properties.Find(name) is not { } property || (bits & property.Bit) == 0)
            {
                continue;
            }

            var other = property.IsTwin ? Child(parent, name[1..]) : Child(parent, [(byte)'_', .. name]);
            var (item, twin, hasValue) = (child + 1, other + 1, false);
            var twinEnd = other >= 0 && nodes[other].Kind == TapeKind.Array ? nodes[other].Next : 0;
            for (; item < nodes[child].Next; item = nodes[item].Next)
            {
                var twinHasValue = twin < twinEnd && nodes[twin].Kind != TapeKind.Null;
                if (nodes[item].Kind != TapeKind.Null)
                {
                    hasValue = true;
                }
                else if (!twinHasValue)
                {
                    Add(
                        item,
                        "structure",
                        "null may only hold the place of a value whose extensions (or of extensions whose value) stand at the same index.");
                }

                twin = twin < twinEnd ? nodes[twin].Next : twin;
            }

            if (!hasValue)
            {
                Add(child, "structure", "An array must hold something besides null.");
            }
        }
    }
}
