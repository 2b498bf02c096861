using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;

namespace Interop.Fhir.Tables;

/// <summary>Over what a select goes.</summary>
internal enum ViewLoop
{
    None,
    ForEach,
    ForEachOrNull,
    Repeat,
}

/// <summary>
/// One select: its columns, what is selected inside of it, and what is put one under the other (https://sql-on-fhir.org, processing model).
/// </summary>
internal sealed record ViewSelect(
    string Element,
    ViewLoop Loop,
    IReadOnlyList<FhirPathExpression> Paths,
    IReadOnlyList<ViewColumn> OwnColumns,
    IReadOnlyList<ViewSelect> Selects,
    IReadOnlyList<ViewSelect> UnionAll)
{
    /// <summary>Its own, then those of its selects, then those that the parts of its union share.</summary>
    public IReadOnlyList<ViewColumn> Columns { get; } =
        [.. OwnColumns, .. Selects.SelectMany(select => select.Columns), .. UnionAll.Count == 0 ? [] : UnionAll[0].Columns];

    private string LoopElement => Element + Loop switch
    {
        ViewLoop.ForEach => ".forEach",
        ViewLoop.Repeat => ".repeat",
        _ => ".forEachOrNull",
    };

    public List<IReadOnlyList<object?>> RowsOf(Evaluation evaluation, PathItem focus)
    {
        if (Loop == ViewLoop.None)
        {
            return RowsAt(evaluation, focus);
        }

        var places = new List<PathItem>();
        if (Loop == ViewLoop.Repeat)
        {
            AddRepeated(evaluation, focus, places);
        }
        else
        {
            places.AddRange(PlacesAt(evaluation, Paths[0], focus));
        }

        if (places.Count == 0 && Loop == ViewLoop.ForEachOrNull)
        {
            places.Add(PathItem.None);
        }

        var (outer, rows) = (evaluation.RowIndex, new List<IReadOnlyList<object?>>());
        for (var index = 0; index < places.Count; index++)
        {
            evaluation.RowIndex = index;
            rows.AddRange(RowsAt(evaluation, places[index]));
            Limit(rows.Count);
        }

        evaluation.RowIndex = outer;
        return rows;
    }

    private List<IReadOnlyList<object?>> RowsAt(Evaluation evaluation, PathItem focus)
    {
        evaluation.Step();
        List<IReadOnlyList<object?>> rows = [OwnColumns.Select(column => column.Cell(evaluation, focus)).ToList()];
        foreach (var select in Selects)
        {
            rows = Product(rows, select.RowsOf(evaluation, focus));
        }

        return UnionAll.Count == 0 ? rows : Product(rows, [.. UnionAll.SelectMany(part => part.RowsOf(evaluation, focus))]);
    }

    private List<IReadOnlyList<object?>> Product(List<IReadOnlyList<object?>> left, List<IReadOnlyList<object?>> right)
    {
        Limit((long)left.Count * right.Count);
        return [.. left.SelectMany(first => right.Select(second => (IReadOnlyList<object?>)[.. first, .. second]))];
    }

    private void AddRepeated(Evaluation evaluation, PathItem focus, List<PathItem> places)
    {
        evaluation.Step();
        foreach (var path in Paths)
        {
            foreach (var place in PlacesAt(evaluation, path, focus))
            {
                places.Add(place);
                Limit(places.Count);
                AddRepeated(evaluation, place, places);
            }
        }
    }

    private IEnumerable<PathItem> PlacesAt(Evaluation evaluation, FhirPathExpression path, PathItem focus)
    {
        var places = ViewPath.Items(evaluation, path, focus, LoopElement);
        return places.All(place => place.Value is null)
            ? places
            : throw new ViewException("The path gives what was computed, and goes over elements only", LoopElement);
    }

    private void Limit(long rows)
    {
        if (rows > ViewDefinition.MostRows)
        {
            throw new ViewException($"One resource makes more than {ViewDefinition.MostRows} rows", Element) { IsLimit = true };
        }
    }
}
