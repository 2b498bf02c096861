using Interop.Fhir.Schema;
using Interop.Fhir.Search;

namespace Interop.Storage.Search;

/// <summary>
/// Criteria as SQL over visible rows and visible index rows: what is hidden of a resource is, for them, not there. They step through
/// visible rows only, so that the work tells no more than the answer.
/// </summary>
internal sealed class CriterionSql(Visibility visibility)
{
    private readonly Dictionary<IdCriterion, Sql> lists = [];

    /// <summary>The ids as a list for IN: however often it stands in a statement, of the same parameters.</summary>
    public Sql ListOf(IdCriterion ids)
    {
        if (!lists.TryGetValue(ids, out var list))
        {
            lists[ids] = list = Sql.PaddedList(ids.Ids);
        }

        return list;
    }

    /// <summary>The resource exists, the sight sees it, and what the sight sees of it meets all criteria.</summary>
    /// <inheritdoc cref="Visibility.Tier"/>
    public Sql Sees(
        Sql r, string type, IReadOnlyList<SearchCriterion> criteria, Func<Look, IEnumerable<Sql>>? further = null, Way way = Way.ByName)
    {
        // What needs no tier is asked first: it costs nothing and tells what the caller said itself.
        var ids = criteria.OfType<IdCriterion>().Select(id => (Sql)$"{r}.id IN {ListOf(id)}");
        return Sql.And(
        [
            .. ids,
            visibility.Sees(
                r,
                type,
                look =>
                [
                    .. further?.Invoke(look) ?? [],
                    .. criteria.Where(item => item is not IdCriterion).Select(item => Holds(look, type, item)),
                ],
                way),
        ]);
    }

    /// <summary>What the sight sees of the row meets the criterion.</summary>
    public Sql Holds(Look look, string type, SearchCriterion criterion) => criterion switch
    {
        IdCriterion id => $"{look.R}.id IN {ListOf(id)}",
        LastUpdatedCriterion updated => LastUpdated(look, updated),
        MissingCriterion { Missing: true } missing => $"NOT {Has(look, type, missing.Parameter, null)}",
        MissingCriterion missing => Has(look, type, missing.Parameter, null),
        ValueCriterion { Modifier: SearchModifier.Not } value => $"NOT {Has(look, type, value.Parameter, value)}",
        ValueCriterion value => Has(look, type, value.Parameter, value),
        AllCriterion { Criteria: [] } => $"1 = 1",
        AllCriterion all => $"({Sql.And(all.Criteria.Select(each => Holds(look, type, each)))})",
        AnyCriterion any => Sql.Or(any.Alternatives.Select(alternative => Holds(look, type, alternative))),
        ChainCriterion chain => Chain(look, type, chain),
        ReverseCriterion reverse => Reverse(look, type, reverse),
        _ => throw new ArgumentOutOfRangeException(nameof(criterion)),
    };

    /// <summary>The row of an index has one of the values.</summary>
    public static Sql AnyOf(ValueCriterion criterion, Sql i) =>
        Sql.Or(criterion.Values.Select(value => (Sql)$"({ValueSql.Match(value, criterion.Modifier, i)})"));

    /// <summary>The tuples of a composite that have all components of one of the values; the row named i is the first of each.</summary>
    /// <param name="first">The table of the first, with its alias.</param>
    public Sql Tuples(string type, ValueCriterion criterion, Sql i, Sql first)
    {
        var rows = criterion.Parameter.Components.Select((_, component) => component == 0 ? i : visibility.Alias()).ToList();
        var matches = criterion.Values.Cast<CompositeValue>().Select(value => (Sql)$"({Sql.And(
            value.Components.Select((part, component) => ValueSql.Match(part, SearchModifier.None, rows[component])))})");
        var joined = rows.Select((row, component) => component == 0
            ? (Sql)$"{row}.component = 0"
            : (Sql)$"""
                {row}.resource = {i}.resource AND {row}.parameter = {i}.parameter AND {row}.tier = {i}.tier
                AND {row}.party_tier = {i}.party_tier AND {row}.party = {i}.party AND {row}.tuple = {i}.tuple
                AND {row}.component = {Sql.Number(component)}
                """);
        return $"""
            {Sql.Join(" CROSS JOIN ", rows.Select(row => row == i ? first : (Sql)$"index_composite {row}"))}
            WHERE  {i}.parameter = {ParameterNumber.Of(type, criterion.Parameter.Code)}
            AND    {Sql.And(joined)}
            AND    {Sql.Or(matches)}
            """;
    }

    /// <summary>The view has an element that the parameter indexes, with a value of the criterion if any.</summary>
    private Sql Has(Look look, string type, SearchParameterFacts parameter, ValueCriterion? criterion)
    {
        var i = visibility.Alias();
        var number = ParameterNumber.Of(type, parameter.Code);
        var isTuple = parameter.Type == SearchParameterType.Composite && criterion is not null;
        var matches = new List<Sql> { $"{i}.resource = {look.R}.key" };
        if (criterion is not null && !isTuple)
        {
            matches.Add(AnyOf(criterion, i));
        }

        if (parameter.Type == SearchParameterType.Reference || parameter.Components.Any(part => part.Type == SearchParameterType.Reference))
        {
            matches.Add(visibility.PointsAtVisible(look, i));
        }

        return Sql.Or(visibility.RowsOf(look).Select(rows =>
        {
            var table = rows.From(ValueSql.TableName(parameter.Type), i);
            var from = isTuple ? Tuples(type, criterion!, i, table) : (Sql)$"{table} WHERE {i}.parameter = {number}";
            return (Sql)$"EXISTS (SELECT 1 FROM {from} AND {rows.Holds(i)} AND {Sql.And(matches)})";
        }));
    }

    /// <summary>A chain joins the view of the target's type: a visible target, of which what is visible meets the criterion.</summary>
    private Sql Chain(Look look, string type, ChainCriterion chain)
    {
        var (i, t) = (visibility.Alias(), visibility.Alias());
        var targets = chain.Targets.Where(target => visibility.Allows(target.Type))
            .Select(target => (Sql)$"({t}.type = {target.Type} AND {Sees(t, target.Type, [target.Criterion], way: Way.ByListing)})")
            .ToList();
        return targets.Count == 0
            ? $"1 = 0"
            : Sql.Or(visibility.RowsOf(look).Select(rows => (Sql)$"""
                EXISTS (
                SELECT 1 FROM {rows.From("index_reference", i)} CROSS JOIN resource {t}
                WHERE  {i}.parameter = {ParameterNumber.Of(type, chain.Reference.Code)} AND {i}.resource = {look.R}.key AND {rows.Holds(i)}
                AND    {t}.type = {i}.target_type AND {t}.id = {i}.target_id AND {Sql.Or(targets)})
                """));
    }

    /// <summary>
    /// Something visible points at the row. The reference's target is the row in question, which is visible wherever the answer matters;
    /// what points at it is looked for where the sight sees things, never among all that does.
    /// </summary>
    private Sql Reverse(Look look, string type, ReverseCriterion reverse)
    {
        if (!visibility.Allows(reverse.Type))
        {
            return $"1 = 0";
        }

        var parameter = ParameterNumber.Of(reverse.Type, reverse.Reference.Code);
        var places = visibility.Places(reverse.Type).Select(PointingFrom).ToList();
        if (visibility.HasGrants)
        {
            places.Add($"{look.R}.id IN ({ReachedPointingAt(type, reverse)})");
        }

        return places.Count == 0 ? $"1 = 0" : Sql.Or(places);

        Sql PointingFrom(SearchPlace place)
        {
            var (i, q) = (visibility.Alias(), visibility.Alias());
            return $"""
                EXISTS (SELECT 1 FROM {place.From("index_reference", i)} CROSS JOIN resource {q}
                WHERE  {i}.parameter = {parameter} AND {place.Holds(i)}
                AND    {i}.target_id = {look.R}.id AND {i}.target_type = {type} AND {q}.key = {i}.resource
                AND    {Sees(q, reverse.Type, [reverse.Criterion], source => [$"{i}.tier <= {source.S}.seen"], Way.ByListing)})
                """;
        }
    }

    /// <summary>The ids that are pointed at by what grants open: found from the visible end, once for the whole statement.</summary>
    private Sql ReachedPointingAt(string type, ReverseCriterion reverse)
    {
        var (q, i) = (visibility.Alias(), visibility.Alias());
        var look = new Look(q, q);
        return Sql.Join("\nUNION ALL\n", visibility.RowsOf(look).Select(rows => (Sql)$"""
            SELECT {i}.target_id
            FROM   {visibility.ReachedAndSeen(reverse.Type)} {q} CROSS JOIN {rows.From("index_reference", i)}
            WHERE  {visibility.Appears(look)} AND {visibility.Opened(look, reverse.Type)}
            AND    {Holds(look, reverse.Type, reverse.Criterion)}
            AND    {i}.resource = {q}.key AND {i}.parameter = {ParameterNumber.Of(reverse.Type, reverse.Reference.Code)} AND {rows.Holds(i)}
            AND    {i}.target_type = {type}
            """));
    }

    private Sql LastUpdated(Look look, LastUpdatedCriterion updated)
    {
        // A row with the one instant as an interval, so that times compare as dates do.
        var i = visibility.Alias();
        return $"""
            EXISTS (SELECT 1 FROM (SELECT c.changed AS low, c.changed AS high FROM (SELECT {visibility.Changed(look)} AS changed) c) {i}
            WHERE  {Sql.Or(updated.Values.Select(value => (Sql)$"({ValueSql.Match(value, SearchModifier.None, i)})"))})
            """;
    }
}
