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

    private void Primitive(int node, PropertyShape property)
    {
        ref readonly var value = ref nodes[node];
        var expected = property.Kind switch
        {
            PrimitiveKind.Boolean => value.Kind is TapeKind.True or TapeKind.False,
            PrimitiveKind.Decimal or PrimitiveKind.Integer or PrimitiveKind.UnsignedInt or PrimitiveKind.PositiveInt =>
                value.Kind == TapeKind.Number,
            _ => value.Kind == TapeKind.String,
        };
        if (!expected)
        {
            Add(node, "structure", $"A value of type {property.Type.Name} is expected here.");
            return;
        }

        if ((value.Flags & (TapeFlags.LoneSurrogate | TapeFlags.Control)) != 0)
        {
            var isControl = (value.Flags & TapeFlags.Control) != 0;
            Add(
                node,
                "value",
                isControl
                    ? "Control characters other than tab, CR and LF are not allowed."
                    : "Half of a surrogate pair is not a character.");
            return;
        }

        var text = utf8[value.Start..value.End];
        if (
            (value.Flags & TapeFlags.Escaped) != 0
                && property.Kind is not (PrimitiveKind.String or PrimitiveKind.Markdown or PrimitiveKind.Xhtml))
        {
            var plain = new byte[text.Length];
            text = plain.AsSpan(0, JsonText.Unescape(text, plain));
        }

        if (!PrimitiveSyntax.IsValid(property.Kind, text))
        {
            Add(node, "value", PrimitiveSyntax.Rule(property.Kind));
        }
        else if (property.Codes is { } codes && !codes.Has(text))
        {
            Add(node, "code-invalid", $"The code is not in the required value set {codes.Url}.");
        }
        else if (property.IsLanguage && !PrimitiveSyntax.IsLanguage(text))
        {
            Add(node, "code-invalid", "Not a language tag (BCP 47).");
        }
        else if (level != InvariantLevel.None && property.Facts.Rules.Count > 0)
        {
            Check(node, property);
        }
    }

    private void Target(int node, PropertyShape property)
    {
        var child = Child(node, "reference"u8);
        if (child < 0 || nodes[child].Kind != TapeKind.String || (nodes[child].Flags & TapeFlags.Escaped) != 0)
        {
            return;
        }

        var text = utf8[nodes[child].Start..nodes[child].End];
        var end = text.IndexOfAny((byte)'/', (byte)'?');
        if (end <= 0 || text[0] == (byte)'#' || text[..end].Contains((byte)':'))
        {
            return; // contained, absolute, urn: or logical: what they point at is not said here
        }

        if (FhirFacts.R4.Resource(text[..end]) is not { } type)
        {
            Add(child, "value", "A relative reference starts with a resource type of R4.");
        }
        else if (!property.Targets.Contains(type.Name) && !property.Targets.Contains("Resource"))
        {
            Add(child, "value", $"This reference may point at {string.Join(", ", property.Targets)} only.");
        }
    }

    private void Concept(int node, CodeSet codes)
    {
        var codings = Child(node, "coding"u8);
        if (codings >= 0 && nodes[codings].Kind == TapeKind.Array)
        {
            for (var coding = codings + 1; coding < nodes[codings].Next; coding = nodes[coding].Next)
            {
                var system = nodes[coding].Kind == TapeKind.Object ? Child(coding, "system"u8) : -1;
                var code = nodes[coding].Kind == TapeKind.Object ? Child(coding, "code"u8) : -1;
                if (system >= 0 && code >= 0
                    && codes.Has(utf8[nodes[system].Start..nodes[system].End], utf8[nodes[code].Start..nodes[code].End]))
                {
                    return;
                }
            }
        }

        Add(node, "code-invalid", $"At least one coding must be from the required value set {codes.Url}.");
    }

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

    private void Unknown(int child, FhirType type)
    {
        var isEscaped = (nodes[child].Flags & TapeFlags.NameEscaped) != 0;
        Add(child, "structure", isEscaped
            ? "Element names are written without escapes."
            : $"{type.Path} has no such element (names are case-sensitive).");
    }

    private readonly int Child(int parent, ReadOnlySpan<byte> name)
    {
        for (var child = parent + 1; child < nodes[parent].Next; child = nodes[child].Next)
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
