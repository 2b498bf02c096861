using Interop.Fhir.Schema;
using Interop.Fhir.Search;

namespace Interop.Storage.Search;

/// <summary>
/// Where a search looks: the rows that its most selective criterion leads to, in the order of the key. What is visible of them is
/// another question; this only spares looking at the rest.
/// </summary>
/// <param name="Key">The column that gives the rows in order.</param>
internal sealed record SearchSource(Sql From, Sql Where, Sql Key)
{
    // A patient's record of one type is a few rows: only identifiers lead to fewer.
    private const int RecordSelectivity = 0;

    /// <summary>The alias of the searched resource.</summary>
    public static Sql R { get; } = Sql.Name("r");

    public static SearchSource Of(SearchQuery query, CriterionSql criteria, Visibility visibility)
    {
        Sql all = $"r.type = {query.Type}";
        if (query.Criteria.Any(criterion => criterion is IdCriterion))
        {
            return new($"resource r", all, $"r.key");
        }

        var best = query.Criteria.OrderBy(Selectivity).FirstOrDefault();
        if ((best is null || Selectivity(best) > RecordSelectivity) && visibility.InOneRecord(R, query.Type) is { } record)
        {
            return new($"resource r", $"{all} AND {record}", $"r.key");
        }

        if (best is null || Selectivity(best) > 8)
        {
            return new($"resource r", all, $"r.key");
        }

        return Streaming(query.Type, best, visibility) ?? (criteria.Candidates(query.Type, best) is { } candidates
            ? new($"resource r", $"{all} AND r.key IN ({candidates})", $"r.key")
            : new($"resource r", all, $"r.key"));
    }

    /// <summary>
    /// A single value whose index has the resource next in its key: the rows stream in order and a page stops early. A row that has
    /// the value twice (in two systems) counts at the first.
    /// </summary>
    private static SearchSource? Streaming(string type, SearchCriterion criterion, Visibility visibility)
    {
        if (criterion is not ValueCriterion { Modifier: SearchModifier.None, Values: [var value] } single)
        {
            return null;
        }

        var d = visibility.Alias();
        var e = visibility.Alias();
        var parameter = ParameterNumber.Of(type, single.Parameter.Code);
        Sql? same = value switch
        {
            TokenValue { Code: not null, System: not null } => $"1 = 0",
            TokenValue { Code: not null } token => $"{e}.code = {token.Code} AND {e}.system < {d}.system",
            ReferenceValue { Type: not null, Id: not null } reference => $"""
                {e}.target_id = {reference.Id} AND {e}.target_type = {reference.Type}
                AND ({e}.url < {d}.url OR ({e}.url = {d}.url AND ({e}.identifier_value < {d}.identifier_value
                     OR ({e}.identifier_value = {d}.identifier_value AND {e}.identifier_system < {d}.identifier_system))))
                """,
            _ => null,
        };
        if (same is null)
        {
            return null;
        }

        // CROSS JOIN keeps the order of the tables: the index first.
        var table = ValueSql.Table(single.Parameter.Type);
        return new(
            $"{table} {d} CROSS JOIN resource r",
            $"""
            {d}.parameter = {parameter} AND {ValueSql.Match(value, SearchModifier.None, d)}
            AND    r.key = {d}.resource AND r.type = {type}
            AND    NOT EXISTS (SELECT 1 FROM {table} {e} WHERE {e}.parameter = {parameter} AND {e}.resource = {d}.resource AND {same})
            """,
            $"{d}.resource");
    }

    /// <summary>A guess at how few resources meet a criterion, from what it is; above 8 looking at all is as good.</summary>
    private static int Selectivity(SearchCriterion criterion) => criterion switch
    {
        ValueCriterion { Modifier: SearchModifier.Not } => 9,
        ValueCriterion { Modifier: SearchModifier.Identifier } => 0,
        ValueCriterion { Parameter.Code: "identifier" } => 0,
        ValueCriterion { Parameter.Type: SearchParameterType.Reference } => 1,
        ValueCriterion { Modifier: SearchModifier.Contains } => 7,
        ValueCriterion { Parameter.Type: SearchParameterType.String or SearchParameterType.Uri } => 2,
        ValueCriterion { Parameter.Type: SearchParameterType.Composite } => 4,
        ValueCriterion { Parameter.Type: SearchParameterType.Token } => 5,
        ValueCriterion => 7,
        ChainCriterion => 3,
        ReverseCriterion => 6,
        _ => 9,
    };
}
