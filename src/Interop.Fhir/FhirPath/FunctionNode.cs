using Interop.Fhir.FhirPath.Values;

namespace Interop.Fhir.FhirPath;

/// <summary>A call of one of the <see cref="Functions"/> on the items of its source.</summary>
internal sealed class FunctionNode(string name, PathNode? source, PathFunction function, IReadOnlyList<PathNode> arguments) : PathNode
{
    // What loops over items may use $index and $total of a function around it, so it is not taken for the same everywhere.
    public override bool IsFixed { get; } = source is { IsFixed: true } && !function.IsLoop && arguments.All(argument => argument.IsFixed);

    public override IEnumerable<PathNode> Parts => (source is null ? [] : new[] { source }).Concat(function.IsLoop ? [] : arguments);

    public string Name => name;

    /// <summary>True where the items are those of <c>$this</c> itself.</summary>
    public bool StartsAtThis => source is null;

    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        var items = evaluation.Rent();
        if (source is not null)
        {
            source.Evaluate(evaluation, focus, items);
        }
        else if (!focus.IsNone)
        {
            items.Add(focus);
        }

        var before = output.Count;
        function.Apply(new(evaluation, focus, items, arguments, Position), output);
        evaluation.Spend(output.Count - before);
        evaluation.Return(items);
    }
}

/// <summary>What a function does with the items that it is called on.</summary>
/// <param name="IsLoop">True where arguments are evaluated for each item, as its <c>$this</c>.</param>
internal sealed record PathFunction(int Fewest, int Most, Action<FunctionCall, List<PathItem>> Apply, bool IsLoop = false);

/// <summary>One call of a function.</summary>
/// <param name="Focus"><c>$this</c> of the caller, for arguments that are no criteria or projections.</param>
internal readonly record struct FunctionCall(
    Evaluation Evaluation, PathItem Focus, List<PathItem> Items, IReadOnlyList<PathNode> Arguments, int Position)
{
    public int Count => Arguments.Count;

    /// <summary>The only item; null for none. FhirPathException for several.</summary>
    public PathItem? Single() => Items.Count switch
    {
        0 => null,
        1 => Items[0],
        _ => throw Fault("A function on a single item is called on several"),
    };

    /// <summary>The value of the only item; null for none and for what has no value.</summary>
    public object? Value() => Single() is { } item ? Evaluation.Value(item) : null;

    /// <summary>The text of the only item; null for none. FhirPathException where it is no string.</summary>
    public string? Text() => Single() is not { } item ? null : TextOf(item);

    public PathItem? Argument(int index) => Arguments[index].Single(Evaluation, Focus);

    public object? ArgumentValue(int index) => Argument(index) is { } item ? Evaluation.Value(item) : null;

    public string? ArgumentText(int index) => Argument(index) is { } item ? TextOf(item) : null;

    public int? ArgumentInteger(int index) => ArgumentValue(index) switch
    {
        null => null,
        int whole => whole,
        _ => throw Fault("An integer is expected as argument"),
    };

    /// <summary>All items of an argument, in a list to give back.</summary>
    public List<PathItem> ArgumentItems(int index)
    {
        var items = Evaluation.Rent();
        Arguments[index].Evaluate(Evaluation, Focus, items);
        return items;
    }

    /// <summary>Runs over the items with <c>$index</c>, until the body says false.</summary>
    public void Each(Func<PathItem, bool> body)
    {
        var outer = Evaluation.Index;
        for (var i = 0; i < Items.Count; i++)
        {
            Evaluation.Index = i;
            if (!body(Items[i]))
            {
                break;
            }
        }

        Evaluation.Index = outer;
    }

    public FhirPathException Fault(string message) => new(message, Position);

    private string? TextOf(PathItem item) => Evaluation.Value(item) switch
    {
        string text => text,
        null when item.HasValue is false && item.Twin >= 0 => null,
        PathTime when item.Value is null => Evaluation.Text(item),
        _ => throw Fault("A string is expected"),
    };
}
