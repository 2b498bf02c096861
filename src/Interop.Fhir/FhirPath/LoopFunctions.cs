using Interop.Fhir.FhirPath.Values;

namespace Interop.Fhir.FhirPath;

/// <summary>
/// The functions that evaluate an argument for each item: https://hl7.org/fhirpath/N1/#filtering-and-projection, #aggregates.
/// </summary>
internal static class LoopFunctions
{
    public static readonly (string Name, PathFunction Function)[] All =
    [
        ("where", new(1, 1, Where, IsLoop: true)),
        ("select", new(1, 1, Select, IsLoop: true)),
        ("exists", new(0, 1, Exists, IsLoop: true)),
        ("all", new(1, 1, AllItems, IsLoop: true)),
        ("repeat", new(1, 1, Repeat, IsLoop: true)),
        ("aggregate", new(1, 2, Aggregate, IsLoop: true)),
        ("sort", new(0, 10, Sort, IsLoop: true)),
        ("iif", new(2, 3, Iif, IsLoop: true)),
        ("trace", new(1, 2, (call, output) => output.AddRange(call.Items), IsLoop: true)),
    ];

    private static void Where(FunctionCall call, List<PathItem> output) => call.Each(item =>
    {
        if (call.Arguments[0].Truth(call.Evaluation, item) == true)
        {
            output.Add(item);
        }

        return true;
    });

    private static void Select(FunctionCall call, List<PathItem> output) => call.Each(item =>
    {
        call.Arguments[0].Evaluate(call.Evaluation, item, output);
        return true;
    });

    private static void Exists(FunctionCall call, List<PathItem> output)
    {
        var exists = call.Count == 0 && call.Items.Count > 0;
        if (call.Count == 1)
        {
            call.Each(item => !(exists = call.Arguments[0].Truth(call.Evaluation, item) == true));
        }

        output.Add(PathItem.Of(exists));
    }

    private static void AllItems(FunctionCall call, List<PathItem> output)
    {
        var all = true;
        call.Each(item => all = call.Arguments[0].Truth(call.Evaluation, item) == true);
        output.Add(PathItem.Of(all));
    }

    // An item that came before is not followed again: https://hl7.org/fhirpath/N1/#repeatprojection-expression-collection.
    private static void Repeat(FunctionCall call, List<PathItem> output)
    {
        var seen = new HashSet<PathItem>(new PathEquality(call.Evaluation));
        var (level, next) = (call.Evaluation.Rent(), call.Evaluation.Rent());
        level.AddRange(call.Items);
        while (level.Count > 0)
        {
            foreach (var item in level)
            {
                var start = next.Count;
                call.Arguments[0].Evaluate(call.Evaluation, item, next);
                call.Evaluation.Spend(next.Count - start + 1);
                var write = start;
                for (var read = start; read < next.Count; read++)
                {
                    if (seen.Add(next[read]))
                    {
                        next[write++] = next[read];
                    }
                }

                next.RemoveRange(write, next.Count - write);
            }

            output.AddRange(next);
            (level, next) = (next, level);
            next.Clear();
        }

        call.Evaluation.Return(level);
        call.Evaluation.Return(next);
    }

    private static void Aggregate(FunctionCall call, List<PathItem> output)
    {
        var outer = call.Evaluation.Total;
        var total = call.Count == 2 ? call.ArgumentItems(1) : call.Evaluation.Rent();
        call.Each(item =>
        {
            var next = call.Evaluation.Rent();
            call.Evaluation.Total = total;
            call.Arguments[0].Evaluate(call.Evaluation, item, next);
            call.Evaluation.Spend(next.Count);
            call.Evaluation.Return(total);
            total = next;
            return true;
        });
        call.Evaluation.Total = outer;
        output.AddRange(total);
        call.Evaluation.Return(total);
    }

    // https://build.fhir.org/ig/HL7/FHIRPath/#sort: a minus before a key turns its order round; an empty key comes after all others.
    private static void Sort(FunctionCall call, List<PathItem> output)
    {
        var keys = call.Count == 0 ? [new ThisNode()] : call.Arguments;
        var isDescending = keys.Select(key => key is SignNode { IsMinus: true }).ToArray();
        var rows = new List<(PathItem Item, PathItem?[] Keys)>(call.Items.Count);
        call.Each(item =>
        {
            rows.Add((item, [.. keys.Select(key => (key is SignNode sign ? sign.Operand : key).Single(call.Evaluation, item))]));
            return true;
        });
        try
        {
            var order = Comparer<PathItem?[]>.Create((x, y) => Compare(call, isDescending, x, y));
            output.AddRange(rows.OrderBy(row => row.Keys, order).Select(row => row.Item));
        }
        catch (InvalidOperationException failure) when (failure.InnerException is FhirPathException inner)
        {
            throw inner;
        }
    }

    private static int Compare(FunctionCall call, bool[] isDescending, PathItem?[] xs, PathItem?[] ys)
    {
        call.Evaluation.Spend(1);
        for (var i = 0; i < xs.Length; i++)
        {
            var order = (xs[i], ys[i]) switch
            {
                ({ } x, { } y) => PathComparison.Order(call.Evaluation, x, y, call.Position) ?? 0,
                (null, null) => 0,
                (null, _) => 1,
                _ => -1,
            };
            if (order != 0)
            {
                return isDescending[i] ? -order : order;
            }
        }

        return 0;
    }

    private static void Iif(FunctionCall call, List<PathItem> output)
    {
        var item = call.Single() ?? PathItem.None;
        var criterion = call.Arguments[0].Single(call.Evaluation, item);
        var truth = criterion is { } found
            ? call.Evaluation.Value(found) as bool? ?? throw call.Fault("The criterion of iif() is a boolean")
            : false;
        if (truth)
        {
            call.Arguments[1].Evaluate(call.Evaluation, item, output);
        }
        else if (call.Count == 3)
        {
            call.Arguments[2].Evaluate(call.Evaluation, item, output);
        }
    }
}
