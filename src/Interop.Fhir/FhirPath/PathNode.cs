using Interop.Fhir.FhirPath.Values;

namespace Interop.Fhir.FhirPath;

/// <summary>A part of a compiled expression. Nodes are immutable: one expression serves many threads.</summary>
internal abstract class PathNode
{
    /// <summary>Where the node stands in the text of the expression, for errors.</summary>
    public int Position { get; init; }

    /// <summary>True where the result depends on the resource only, not on <c>$this</c>, <c>$index</c> or <c>$total</c>.</summary>
    public virtual bool IsFixed => false;

    /// <summary>The parts that are evaluated on the same focus as the node itself.</summary>
    public virtual IEnumerable<PathNode> Parts => [];

    /// <summary>Adds the result to a list.</summary>
    /// <param name="focus"><c>$this</c>: what a path without a source starts at.</param>
    public abstract void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output);

    /// <summary>
    /// True, false, or null for empty; a single item that is not a boolean counts as true
    /// (https://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections).
    /// </summary>
    public virtual bool? Truth(Evaluation evaluation, PathItem focus)
    {
        var items = evaluation.Rent();
        Evaluate(evaluation, focus, items);
        bool? truth = items.Count switch
        {
            0 => null,
            1 => TruthOf(evaluation, items[0]),
            _ => throw new FhirPathException("A single value is expected, and there are several", Position),
        };
        evaluation.Return(items);
        return truth;
    }

    /// <summary>The only item; null for none. FhirPathException for several.</summary>
    public PathItem? Single(Evaluation evaluation, PathItem focus)
    {
        var items = evaluation.Rent();
        Evaluate(evaluation, focus, items);
        PathItem? single = items.Count switch
        {
            0 => null,
            1 => items[0],
            _ => throw new FhirPathException("A single value is expected, and there are several", Position),
        };
        evaluation.Return(items);
        return single;
    }

    private static bool TruthOf(Evaluation evaluation, PathItem item) => item.Value is bool computed ? computed
        : item.Value is not null || item.Node < 0 || evaluation.Tape[item.Node].Kind != Json.TapeKind.False;
}
