using System.Buffers;
using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Validation;

/// <summary>The invariants, evaluated as the walk leaves the elements that carry them.</summary>
internal ref partial struct ValidationPass
{
    // For all invariants of a resource together, so that none can be made to cost more than seconds; the official examples need a tenth.
    private const int LeastSteps = 20_000_000;
    private const int StepsPerValue = 200;
    private const int MostSteps = 1_000_000_000;

    private const string NoValue = "ele-1 of Element: an element has a value or children; an id alone is neither.";

    private void Check(int node, FhirType type, ulong present)
    {
        var set = InvariantSet.Of(type);
        foreach (var invariant in level == InvariantLevel.All ? set.All : set.Errors)
        {
            var truth = invariant.IsGated && (present & invariant.Needs) == 0 ? invariant.WithoutNeeds : Evaluate(invariant, node, type);
            if (truth == false)
            {
                AddBroken(invariant, node);
            }
        }

        if ((present & type.Shape.IdBit) != 0 && !type.IsResource)
        {
            ElementId(node, type);
        }

        if ((present & type.Shape.ContainedBit) != 0)
        {
            ContainedIds(node);
        }

        switch (type.Role)
        {
            case TypeRole.Reference:
                LocalReference(node);
                break;
            case TypeRole.Attachment:
                Attachment(node);
                break;
            case TypeRole.Bundle:
                Bundle(node);
                break;
            case TypeRole.CodeSystem:
                CodeSystem(node);
                break;
            case TypeRole.SearchParameter:
                SearchParameter(node);
                break;
            case TypeRole.SearchParam:
                SearchParam(node);
                break;
        }
    }

    private void Check(int node, PropertyShape property)
    {
        if (property.Kind == PrimitiveKind.Xhtml)
        {
            Xhtml(node);
            return;
        }

        var set = InvariantSet.Of(property);
        foreach (var invariant in level == InvariantLevel.All ? set.All : set.Errors)
        {
            if (Evaluate(invariant, node, property.Type) == false)
            {
                AddBroken(invariant, node);
            }
        }
    }

    /// <summary>
    /// Null where the result is empty or the evaluation fails, which a broken structure causes and then has issues of its own: only what is
    /// decidedly false breaks an invariant.
    /// </summary>
    private bool? Evaluate(Invariant invariant, int node, FhirType type)
    {
        if (isExhausted || (evaluation is null && ElementPath.ResourceTypeOf(utf8, nodes, 0) is null))
        {
            return null;
        }

        evaluation ??= new(memory, tape, new(MaxSteps: Math.Min(LeastSteps + (StepsPerValue * nodes.Length), MostSteps)));

        evaluation.Resource = new(resource.Type!, resource.Node);
        evaluation.RootResource = new(rootResource.Type!, rootResource.Node);
        var focus = new PathItem(type, node);
        evaluation.Start = focus;
        try
        {
            return invariant.Root.Truth(evaluation, focus);
        }
        catch (FhirPathException failure)
        {
            if (failure.IsLimit)
            {
                isExhausted = true;
                Add(node, "too-costly", $"{invariant.Text}: the resource is too large to evaluate its invariants.");
            }

            return null;
        }
    }

    private void Xhtml(int node)
    {
        ref readonly var value = ref nodes[node];
        var raw = utf8[value.Start..value.End];
        string? fault;
        if ((value.Flags & TapeFlags.Escaped) == 0)
        {
            fault = Narrative.Fault(raw);
        }
        else
        {
            var buffer = ArrayPool<byte>.Shared.Rent(raw.Length);
            fault = Narrative.Fault(buffer.AsSpan(0, JsonText.Unescape(raw, buffer)));
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (fault is not null)
        {
            Add(
                node,
                "invariant",
                $"{(fault.StartsWith("a narrative has", StringComparison.Ordinal) ? "txt-2" : "txt-1")} of Narrative: "
                    + $"htmlChecks(): {fault}.");
        }
    }

    // ele-1: hasValue() or (children().count() > id.count()). The object itself has an id only, or a twin without a value has.
    private void OnlyId(int node, FhirType type, ulong valueless)
    {
        if (valueless == 0)
        {
            Add(node, "invariant", NoValue);
            return;
        }

        for (var child = node + 1; child < nodes[node].Next; child = nodes[child].Next)
        {
            var isBare = nodes[child].Kind == TapeKind.Object && nodes[child].Next == child + 2 && Child(child, "id"u8) >= 0;
            if (isBare && type.Shape.Properties.Find(utf8.Slice(nodes[child].NameStart, nodes[child].NameLength)) is { IsTwin: true } twin
                && (valueless & twin.Bit) != 0)
            {
                Add(child, "invariant", NoValue);
            }
        }
    }

    // https://hl7.org/fhir/R4/element.html: unique within the resource. A snapshot and its differential name the same elements of a type.
    private void ElementId(int node, FhirType type)
    {
        if (type.Name != "ElementDefinition" && ChildText(node, "id"u8) is { } id && !(ids ??= []).Add(id))
        {
            Add(Child(node, "id"u8), "duplicate", "Element.id: no two elements of a resource have the same id.");
        }
    }

    private void AddBroken(Invariant invariant, int node)
    {
        if (invariant.IsError)
        {
            Add(node, "invariant", invariant.Text);
        }
        else if (++warnings <= maxIssues)
        {
            (issues ??= []).Add(new(IssueSeverity.Warning, "invariant", invariant.Text, ElementPath.Of(utf8, nodes, node)));
        }
    }
}
