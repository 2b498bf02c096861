using Interop.Fhir.FhirPath.Values;

namespace Interop.Fhir.FhirPath;

/// <summary>A literal; several for none, <c>{}</c>.</summary>
internal sealed class LiteralNode(PathItem? value) : PathNode
{
    public PathItem? Item => value;

    public override bool IsFixed { get; } = true;

    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        if (value is { } item)
        {
            output.Add(item);
        }
    }
}

/// <summary><c>$this</c>.</summary>
internal sealed class ThisNode : PathNode
{
    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        if (!focus.IsNone)
        {
            output.Add(focus);
        }
    }
}

/// <summary><c>$index</c>: the place of <c>$this</c> in what a function runs over.</summary>
internal sealed class IndexNode : PathNode
{
    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output) =>
        output.Add(evaluation.Index >= 0
            ? PathItem.Of(evaluation.Index)
            : throw new FhirPathException("$index has a value inside of a function's argument only", Position));
}

/// <summary><c>%rowIndex</c> of a view (https://sql-on-fhir.org): the place in what the nearest forEach or repeat goes over.</summary>
internal sealed class RowIndexNode : PathNode
{
    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output) =>
        output.Add(PathItem.Of(evaluation.RowIndex));
}

/// <summary><c>$total</c>: what aggregate() has so far.</summary>
internal sealed class TotalNode : PathNode
{
    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output) =>
        output.AddRange(evaluation.Total ?? throw new FhirPathException("$total has a value inside of aggregate() only", Position));
}

/// <summary><c>%resource</c>, <c>%rootResource</c> and <c>%context</c>.</summary>
internal sealed class ResourceNode(string name) : PathNode
{
    public override bool IsFixed { get; } = name != "context";

    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output) => output.Add(name switch
    {
        "resource" => evaluation.Resource,
        "rootResource" => evaluation.RootResource,
        _ => evaluation.Start,
    });
}

/// <summary>A variable that the caller of the evaluation gives.</summary>
internal sealed class VariableNode(string name) : PathNode
{
    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output) =>
        output.Add(evaluation.Context.Variables?.GetValueOrDefault(name) is { } text
            ? PathItem.Of(text)
            : throw new FhirPathException($"The variable %{name} is not known", Position));
}

/// <summary><c>source[index]</c>.</summary>
internal sealed class IndexerNode(PathNode source, PathNode index) : PathNode
{
    public override bool IsFixed { get; } = source.IsFixed && index.IsFixed;

    public override IEnumerable<PathNode> Parts => [source, index];

    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        var items = evaluation.Rent();
        index.Evaluate(evaluation, focus, items);
        var place = items.Count == 1 && evaluation.Value(items[0]) is int number ? number : -1;
        items.Clear();
        source.Evaluate(evaluation, focus, items);
        if (place >= 0 && place < items.Count)
        {
            output.Add(items[place]);
        }

        evaluation.Return(items);
    }
}

/// <summary><c>left | right</c>, which removes equal duplicates (https://hl7.org/fhirpath/N1/#union-collections).</summary>
internal sealed class UnionNode(PathNode left, PathNode right) : PathNode
{
    public override bool IsFixed { get; } = left.IsFixed && right.IsFixed;

    public override IEnumerable<PathNode> Parts => [left, right];

    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        var items = evaluation.Rent();
        left.Evaluate(evaluation, focus, items);
        right.Evaluate(evaluation, focus, items);
        evaluation.Spend(items.Count);
        PathEquality.AddDistinct(evaluation, items, output);
        evaluation.Return(items);
    }
}

/// <summary>
/// An expression whose result is the same for every <c>$this</c> of a resource, inside of one that is evaluated for many.
/// </summary>
internal sealed class MemoNode(PathNode inner) : PathNode
{
    public override bool IsFixed { get; } = true;

    public override IEnumerable<PathNode> Parts => [inner];

    public static PathNode Wrap(PathNode node) => node.IsFixed && node is not (LiteralNode or ResourceNode or MemoNode)
        ? new MemoNode(node) { Position = node.Position }
        : node;

    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output) =>
        output.AddRange(evaluation.Remember(this, () =>
    {
        var items = evaluation.Rent();
        inner.Evaluate(evaluation, focus, items);
        PathItem[] result = [.. items];
        evaluation.Return(items);
        return result;
    }));
}
