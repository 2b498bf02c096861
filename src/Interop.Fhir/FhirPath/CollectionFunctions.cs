using Interop.Fhir.FhirPath.Values;

namespace Interop.Fhir.FhirPath;

/// <summary>Existence, subsetting and combining: https://hl7.org/fhirpath/N1/#existence, #subsetting, #combining.</summary>
internal static class CollectionFunctions
{
    public static readonly (string Name, PathFunction Function)[] All =
    [
        ("empty", new(0, 0, (call, output) => output.Add(PathItem.Of(call.Items.Count == 0)))),
        ("count", new(0, 0, (call, output) => output.Add(PathItem.Of(call.Items.Count)))),
        ("not", new(0, 0, Not)),
        ("hasValue", new(0, 0, (call, output) => output.Add(PathItem.Of(call.Items.Count == 1 && call.Items[0].HasValue)))),
        ("getValue", new(0, 0, GetValue)),
        ("allTrue", new(0, 0, (call, output) => output.Add(PathItem.Of(Truths(call).TrueForAll(truth => truth))))),
        ("anyTrue", new(0, 0, (call, output) => output.Add(PathItem.Of(Truths(call).Exists(truth => truth))))),
        ("allFalse", new(0, 0, (call, output) => output.Add(PathItem.Of(Truths(call).TrueForAll(truth => !truth))))),
        ("anyFalse", new(0, 0, (call, output) => output.Add(PathItem.Of(Truths(call).Exists(truth => !truth))))),
        ("first", new(0, 0, (call, output) => Take(call.Items, 0, 1, output))),
        ("last", new(0, 0, (call, output) => Take(call.Items, call.Items.Count - 1, 1, output))),
        ("tail", new(0, 0, (call, output) => Take(call.Items, 1, int.MaxValue, output))),
        ("skip", new(1, 1, (call, output) => Take(call.Items, Math.Max(0, call.ArgumentInteger(0) ?? 0), int.MaxValue, output))),
        ("take", new(1, 1, (call, output) => Take(call.Items, 0, call.ArgumentInteger(0) ?? 0, output))),
        ("single", new(0, 0, Single)),
        ("distinct", new(0, 0, (call, output) => PathEquality.AddDistinct(call.Evaluation, call.Items, output))),
        ("isDistinct", new(0, 0, IsDistinct)),
        ("union", new(1, 1, Union)),
        ("combine", new(1, 1, Combine)),
        ("intersect", new(1, 1, (call, output) => Filter(call, isKept: true, isDistinct: true, output))),
        ("exclude", new(1, 1, (call, output) => Filter(call, isKept: false, isDistinct: false, output))),
        ("subsetOf", new(1, 1, (call, output) => Subset(call, isReversed: false, output))),
        ("supersetOf", new(1, 1, (call, output) => Subset(call, isReversed: true, output))),
    ];

    private static void Not(FunctionCall call, List<PathItem> output)
    {
        if (call.Single() is { } item)
        {
            output.Add(PathItem.Of(call.Evaluation.Value(item) is false));
        }
    }

    private static void GetValue(FunctionCall call, List<PathItem> output)
    {
        if (call.Items.Count == 1 && call.Items[0].HasValue && call.Evaluation.Value(call.Items[0]) is { } value)
        {
            output.Add(PathItem.OfAny(value));
        }
    }

    private static List<bool> Truths(FunctionCall call) => call.Items.ConvertAll(
        item => call.Evaluation.Value(item) as bool? ?? throw call.Fault("Booleans are expected"));

    private static void Take(List<PathItem> items, int start, int count, List<PathItem> output)
    {
        for (var i = Math.Max(0, start); i < items.Count && count > 0; i++, count--)
        {
            output.Add(items[i]);
        }
    }

    private static void Single(FunctionCall call, List<PathItem> output)
    {
        if (call.Single() is { } item)
        {
            output.Add(item);
        }
    }

    private static void IsDistinct(FunctionCall call, List<PathItem> output)
    {
        var distinct = call.Evaluation.Rent();
        PathEquality.AddDistinct(call.Evaluation, call.Items, distinct);
        output.Add(PathItem.Of(distinct.Count == call.Items.Count));
        call.Evaluation.Return(distinct);
    }

    private static void Union(FunctionCall call, List<PathItem> output)
    {
        var other = call.ArgumentItems(0);
        call.Items.AddRange(other);
        PathEquality.AddDistinct(call.Evaluation, call.Items, output);
        call.Evaluation.Return(other);
    }

    private static void Combine(FunctionCall call, List<PathItem> output)
    {
        var other = call.ArgumentItems(0);
        output.AddRange(call.Items);
        output.AddRange(other);
        call.Evaluation.Return(other);
    }

    private static void Filter(FunctionCall call, bool isKept, bool isDistinct, List<PathItem> output)
    {
        var (other, kept) = (call.ArgumentItems(0), call.Evaluation.Rent());
        var set = new HashSet<PathItem>(other, new PathEquality(call.Evaluation));
        kept.AddRange(call.Items.Where(item => set.Contains(item) == isKept));
        if (isDistinct)
        {
            PathEquality.AddDistinct(call.Evaluation, kept, output);
        }
        else
        {
            output.AddRange(kept);
        }

        call.Evaluation.Return(other);
        call.Evaluation.Return(kept);
    }

    private static void Subset(FunctionCall call, bool isReversed, List<PathItem> output)
    {
        var other = call.ArgumentItems(0);
        var set = new HashSet<PathItem>(isReversed ? call.Items : other, new PathEquality(call.Evaluation));
        output.Add(PathItem.Of((isReversed ? other : call.Items).TrueForAll(set.Contains)));
        call.Evaluation.Return(other);
    }
}
