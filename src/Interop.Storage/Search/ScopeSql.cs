using Interop.Sharing.Policy;

namespace Interop.Storage.Search;

/// <summary>
/// What scopes ask of a row. Like a criterion of a search it asks only for what the sight sees of the row, so that a scope cannot ask for
/// a hidden value.
/// </summary>
internal sealed class ScopeSql(ScopeConstraints constraints, SqlValue patient, Visibility visibility)
{
    private readonly CriterionSql criteria = new(visibility);

    /// <summary>The scopes open the row; null where they open all of its type.</summary>
    /// <param name="type">The row's type where it is known.</param>
    /// <param name="isCurrent">What holds of a row that the index tells of; null where all rows are such.</param>
    public Sql? Opens(Look look, string? type, Sql? isCurrent)
    {
        if (type is not null && constraints.Whole.Contains(type))
        {
            return null;
        }

        var openings = constraints.Openings.Where(opening => type is null || opening.Opens(type))
            .Select(opening => Opening(look, type, opening, isCurrent))
            .ToList();
        if (type is null && constraints.Whole.Count > 0)
        {
            openings.Insert(0, $"{look.R}.type IN {Sql.List(constraints.Whole)}");
        }

        return openings.Count == 0 ? $"1 = 0" : Sql.Or(openings);
    }

    /// <summary>Whether the scopes open the type in one record only.</summary>
    public bool IsInOneRecord(string type) =>
        !constraints.Whole.Contains(type)
        && !constraints.Opened.Contains(type)
        && constraints.Openings.Any(opening => opening.Opens(type))
        && constraints.Openings.Where(opening => opening.Opens(type)).All(opening => opening.Patient is not null);

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

    private Sql Opening(Look look, string? type, ScopeOpening opening, Sql? isCurrent)
    {
        var conditions = new List<Sql>();
        if (type is null && opening.Type is not null)
        {
            conditions.Add($"{look.R}.type = {opening.Type}");
        }

        if (opening.Patient is not null)
        {
            conditions.Add(InRecord(look.R, type ?? opening.Type));
        }

        // Criteria belong to a type: a scope for all types has none.
        conditions.AddRange(opening.Criteria.Count > 0 && isCurrent is not null ? [isCurrent] : []);
        conditions.AddRange(opening.Criteria.Select(criterion => criteria.Holds(look, opening.Type!, criterion)));
        return conditions.Count == 0 ? $"1 = 1" : (Sql)$"({Sql.And(conditions)})";
    }
}
