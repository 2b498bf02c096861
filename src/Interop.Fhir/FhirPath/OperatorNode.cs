namespace Interop.Fhir.FhirPath;

/// <summary>Binary operators on values: equality, order and logic. Those of arithmetic and membership are not part of R4's search.</summary>
internal sealed class OperatorNode(string symbol, PathNode left, PathNode right) : PathNode
{
    public static bool Supports(string symbol) =>
        symbol is "=" or "!=" or "<" or ">" or "<=" or ">=" or "and" or "or" or "xor" or "implies";

    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        var result = symbol is "and" or "or" or "xor" or "implies"
            ? Logic(left.Truth(evaluation, focus), right.Truth(evaluation, focus))
            : Compare(evaluation, focus);
        if (result is { } truth)
        {
            output.Add(PathItem.Of(truth));
        }
    }

    // Three-valued: https://hl7.org/fhirpath/N1/#boolean-logic.
    private bool? Logic(bool? x, bool? y) => symbol switch
    {
        "and" => x & y,
        "or" => x | y,
        "xor" => x ^ y,
        _ => !x | y,
    };

    private bool? Compare(Evaluation evaluation, PathItem focus)
    {
        var (xs, ys) = (evaluation.Rent(), evaluation.Rent());
        left.Evaluate(evaluation, focus, xs);
        right.Evaluate(evaluation, focus, ys);
        bool? result = xs.Count == 0 || ys.Count == 0 ? null : symbol switch
        {
            "=" => AreEqual(evaluation, xs, ys),
            "!=" => !AreEqual(evaluation, xs, ys),
            _ => Order(evaluation, xs, ys) is { } order ? Holds(order) : null,
        };
        evaluation.Return(xs);
        evaluation.Return(ys);
        return result;
    }

    private bool Holds(int order) => symbol switch
    {
        "<" => order < 0,
        ">" => order > 0,
        "<=" => order <= 0,
        _ => order >= 0,
    };

    private static bool AreEqual(Evaluation evaluation, List<PathItem> xs, List<PathItem> ys)
    {
        var equality = new PathEquality(evaluation);
        return xs.Count == ys.Count && xs.Zip(ys).All(pair => equality.Equals(pair.First, pair.Second));
    }

    private int? Order(Evaluation evaluation, List<PathItem> xs, List<PathItem> ys) => xs.Count != 1 || ys.Count != 1
        ? throw new FhirPathException("A comparison takes single values, and there are several", Position)
        : (evaluation.Scalar(xs[0]), evaluation.Scalar(ys[0])) switch
        {
            (decimal x, decimal y) => x.CompareTo(y),
            (string x, string y) => string.CompareOrdinal(x, y),
            _ => null,
        };
}
