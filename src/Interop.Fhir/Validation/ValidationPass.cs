using System.Numerics;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Validation;

/// <summary>
/// One walk over the tape of a resource beside the facts of its types. Two 64-bit sets per object say which elements were seen, so that
/// cardinality, duplicates and choices cost a few instructions; no string is made unless something is wrong.
/// </summary>
internal ref partial struct ValidationPass(ReadOnlyMemory<byte> memory, JsonTape tape, int maxIssues, InvariantLevel level)
{
    private readonly ReadOnlySpan<byte> utf8 = memory.Span;
    private readonly ReadOnlySpan<TapeNode> nodes = tape.Nodes;
    private List<Issue>? issues;

    // A resource in another one: a contained one has its container as %rootResource, others start anew.
    private (int Node, FhirType? Type) resource;
    private (int Node, FhirType? Type) rootResource;
    private FhirPath.Evaluation? evaluation;

    // Of the elements seen so far, and not of the resources, of one resource.
    private HashSet<string>? ids;
    private bool isExhausted;

    public readonly IReadOnlyList<Issue> Issues => issues ?? (IReadOnlyList<Issue>)[];

    // Warnings have a bound of their own, so that many of them do not end the search for errors.
    private int errors;
    private int warnings;

    private readonly bool IsFull => errors >= maxIssues;

    public void Run()
    {
        if (nodes[0].Kind != TapeKind.Object)
        {
            Add(0, "structure", "A resource is a JSON object.");
        }
        else
        {
            Resource(0, isContained: false);
        }

        if (IsFull || warnings > maxIssues)
        {
            issues!.Add(new(IssueSeverity.Information, "incomplete", $"Only the first {maxIssues} issues are listed.", null));
        }
    }

    private void Resource(int node, bool isContained)
    {
        if (ElementPath.ResourceTypeOf(utf8, nodes, node) is { } type)
        {
            var (outer, outerRoot, outerIds) = (resource, rootResource, ids);
            (resource, ids) = ((node, type), null);
            rootResource = isContained ? rootResource : resource;
            Object(node, type);
            (resource, rootResource, ids) = (outer, outerRoot, outerIds);
        }
        else
        {
            Add(node, "structure", "resourceType must name a resource type of R4.");
        }
    }

    private void Object(int node, FhirType type)
    {
        var shape = type.Shape;
        var (seen, twins, nulls) = (0ul, 0ul, 0ul);
        var end = nodes[node].Next;
        var hasType = false;
        if (end == node + 1)
        {
            Add(node, "structure", "An object must not be empty.");
            return;
        }

        for (var child = node + 1; child < end && !IsFull; child = nodes[child].Next)
        {
            ref readonly var value = ref nodes[child];
            var name = utf8.Slice(value.NameStart, value.NameLength);
            if (shape.Properties.Find(name) is { } property)
            {
                ref var set = ref property.IsTwin ? ref twins : ref seen;
                if ((set & property.Bit) != 0)
                {
                    Repeated(node, child, property);
                }

                set |= property.Bit;
                Value(child, property, ref nulls);
            }
            else if (type.IsResource && name.SequenceEqual("resourceType"u8))
            {
                if (hasType)
                {
                    Add(child, "structure", "The property resourceType occurs twice.");
                }

                hasType = true;
            }
            else
            {
                Unknown(child, type);
            }
        }

        if (!IsFull)
        {
            Whole(node, type, seen, twins, nulls);
        }

        if (level != InvariantLevel.None && !IsFull && rootResource.Type is not null)
        {
            Check(node, type, seen | twins);
        }
    }

    /// <summary>What can be judged only when all properties of an object are known.</summary>
    private void Whole(int node, FhirType type, ulong seen, ulong twins, ulong nulls)
    {
        var shape = type.Shape;
        for (var missing = shape.Required & ~(seen | twins); missing != 0; missing &= missing - 1)
        {
            AddChild(node, shape.Elements[BitOperations.TrailingZeroCount(missing)].Name, "required", "This element is mandatory.");
        }

        if ((shape.Choices & seen & twins) != 0)
        {
            ChoiceTwins(node, shape, shape.Choices & seen & twins);
        }

        if (nulls != 0)
        {
            NullPadding(node, shape, nulls);
        }

        if ((type.Kind == PrimitiveKind.None && !type.IsResource && (seen | twins) == shape.IdBit) || (twins & ~seen) != 0)
        {
            OnlyId(node, type, twins & ~seen);
        }

        if (type.Role == TypeRole.Extension)
        {
            var (hasValue, hasExtensions) = (((seen | twins) & shape.ValueBit) != 0, (seen & shape.ExtensionBit) != 0);
            if (hasValue == hasExtensions)
            {
                Add(node, "invariant", "ext-1: an extension has either a value or extensions of its own.");
            }
        }
    }

    private void Value(int node, PropertyShape property, ref ulong nulls)
    {
        ref readonly var value = ref nodes[node];
        if (!property.IsList)
        {
            if (value.Kind == TapeKind.Array)
            {
                Add(node, "structure", "This element occurs at most once: a single value, not an array.");
            }
            else
            {
                Item(node, property);
            }
        }
        else if (value.Kind != TapeKind.Array)
        {
            Add(node, "structure", "This element may repeat: an array, also around a single value.");
        }
        else if (value.Next == node + 1)
        {
            Add(node, "structure", "An array must not be empty.");
        }
        else
        {
            for (var item = node + 1; item < value.Next && !IsFull; item = nodes[item].Next)
            {
                if (nodes[item].Kind == TapeKind.Null && property.Kind != PrimitiveKind.None)
                {
                    nulls |= property.Bit;
                }
                else
                {
                    Item(item, property);
                }
            }
        }
    }

    private void Item(int node, PropertyShape property)
    {
        var kind = nodes[node].Kind;
        if (kind == TapeKind.Null)
        {
            Add(node, "structure", "null is not a value: leave the property out.");
        }
        else if (property.Kind != PrimitiveKind.None && !property.IsTwin)
        {
            Primitive(node, property);
        }
        else if (kind != TapeKind.Object)
        {
            Add(
                node,
                "structure",
                $"A JSON object is expected here ({(property.IsTwin ? "the extensions of a primitive" : property.Type.Name)}).");
        }
        else if (property.Type.IsResource)
        {
            Resource(node, isContained: property.Facts.Name == "contained");
        }
        else
        {
            Object(node, property.Type);
            if (level != InvariantLevel.None && !property.IsTwin && property.Facts.Rules.Count > 0)
            {
                Check(node, property);
            }

            switch (property.Type.Role)
            {
                case TypeRole.Reference when property.Targets.Length > 0:
                    Target(node, property);
                    break;
                case TypeRole.CodeableConcept when property.Codes is not null:
                    Concept(node, property.Codes);
                    break;
            }
        }
    }

    private void Unknown(int child, FhirType type)
    {
        var isEscaped = (nodes[child].Flags & TapeFlags.NameEscaped) != 0;
        Add(child, "structure", isEscaped
            ? "Element names are written without escapes."
            : $"{type.Path} has no such element (names are case-sensitive).");
    }

    /// <summary>The member of an object; -1 where there is none, or no object: rules are asked of what structure refuses, too.</summary>
    private readonly int Child(int parent, ReadOnlySpan<byte> name)
    {
        for (var child = parent + 1; nodes[parent].Kind == TapeKind.Object && child < nodes[parent].Next; child = nodes[child].Next)
        {
            if (utf8.Slice(nodes[child].NameStart, nodes[child].NameLength).SequenceEqual(name))
            {
                return child;
            }
        }

        return -1;
    }

    private void Add(int node, string code, string rule)
    {
        if (!IsFull)
        {
            errors++;
            (issues ??= []).Add(new(IssueSeverity.Error, code, rule, ElementPath.Of(utf8, nodes, node)));
        }
    }

    private void AddChild(int parent, string name, string code, string rule)
    {
        if (!IsFull)
        {
            errors++;
            (issues ??= []).Add(new(IssueSeverity.Error, code, rule, $"{ElementPath.Of(utf8, nodes, parent)}.{name}"));
        }
    }
}
