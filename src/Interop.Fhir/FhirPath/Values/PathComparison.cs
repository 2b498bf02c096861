using System.Globalization;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.FhirPath.Values;

/// <summary>Equality, equivalence and order of single items: https://hl7.org/fhirpath/N1/#equality, #equivalence, #comparison.</summary>
internal static class PathComparison
{
    /// <summary>Null where it cannot be decided: partial dates, quantities whose units do not convert.</summary>
    public static bool? AreEqual(Evaluation evaluation, PathItem x, PathItem y)
    {
        if (x.Node >= 0 && y.Node >= 0 && (x.Node == y.Node || IsSameText(evaluation, x, y)))
        {
            return true;
        }

        var (left, right) = (evaluation.Value(x), evaluation.Value(y));
        switch (left, right)
        {
            case (null, _) or (_, null):
                return new PathEquality(evaluation).Equals(x, y);
            case (PathTime first, PathTime second):
                return PathTime.Compare(first, second) is { } order ? order == 0
                    : (first.Kind == TimeKind.Time) != (second.Kind == TimeKind.Time) ? false
                    : null;
            case (PathQuantity first, PathQuantity second) when x.Value is null && y.Value is null:
                return new PathEquality(evaluation).Equals(x, y)
                    || (PathQuantity.Common(first, second) is { } both ? both.X == both.Y : null) == true;
        }

        if (left is PathQuantity || right is PathQuantity)
        {
            return AsQuantity(left) is { } first && AsQuantity(right) is { } second
                ? PathQuantity.Common(first, second) is { } common ? common.X == common.Y : null
                : false;
        }

        return Number(left) is { } number ? number == Number(right) : left.Equals(right);
    }

    public static bool AreEqual(Evaluation evaluation, List<PathItem> xs, List<PathItem> ys, out bool isDecided)
    {
        isDecided = true;
        if (xs.Count != ys.Count)
        {
            return false;
        }

        for (var i = 0; i < xs.Count; i++)
        {
            switch (AreEqual(evaluation, xs[i], ys[i]))
            {
                case false:
                    isDecided = true;
                    return false;
                case null:
                    isDecided = false;
                    break;
            }
        }

        return true;
    }

    public static bool AreEquivalent(Evaluation evaluation, PathItem x, PathItem y)
    {
        var (left, right) = (evaluation.Value(x), evaluation.Value(y));
        switch (left, right)
        {
            case (null, null):
                return AreEquivalentTrees(evaluation, x, y);
            case (string first, string second):
                return Folded(first) == Folded(second);
            case (PathTime first, PathTime second):
                return first.Precision == second.Precision && PathTime.Compare(first, second) == 0;
        }

        if (left is PathQuantity || right is PathQuantity)
        {
            return AsQuantity(left) is { } first && AsQuantity(right) is { } second
                && PathQuantity.Common(first, second) is { } common && AreClose(common.X, common.Y);
        }

        return Number(left) is { } number ? Number(right) is { } other && AreClose(number, other) : left is not null && left.Equals(right);
    }

    /// <summary>In any order, each item with another one. The lists are consumed.</summary>
    public static bool AreEquivalent(Evaluation evaluation, List<PathItem> xs, List<PathItem> ys)
    {
        if (xs.Count != ys.Count)
        {
            return false;
        }

        foreach (var item in xs)
        {
            evaluation.Spend(ys.Count);
            var match = ys.FindIndex(other => AreEquivalent(evaluation, item, other));
            if (match < 0)
            {
                return false;
            }

            ys.RemoveAt(match);
        }

        return true;
    }

    /// <summary>Null where it cannot be decided. FhirPathException where the types have no common order.</summary>
    public static int? Order(Evaluation evaluation, PathItem x, PathItem y, int position)
    {
        var (left, right) = (evaluation.Value(x), evaluation.Value(y));
        if (left is null || right is null)
        {
            // A primitive with extensions only, or a Quantity whose comparator leaves its value open.
            var isOpen = IsOpen(evaluation, x, left) || IsOpen(evaluation, y, right);
            return isOpen ? null : throw new FhirPathException("These values have no order", position);
        }

        if (left is PathQuantity || right is PathQuantity)
        {
            return AsQuantity(left) is { } first && AsQuantity(right) is { } second
                ? PathQuantity.Common(first, second) is { } common ? common.X.CompareTo(common.Y) : null
                : throw new FhirPathException("These values have no common order", position);
        }

        return (left, right) switch
        {
            (string first, string second) => string.CompareOrdinal(first, second),
            (PathTime first, PathTime second) => PathTime.Compare(first, second),
            _ => Number(left) is { } number && Number(right) is { } other
                ? number.CompareTo(other)
                : throw new FhirPathException("These values have no common order", position),
        };
    }

    public static decimal? Number(object? value) => value switch
    {
        int whole => whole,
        decimal number => number,
        _ => null,
    };

    private static PathQuantity? AsQuantity(object? value) =>
        value as PathQuantity ?? (Number(value) is { } number ? new PathQuantity(number, "1") : null);

    private static bool IsOpen(Evaluation evaluation, PathItem item, object? value) =>
        value is not null || (item.Type.Kind != PrimitiveKind.None && item.Node < 0)
        || (item.Type.Is("Quantity") && evaluation.Child(item.Node, "comparator"u8) >= 0)
        || (item.Type.Is("Quantity") && evaluation.Child(item.Node, "value"u8) < 0);

    private static bool IsSameText(Evaluation evaluation, PathItem x, PathItem y) =>
        x.Type.Kind != PrimitiveKind.None && y.Type.Kind != PrimitiveKind.None
        && evaluation.Tape[x.Node].Kind == evaluation.Tape[y.Node].Kind && evaluation.Raw(x.Node).SequenceEqual(evaluation.Raw(y.Node));

    // To the fewer decimals of the two; trailing zeros do not count (https://hl7.org/fhirpath/N1/#equivalent).
    private static bool AreClose(decimal x, decimal y)
    {
        var digits = Math.Min(Decimals(x), Decimals(y));
        return Math.Round(x, digits, MidpointRounding.AwayFromZero) == Math.Round(y, digits, MidpointRounding.AwayFromZero);
    }

    private static int Decimals(decimal value)
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? 0 : text.TrimEnd('0').Length - dot - 1;
    }

    private static string Folded(string text) =>
        string.Join(' ', text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static bool AreEquivalentTrees(Evaluation evaluation, PathItem x, PathItem y)
    {
        if (x.Node < 0 || y.Node < 0 || x.Node == y.Node)
        {
            return x.Node == y.Node && x.Twin == y.Twin;
        }

        if (evaluation.Tape[x.Node].Kind != TapeKind.Object || evaluation.Tape[y.Node].Kind != TapeKind.Object)
        {
            return false;
        }

        var (xs, ys) = (evaluation.Rent(), evaluation.Rent());
        TreeFunctions.AddChildren(evaluation, x, xs);
        TreeFunctions.AddChildren(evaluation, y, ys);
        var result = AreEquivalent(evaluation, xs, ys);
        evaluation.Return(xs);
        evaluation.Return(ys);
        return result;
    }
}
