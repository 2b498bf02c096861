using Interop.Fhir.Schema;

namespace Interop.Fhir.FhirPath;

/// <summary>A literal; several for none, <c>{}</c>.</summary>
internal sealed class LiteralNode(PathItem? value) : PathNode
{
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
    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output) => output.Add(focus);
}

/// <summary><c>%resource</c>, <c>%rootResource</c> and <c>%context</c>, which are one in an evaluation that starts at a resource.</summary>
internal sealed class RootNode : PathNode
{
    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output) => output.Add(evaluation.Root);
}

/// <summary><c>source[index]</c>.</summary>
internal sealed class IndexerNode(PathNode source, PathNode index) : PathNode
{
    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        var items = evaluation.Rent();
        index.Evaluate(evaluation, focus, items);
        var place = items.Count == 1 && evaluation.Scalar(items[0]) is decimal number ? (int)number : -1;
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
    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        var items = evaluation.Rent();
        left.Evaluate(evaluation, focus, items);
        right.Evaluate(evaluation, focus, items);
        PathEquality.AddDistinct(evaluation, items, output);
        evaluation.Return(items);
    }
}

/// <summary>
/// <c>as</c> over a whole collection, which R4's search expressions need although the specification allows it for single items only:
/// it keeps the items of the type.
/// </summary>
internal sealed class AsNode(PathNode source, string type) : PathNode
{
    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        var items = evaluation.Rent();
        source.Evaluate(evaluation, focus, items);
        foreach (var item in items)
        {
            if (item.Type.Is(type))
            {
                output.Add(item);
            }
        }

        evaluation.Return(items);
    }
}

/// <summary><c>is</c>: empty for empty.</summary>
internal sealed class IsNode(PathNode source, string type) : PathNode
{
    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        var items = evaluation.Rent();
        source.Evaluate(evaluation, focus, items);
        if (items.Count > 1)
        {
            throw new FhirPathException("'is' asks about a single item, and there are several", Position);
        }

        if (items.Count == 1)
        {
            output.Add(PathItem.Of(items[0].Type.Is(type)));
        }

        evaluation.Return(items);
    }
}

/// <summary>The type that a specifier names: <c>Patient</c>, <c>FHIR.Patient</c>, and <c>DateTime</c> as R4 spells dateTime once.</summary>
internal static class TypeSpecifier
{
    public static string Resolve(string text, int position)
    {
        var name = text.StartsWith("FHIR.", StringComparison.Ordinal) || text.StartsWith("System.", StringComparison.Ordinal)
            ? text[(text.IndexOf('.', StringComparison.Ordinal) + 1)..]
            : text;
        var spelt = FhirFacts.R4.Type(name) is null && name.Length > 0 ? char.ToLowerInvariant(name[0]) + name[1..] : name;
        return FhirFacts.R4.Type(spelt)?.Name ?? throw new FhirPathException($"No type of R4 is called {name}", position);
    }
}
