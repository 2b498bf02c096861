using Interop.Sharing.Policy;

namespace Interop.Storage.Search;

/// <summary>
/// What scopes ask of a row. Like a criterion of a search it is not a condition but a tier: the lowest at which some opening holds, so
/// that a scope cannot ask for a value that the sight does not see.
/// </summary>
internal sealed class ScopeSql(ScopeConstraints constraints, SqlValue patient, Visibility visibility)
{
    private readonly CriterionSql criteria = new(visibility);

    /// <summary>The lowest tier at which the scopes open the row; null where they open all of its type.</summary>
    /// <param name="type">The row's type where it is known.</param>
    /// <param name="isCurrent">What holds of a row that the index tells of; null where all rows are such.</param>
    public Sql? Lowest(Sql r, string? type, Sql? isCurrent)
    {
        if (type is not null && constraints.Whole.Contains(type))
        {
            return null;
        }

        var openings = constraints.Openings.Where(opening => type is null || opening.Opens(type))
            .Select(opening => Opening(r, type, opening, isCurrent))
            .ToList();
        var lowest = openings.Count == 0 ? Sql.Number(Visibility.Nobody) : visibility.Dialect.Least(openings);
        return type is not null || constraints.Whole.Count == 0
            ? lowest
            : $"CASE WHEN {r}.type IN {Sql.List(constraints.Whole)} THEN 0 ELSE {lowest} END";
    }

    /// <summary>That the row is in the one record in which the scopes open its type; null where they open it elsewhere, too.</summary>
    public Sql? InOneRecord(Sql r, string type) =>
        !constraints.Whole.Contains(type)
        && !constraints.Opened.Contains(type)
        && constraints.Openings.Where(opening => opening.Opens(type)).All(opening => opening.Patient is not null)
            ? InRecord(r, type)
            : null;

    /// <summary>The row is in the record of the patient, or of a type that is in nobody's.</summary>
    public Sql InReach(Sql r) => $"({r}.subject = {patient} OR ({r}.subject IS NULL AND {r}.type IN {Sql.List(constraints.Directory)}))";

    /// <summary>The row is in the record of the patient, or of a type that is in nobody's and open beside it.</summary>
    private Sql InRecord(Sql r, string? type)
    {
        if (type is not null)
        {
            return constraints.Opened.Contains(type)
                ? $"({r}.subject = {patient} OR {r}.subject IS NULL)"
                : (Sql)$"{r}.subject = {patient}";
        }

        return $"({r}.subject = {patient} OR ({r}.subject IS NULL AND {r}.type IN {Sql.List(constraints.Opened)}))";
    }

    private Sql Opening(Sql r, string? type, ScopeOpening opening, Sql? isCurrent)
    {
        var conditions = new List<Sql>();
        if (type is null && opening.Type is not null)
        {
            conditions.Add($"{r}.type = {opening.Type}");
        }

        if (opening.Patient is not null)
        {
            conditions.Add(InRecord(r, type ?? opening.Type));
        }

        var lowest = Sql.Number(0);
        if (opening.Criteria.Count > 0)
        {
            // Criteria belong to a type: a scope for all types has none.
            lowest = criteria.Lowest(r, opening.Type!, opening.Criteria);
            conditions.AddRange(isCurrent is null ? [] : [isCurrent]);
        }

        return conditions.Count == 0 ? lowest : $"CASE WHEN {Sql.And(conditions)} THEN {lowest} ELSE {Sql.Number(Visibility.Nobody)} END";
    }
}
