using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;

namespace Interop.Fhir.Tables;

/// <summary>Evaluates a path of a view.</summary>
internal static class ViewPath
{
    /// <exception cref="ViewException">It can't be evaluated over what is there.</exception>
    public static IReadOnlyList<PathItem> Items(Evaluation evaluation, FhirPathExpression path, PathItem focus, string element)
    {
        var start = evaluation.Start;
        try
        {
            var items = new List<PathItem>();
            evaluation.Start = focus.IsNone ? start : focus;
            path.Root.Evaluate(evaluation, focus, items);
            return items;
        }
        catch (FhirPathException fault)
        {
            throw new ViewException(fault.Message, element) { IsLimit = fault.IsLimit };
        }
        finally
        {
            evaluation.Start = start;
        }
    }
}
