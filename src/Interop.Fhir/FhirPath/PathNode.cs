namespace Interop.Fhir.FhirPath;

/// <summary>A part of a compiled expression. Nodes are immutable: one expression serves many threads.</summary>
internal abstract class PathNode
{
    /// <summary>Where the node stands in the text of the expression, for errors.</summary>
    public int Position { get; init; }

    /// <summary>Adds the result to a list.</summary>
    /// <param name="focus"><c>$this</c>: what a path without a source starts at.</param>
    public abstract void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output);

    /// <summary>True, false, or null for empty; a single item that is not a boolean counts as true (https://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections).</summary>
    public bool? Truth(Evaluation evaluation, PathItem focus)
    {
        var items = evaluation.Rent();
        Evaluate(evaluation, focus, items);
        bool? truth = items.Count switch
        {
            0 => null,
            1 => evaluation.Scalar(items[0]) is not bool single || single,
            _ => throw new FhirPathException("A single value is expected, and there are several", Position),
        };
        evaluation.Return(items);
        return truth;
    }
}
