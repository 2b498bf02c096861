using Interop.Fhir.Schema;
using Interop.Fhir.Search;

namespace Interop.Storage.Search;

/// <summary>
/// Criteria as SQL over visible rows and visible index rows. A criterion over index rows is not a condition but a tier: the lowest
/// at which some matching row is there. It holds for a sight that sees the resource at that tier or above; its negation, below.
/// </summary>
internal sealed class CriterionSql(Visibility visibility)
{
    /// <summary>The resource exists, the sight sees it, and what the sight sees of it meets all criteria.</summary>
    /// <param name="further">Lowest tiers of other things that must be there too.</param>
    public Sql Sees(Sql r, string type, IReadOnlyList<SearchCriterion> criteria, params IReadOnlyList<Sql> further)
    {
        var holdsFrom = new List<Sql>(further);
        var endsAt = new List<Sql>();
        var conditions = new List<Sql>();
        foreach (var criterion in criteria)
        {
            Add(r, type, criterion, holdsFrom, endsAt, conditions);
        }

        if (visibility.Opening(r, type) is { } opening)
        {
            holdsFrom.Add(opening);
        }

        return Sql.And([.. conditions, visibility.Sees(r, holdsFrom, endsAt)]);
    }

    /// <summary>The lowest tier at which all the criteria hold, none of which asks for what is not there.</summary>
    public Sql Lowest(Sql r, string type, IReadOnlyList<SearchCriterion> criteria)
    {
        var holdsFrom = new List<Sql>();
        var endsAt = new List<Sql>();
        var conditions = new List<Sql>();
        foreach (var criterion in criteria)
        {
            Add(r, type, criterion, holdsFrom, endsAt, conditions);
        }

        if (endsAt.Count > 0)
        {
            throw new ArgumentException("A criterion that asks for what is not there has no lowest tier.", nameof(criteria));
        }

        var lowest = holdsFrom.Count == 0 ? Sql.Number(0) : visibility.Dialect.Greatest(holdsFrom);
        return conditions.Count == 0 ? lowest : $"CASE WHEN {Sql.And(conditions)} THEN {lowest} ELSE {Sql.Number(Visibility.Nobody)} END";
    }

    /// <summary>
    /// A statement that gives the keys of all resources that may meet the criterion, hidden or not: where to look, before
    /// <see cref="Sees"/> says what is there. Null where everything must be looked at.
    /// </summary>
    public Sql? Candidates(string type, SearchCriterion criterion)
    {
        var i = visibility.Alias();
        var t = visibility.Alias();
        switch (criterion)
        {
            case ValueCriterion { Modifier: not SearchModifier.Not } value when value.Parameter.Type == SearchParameterType.Composite:
                return $"SELECT {i}.resource FROM {Tuples(type, value, i)}";

            case ValueCriterion { Modifier: not SearchModifier.Not } value:
                return $"""
                    SELECT {i}.resource FROM {ValueSql.Table(value.Parameter.Type)} {i}
                    WHERE  {i}.parameter = {ParameterNumber.Of(type, value.Parameter.Code)} AND {AnyOf(value, i)}
                    """;

            case ChainCriterion { Targets: [var target] } chain when Candidates(target.Type, target.Criterion) is { } inner:
                return $"""
                    SELECT {i}.resource FROM resource {t} CROSS JOIN index_reference {i}
                    WHERE  {t}.key IN ({inner}) AND {i}.parameter = {ParameterNumber.Of(type, chain.Reference.Code)}
                    AND    {i}.target_id = {t}.id AND {i}.target_type = {t}.type
                    """;

            case ReverseCriterion reverse when Candidates(reverse.Type, reverse.Criterion) is { } inner:
                return $"""
                    SELECT {t}.key FROM index_reference {i} CROSS JOIN resource {t}
                    WHERE  {i}.resource IN ({inner}) AND {i}.parameter = {ParameterNumber.Of(reverse.Type, reverse.Reference.Code)}
                    AND    {t}.type = {i}.target_type AND {t}.id = {i}.target_id
                    """;

            default:
                return null;
        }
    }

    private static Sql AnyOf(ValueCriterion criterion, Sql i) =>
        Sql.Or(criterion.Values.Select(value => (Sql)$"({ValueSql.Match(value, criterion.Modifier, i)})"));

    private void Add(Sql r, string type, SearchCriterion criterion, List<Sql> holdsFrom, List<Sql> endsAt, List<Sql> conditions)
    {
        switch (criterion)
        {
            case IdCriterion id:
                conditions.Add($"{r}.id IN {Sql.PaddedList(id.Ids)}");
                break;

            case LastUpdatedCriterion updated:
                conditions.Add(LastUpdated(r, updated));
                break;

            case MissingCriterion { Missing: true } missing:
                endsAt.Add(LowestTier(r, type, missing.Parameter, null));
                break;

            case MissingCriterion missing:
                holdsFrom.Add(LowestTier(r, type, missing.Parameter, null));
                break;

            case ValueCriterion { Modifier: SearchModifier.Not } value:
                endsAt.Add(LowestTier(r, type, value.Parameter, value));
                break;

            case ValueCriterion value:
                holdsFrom.Add(LowestTier(r, type, value.Parameter, value));
                break;

            case ChainCriterion chain:
                holdsFrom.Add(Chain(r, type, chain));
                break;

            case ReverseCriterion reverse:
                conditions.Add(Reverse(r, type, reverse));
                break;

            default:
                throw new ArgumentOutOfRangeException(nameof(criterion));
        }
    }

    /// <summary>The lowest tier at which an index row of the parameter, with a value of the criterion if any, is there.</summary>
    private Sql LowestTier(Sql r, string type, SearchParameterFacts parameter, ValueCriterion? criterion)
    {
        var i = visibility.Alias();
        if (parameter.Type == SearchParameterType.Composite && criterion is not null)
        {
            var tier = parameter.Components.Any(component => component.Type == SearchParameterType.Reference)
                ? visibility.ReferenceTier(i, r)
                : visibility.RowTier(i, r);
            return OrNobody($"SELECT MIN({tier}) FROM {Tuples(type, criterion, i)} AND {i}.resource = {r}.key");
        }

        var rowTier = parameter.Type == SearchParameterType.Reference ? visibility.ReferenceTier(i, r) : visibility.RowTier(i, r);
        var matches = criterion is null ? (Sql)$"1 = 1" : AnyOf(criterion, i);
        return OrNobody($"""
            SELECT MIN({rowTier}) FROM {ValueSql.Table(parameter.Type)} {i}
            WHERE  {i}.parameter = {ParameterNumber.Of(type, parameter.Code)} AND {i}.resource = {r}.key AND {matches}
            """);
    }

    private static Sql OrNobody(Sql lowest) => $"COALESCE(({lowest}), {Sql.Number(Visibility.Nobody)})";

    /// <summary>The tuples of a composite that have all components of one of the values; the row named i carries the tier.</summary>
    private Sql Tuples(string type, ValueCriterion criterion, Sql i)
    {
        // A reference decides with its target, so its component carries the tier where the tuple has one.
        var components = criterion.Parameter.Components;
        var carrying = Math.Max(components.ToList().FindIndex(component => component.Type == SearchParameterType.Reference), 0);
        var rows = components.Select((_, component) => component == carrying ? i : visibility.Alias()).ToList();
        var matches = criterion.Values.Cast<CompositeValue>().Select(value => (Sql)$"({Sql.And(
            value.Components.Select((part, component) => ValueSql.Match(part, SearchModifier.None, rows[component])))})");
        var joined = rows.Select((row, component) => (Sql)$"""
            {row}.parameter = {i}.parameter AND {row}.resource = {i}.resource AND {row}.tuple = {i}.tuple
            AND {row}.component = {Sql.Number(component)}
            """);
        return $"""
            {Sql.Join(", ", rows.Select(row => (Sql)$"index_composite {row}"))}
            WHERE  {i}.parameter = {ParameterNumber.Of(type, criterion.Parameter.Code)}
            AND    {Sql.And(joined)}
            AND    {Sql.Or(matches)}
            """;
    }

    /// <summary>A chain joins the view of the target's type: a visible target, of which what is visible meets the criterion.</summary>
    private Sql Chain(Sql r, string type, ChainCriterion chain)
    {
        var i = visibility.Alias();
        var t = visibility.Alias();
        var targets = chain.Targets.Where(target => visibility.Allows(target.Type))
            .Select(target => (Sql)$"({t}.type = {target.Type} AND {Sees(t, target.Type, [target.Criterion])})")
            .ToList();
        return targets.Count == 0
            ? Sql.Number(Visibility.Nobody)
            : OrNobody($"""
                SELECT MIN({visibility.RowTier(i, r)}) FROM index_reference {i}
                JOIN   resource {t} ON {t}.type = {i}.target_type AND {t}.id = {i}.target_id
                WHERE  {i}.parameter = {ParameterNumber.Of(type, chain.Reference.Code)} AND {i}.resource = {r}.key
                AND    {Sql.Or(targets)}
                """);
    }

    private Sql Reverse(Sql r, string type, ReverseCriterion reverse)
    {
        if (!visibility.Allows(reverse.Type))
        {
            return $"1 = 0";
        }

        // The reference's target is the row in question, which is visible wherever the answer matters.
        var i = visibility.Alias();
        var s = visibility.Alias();
        return $"""
            EXISTS (SELECT 1 FROM index_reference {i} JOIN resource {s} ON {s}.key = {i}.resource
            WHERE  {i}.parameter = {ParameterNumber.Of(reverse.Type, reverse.Reference.Code)}
            AND    {i}.target_id = {r}.id AND {i}.target_type = {type}
            AND    {Sees(s, reverse.Type, [reverse.Criterion], visibility.RowTier(i, s))})
            """;
    }

    private Sql LastUpdated(Sql r, LastUpdatedCriterion updated)
    {
        // A row with the one instant as an interval, so that times compare as dates do.
        var i = visibility.Alias();
        return $"""
            EXISTS (SELECT 1 FROM (SELECT c.changed AS low, c.changed AS high FROM (
                SELECT {Visibility.Changed(r, visibility.Tier(r), visibility.Party(r))} AS changed) c) {i}
            WHERE  {Sql.Or(updated.Values.Select(value => (Sql)$"({ValueSql.Match(value, SearchModifier.None, i)})"))})
            """;
    }
}
