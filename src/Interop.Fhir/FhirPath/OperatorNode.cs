using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Schema;

namespace Interop.Fhir.FhirPath;

/// <summary>
/// Three-valued logic: https://hl7.org/fhirpath/N1/#boolean-logic. The right side is not evaluated where the left one decides.
/// </summary>
internal sealed class LogicNode(string symbol, PathNode left, PathNode right) : PathNode
{
    public override bool IsFixed { get; } = left.IsFixed && right.IsFixed;

    public override IEnumerable<PathNode> Parts => [left, right];

    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        if (Truth(evaluation, focus) is { } truth)
        {
            output.Add(PathItem.Of(truth));
        }
    }

    public override bool? Truth(Evaluation evaluation, PathItem focus)
    {
        evaluation.Step();
        var x = left.Truth(evaluation, focus);
        return symbol switch
        {
            "and" => x == false ? false : x & right.Truth(evaluation, focus),
            "or" => x == true ? true : x | right.Truth(evaluation, focus),
            "xor" => x ^ right.Truth(evaluation, focus),
            _ => x == false ? true : !x | right.Truth(evaluation, focus),
        };
    }
}

/// <summary>The binary operators on collections and values, but for logic, union and types.</summary>
internal sealed class OperatorNode(string symbol, PathNode left, PathNode right) : PathNode
{
    // `code = 'x'` is what most of R4's expressions compare, so it is done on the bytes.
    private readonly byte[]? literal = symbol is "=" or "!=" && right is LiteralNode { Item.Value: string text }
        ? System.Text.Encoding.UTF8.GetBytes(text)
        : null;

    public override bool IsFixed { get; } = left.IsFixed && right.IsFixed;

    public override IEnumerable<PathNode> Parts => [left, right];

    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        var (xs, ys) = (evaluation.Rent(), evaluation.Rent());
        left.Evaluate(evaluation, focus, xs);
        if (literal is not null && IsPlainText(evaluation, xs))
        {
            output.Add(PathItem.Of(evaluation.Raw(xs[0].Node).SequenceEqual(literal) == (symbol == "=")));
        }
        else
        {
            right.Evaluate(evaluation, focus, ys);
            Apply(evaluation, xs, ys, output);
        }

        evaluation.Return(xs);
        evaluation.Return(ys);
    }

    private static bool IsPlainText(Evaluation evaluation, List<PathItem> items) => items.Count == 1
        && items[0].Node >= 0
        && items[0].Type.Kind is not (
            PrimitiveKind.None or PrimitiveKind.Date or PrimitiveKind.DateTime or PrimitiveKind.Instant or PrimitiveKind.Time)
        && evaluation.Tape[items[0].Node] is { Kind: Json.TapeKind.String, Flags: Json.TapeFlags.None or Json.TapeFlags.NameEscaped };

    private void Apply(Evaluation evaluation, List<PathItem> xs, List<PathItem> ys, List<PathItem> output)
    {
        switch (symbol)
        {
            case "~" or "!~":
                output.Add(PathItem.Of(PathComparison.AreEquivalent(evaluation, xs, ys) == (symbol == "~")));
                return;
            case "&":
                output.Add(PathItem.Of(Arithmetic.Bounded(Text(evaluation, xs) + Text(evaluation, ys), Position)));
                return;
            case "in":
                Contains(evaluation, xs, ys, output);
                return;
            case "contains":
                Contains(evaluation, ys, xs, output);
                return;
        }

        if (xs.Count == 0 || ys.Count == 0)
        {
            return;
        }

        if (symbol is "=" or "!=")
        {
            var areEqual = PathComparison.AreEqual(evaluation, xs, ys, out var isDecided);
            if (isDecided)
            {
                output.Add(PathItem.Of(areEqual == (symbol == "=")));
            }

            return;
        }

        var (x, y) = (Only(xs), Only(ys));
        if (symbol is "<" or ">" or "<=" or ">=")
        {
            if (PathComparison.Order(evaluation, x, y, Position) is { } order)
            {
                output.Add(PathItem.Of(Holds(order)));
            }
        }
        else if (Arithmetic.Apply(symbol, evaluation.Value(x), evaluation.Value(y), Position) is { } result)
        {
            output.Add(PathItem.OfAny(result));
        }
    }

    private bool Holds(int order) => symbol switch
    {
        "<" => order < 0,
        ">" => order > 0,
        "<=" => order <= 0,
        _ => order >= 0,
    };

    private PathItem Only(List<PathItem> items) => items.Count == 1
        ? items[0]
        : throw new FhirPathException($"The operator {symbol} takes single values, and there are several", Position);

    private string Text(Evaluation evaluation, List<PathItem> items) => items.Count == 0 ? string.Empty
        : Conversions.Text(evaluation.Value(Only(items))) ?? throw new FhirPathException("& joins values that have a text", Position);

    // https://hl7.org/fhirpath/N1/#in-membership
    private void Contains(Evaluation evaluation, List<PathItem> items, List<PathItem> collection, List<PathItem> output)
    {
        if (items.Count == 0)
        {
            return;
        }

        var item = Only(items);
        evaluation.Spend(collection.Count);
        output.Add(PathItem.Of(collection.Exists(other => PathComparison.AreEqual(evaluation, item, other) == true)));
    }
}

/// <summary>A sign: <c>-value</c>, <c>+value</c>.</summary>
internal sealed class SignNode(bool isMinus, PathNode operand) : PathNode
{
    public bool IsMinus => isMinus;

    public PathNode Operand => operand;

    public override bool IsFixed { get; } = operand.IsFixed;

    public override IEnumerable<PathNode> Parts => [operand];

    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        if (operand.Single(evaluation, focus) is { } item)
        {
            output.Add(PathItem.OfAny(evaluation.Value(item) switch
            {
                int whole when !isMinus || whole != int.MinValue => isMinus ? -whole : whole,
                decimal number => isMinus ? -number : number,
                PathQuantity quantity => isMinus ? quantity with { Value = -quantity.Value } : quantity,
                _ => throw new FhirPathException("Only numbers and quantities have a sign", Position),
            }));
        }
    }
}
