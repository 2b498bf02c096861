using System.Globalization;
using System.Text;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.FhirPath.Values;

/// <summary>Equality of items (https://hl7.org/fhirpath/N1/#equals): primitives by value, the rest by structure.</summary>
internal sealed class PathEquality(Evaluation evaluation) : IEqualityComparer<PathItem>
{
    public static void AddDistinct(Evaluation evaluation, List<PathItem> items, List<PathItem> output)
    {
        if (items.Count < 2)
        {
            output.AddRange(items);
            return;
        }

        var seen = new HashSet<PathItem>(items.Count, new PathEquality(evaluation));
        foreach (var item in items)
        {
            if (seen.Add(item))
            {
                output.Add(item);
            }
        }
    }

    public bool Equals(PathItem x, PathItem y)
    {
        if (x.Node >= 0 && x.Node == y.Node && x.Twin == y.Twin)
        {
            return true;
        }

        if (x.Value is not null && y.Value is not null)
        {
            return PathComparison.AreEqual(evaluation, x, y) == true;
        }

        if (x.HasValue && y.HasValue)
        {
            return SameScalar(x, y);
        }

        return x.Node >= 0 && y.Node >= 0 && x.Type.Kind == PrimitiveKind.None && y.Type.Kind == PrimitiveKind.None && Same(x.Node, y.Node);
    }

    public int GetHashCode(PathItem item) => item.Node >= 0 ? HashOf(item.Node) : item.Value switch
    {
        string text => Hash(Encoding.UTF8.GetBytes(text)),
        int whole => ((decimal)whole).GetHashCode(),
        PathTime or PathQuantity => 0, // equal ones may be written in many ways
        var other => other?.GetHashCode() ?? 0,
    };

    // Without regard to the order of properties and the precision of numbers, as equality is.
    private int HashOf(int node)
    {
        ref readonly var value = ref evaluation.Tape[node];
        switch (value.Kind)
        {
            case TapeKind.String:
                var isPlain = (value.Flags & TapeFlags.Escaped) == 0;
                return Hash(isPlain ? evaluation.Raw(node) : Encoding.UTF8.GetBytes(evaluation.Text(node)!));
            case TapeKind.Number:
                return Number(node)?.GetHashCode() ?? 0;
            case TapeKind.Object or TapeKind.Array:
                var hash = 0;
                for (var child = node + 1; child < value.Next; child = evaluation.Tape[child].Next)
                {
                    hash += HashOf(child) * (evaluation.Tape[child].NameLength + 31);
                }

                return hash;
            default:
                return value.Kind == TapeKind.Null ? 0 : (value.Kind == TapeKind.True).GetHashCode();
        }
    }

    private static int Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = default(HashCode);
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }

    private bool SameScalar(PathItem x, PathItem y)
    {
        var isPlain = x.Node >= 0 && y.Node >= 0 && evaluation.Tape[x.Node].Kind == evaluation.Tape[y.Node].Kind;
        return (isPlain && evaluation.Raw(x.Node).SequenceEqual(evaluation.Raw(y.Node))) || Equals(Plain(x), Plain(y));
    }

    // A computed date meets the text of one in the resource.
    private object? Plain(PathItem item) => evaluation.Scalar(item) is PathTime time ? time.ToString() : evaluation.Scalar(item);

    private bool Same(int x, int y)
    {
        evaluation.Spend(1);
        var tape = evaluation.Tape;
        if (tape[x].Kind != tape[y].Kind || tape[x].Next - x != tape[y].Next - y)
        {
            return false;
        }

        if (evaluation.Raw(x).SequenceEqual(evaluation.Raw(y)))
        {
            return true;
        }

        return tape[x].Kind switch
        {
            TapeKind.Object => SameProperties(x, y),
            TapeKind.Array => SameItems(x, y),
            TapeKind.Null => true,
            TapeKind.Number => SameNumber(x, y),
            _ => evaluation.Text(x) == evaluation.Text(y),
        };
    }

    // 1.0 equals 1.00 (https://hl7.org/fhirpath/N1/#equals): precision is no part of a value.
    private bool SameNumber(int x, int y) => Number(x) is { } first && Number(y) is { } second && first == second;

    private decimal? Number(int node) =>
        decimal.TryParse(evaluation.Raw(node), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private bool SameProperties(int x, int y)
    {
        var tape = evaluation.Tape;
        for (var child = x + 1; child < tape[x].Next; child = tape[child].Next)
        {
            var other = evaluation.Child(y, evaluation.Utf8.Span.Slice(tape[child].NameStart, tape[child].NameLength));
            if (other < 0 || !Same(child, other))
            {
                return false;
            }
        }

        return true;
    }

    private bool SameItems(int x, int y)
    {
        var tape = evaluation.Tape;
        for (var (i, j) = (x + 1, y + 1); i < tape[x].Next; (i, j) = (tape[i].Next, tape[j].Next))
        {
            if (j >= tape[y].Next || !Same(i, j))
            {
                return false;
            }
        }

        return true;
    }
}
