namespace Interop.Fhir.FhirPath;

/// <summary>A call of one of the <see cref="Functions"/> on the items of its source.</summary>
internal sealed class FunctionNode(PathNode? source, PathFunction function, IReadOnlyList<PathNode> arguments) : PathNode
{
    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        var items = evaluation.Rent();
        if (source is null)
        {
            items.Add(focus);
        }
        else
        {
            source.Evaluate(evaluation, focus, items);
        }

        function(evaluation, focus, items, arguments, output);
        evaluation.Return(items);
    }
}

/// <summary>What a function does with the items that it is called on.</summary>
/// <param name="focus"><c>$this</c> of the caller.</param>
internal delegate void PathFunction(
    Evaluation evaluation, PathItem focus, List<PathItem> items, IReadOnlyList<PathNode> arguments, List<PathItem> output);
