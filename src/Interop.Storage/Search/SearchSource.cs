using Interop.Fhir.Schema;
using Interop.Fhir.Search;

namespace Interop.Storage.Search;

/// <summary>
/// Where a search looks: only among what its sight sees, in the three places where that is (the zone of its own organisation, the lane
/// of what agreements open, the reach of grants), and there by the most selective criterion that leads to it. Whether a row meets all
/// criteria is another question.
/// </summary>
/// <param name="Key">The column that gives the rows in order.</param>
internal sealed record SearchSource(Sql From, Sql Where, Sql Key)
{
    /// <summary>The alias of the searched resource.</summary>
    public static Sql R { get; } = Sql.Name("r");

    /// <summary>One or several, no row in two of them; out of each the rows come by their key.</summary>
    /// <param name="stops">Whether only the first rows are wanted: for all of them a set of keys is found faster than a stream.</param>
    public static IReadOnlyList<SearchSource> Of(SearchQuery query, CriterionSql criteria, Visibility visibility, bool stops) =>
        new Plan(query.Type, query.Criteria, criteria, visibility).Sources(stops);

    /// <summary>How one type is searched by some criteria.</summary>
    private sealed class Plan
    {
        private readonly string type;
        private readonly CriterionSql criterionSql;
        private readonly Visibility visibility;
        private readonly SearchCriterion? best;
        private readonly SearchPlace? own;
        private readonly SqlValue? record;
        private readonly bool isNamed;

        public Plan(string type, IReadOnlyList<SearchCriterion> criteria, CriterionSql criterionSql, Visibility visibility)
        {
            (this.type, this.criterionSql, this.visibility) = (type, criterionSql, visibility);
            own = visibility.Own(type);
            var ofToken = visibility.OneRecord(type);
            record = ofToken ?? criteria.Select(PatientOf).FirstOrDefault(patient => patient is not null);
            best = criteria.OrderBy(Selectivity).FirstOrDefault();

            // A patient's record of one type is a few rows: only identifiers lead to fewer.
            if (best is not null && (Selectivity(best) > 8 || (ofToken is not null && Selectivity(best) > 0)))
            {
                best = null;
            }

            isNamed = visibility.HasGrants && record is not null && ofToken is null && best is not IdCriterion;
        }

        public IReadOnlyList<SearchSource> Sources(bool stops)
        {
            var r = R;
            if (!visibility.HasGrants && best is not IdCriterion)
            {
                var ordered = own?.Ordered ?? [];
                var streams = (stops ? ordered : []).Select(Streaming).OfType<SearchSource>().ToList();
                if (streams.Count > 0)
                {
                    return streams;
                }

                if (ordered.Count > 0 && ByBest(own!) is null)
                {
                    return [.. ordered.Select(
                        place => new SearchSource($"resource r", $"{r}.type = {type} AND {InRecord(r)}{place.Holds(r)}", $"r.key"))];
                }
            }

            return [new($"resource r", $"{r}.type = {type} AND r.key IN ({Keys()})", $"r.key")];
        }

        /// <summary>The keys of visible resources of the type among which are all that meet the criteria.</summary>
        public Sql Keys()
        {
            // Of whom the request names by id, all that agreements alone open is among the rows of the named.
            var found = !isNamed ? visibility.Places(type, best is IdCriterion ? visibility.WayOfIds : Way.ByListing)
                : own is null ? []
                : [own];
            var places = found.Select(In).ToList();
            if (visibility.HasGrants)
            {
                places.Add(best is IdCriterion named
                    ? visibility.ReachedOf(type, Named(named))
                    : visibility.Reached(type, record, isNamed));
                if (best is not IdCriterion || visibility.WayOfIds == Way.ByListing)
                {
                    places.AddRange(visibility.NamedRows(type));
                    places.AddRange(type == "Patient" ? visibility.KeyedPatients() : []);
                }
            }

            return places.Count == 0 ? $"SELECT key FROM resource WHERE 1 = 0" : Sql.Join("\nUNION ALL\n", places);
        }

        private Func<Sql, Sql> Named(IdCriterion ids) => row => $"{row}.type = {type} AND {row}.id IN {criterionSql.ListOf(ids)}";

        private Sql In(SearchPlace place)
        {
            if (best is IdCriterion ids)
            {
                var o = visibility.Alias();
                return $"SELECT {o}.key FROM resource {o} WHERE {Named(ids)(o)} AND {place.Holds(o)}";
            }

            return ByBest(place) ?? Each(place, (part, o) => visibility.OneRecord(type) is null
                ? (Sql)$"SELECT {o}.key FROM {part.From("resource", o)} WHERE {o}.type = {type} AND {part.Holds(o)}"
                : (Sql)$"SELECT {o}.key FROM resource {o} WHERE {o}.type = {type} AND {InRecord(o)}{part.Holds(o)}");
        }

        /// <summary>Part by part: of several zones at once PostgreSQL expects so much that it reads whole tables.</summary>
        private Sql Each(SearchPlace place, Func<SearchPlace, Sql, Sql> keys) =>
            Sql.Join("\nUNION ALL\n", place.Parts.Select(part => keys(part, visibility.Alias())));

        /// <summary>The record is the scopes'; a criterion about a patient is also met by what is about two.</summary>
        private Sql InRecord(Sql r) => visibility.OneRecord(type) is { } patient ? (Sql)$"{r}.subject = {patient} AND " : (Sql)$"";

        /// <summary>Keys that the best criterion leads to in a place; null where it leads nowhere.</summary>
        private Sql? ByBest(SearchPlace place)
        {
            var (i, t) = (visibility.Alias(), visibility.Alias());
            switch (best)
            {
                case ValueCriterion { Parameter.Type: SearchParameterType.Composite } value:
                    return Each(place, (part, j) => $"""
                        SELECT {j}.resource FROM {criterionSql.Tuples(type, value, j, part.From("index_composite", j))} AND {part.Holds(j)}
                        """);

                case ValueCriterion value:
                    return Each(place, (part, j) => $"""
                        SELECT {j}.resource FROM {part.From(ValueSql.TableName(value.Parameter.Type), j)}
                        WHERE  {j}.parameter = {ParameterNumber.Of(type, value.Parameter.Code)} AND {part.Holds(j)}
                        AND    {CriterionSql.AnyOf(value, j)}
                        """);

                case AnyCriterion any:
                    return Sql.Join("\nUNION ALL\n", any.Alternatives.Select(alternative => Of(type, alternative).In(place)));

                case ChainCriterion { Targets: [var target] } chain when visibility.Allows(target.Type):
                    return $"""
                        SELECT {i}.resource FROM resource {t} CROSS JOIN {place.From("index_reference", i)}
                        WHERE  {t}.key IN ({Of(target.Type, target.Criterion).Keys()})
                        AND    {i}.parameter = {ParameterNumber.Of(type, chain.Reference.Code)} AND {place.Holds(i)}
                        AND    {i}.target_id = {t}.id AND {i}.target_type = {t}.type
                        """;

                // Where all is the sight's own, what points at something is as visible as the rest.
                case ReverseCriterion reverse when !visibility.HasGrants && place.IsWhole && visibility.Allows(reverse.Type):
                    return $"""
                        SELECT {t}.key FROM index_reference {i} CROSS JOIN resource {t}
                        WHERE  {i}.resource IN ({Of(reverse.Type, reverse.Criterion).Keys()})
                        AND    {i}.parameter = {ParameterNumber.Of(reverse.Type, reverse.Reference.Code)}
                        AND    {t}.type = {i}.target_type AND {t}.id = {i}.target_id AND {t}.type = {type}
                        """;

                default:
                    return null;
            }
        }

        private Plan Of(string other, SearchCriterion criterion) => new(other, [criterion], criterionSql, visibility);

        /// <summary>
        /// A single value whose index has the resource next in its key: the rows stream in order and a page stops early. A row that has
        /// the value twice (in two systems) counts at the first.
        /// </summary>
        private SearchSource? Streaming(SearchPlace place)
        {
            if (best is not ValueCriterion { Modifier: SearchModifier.None, Values: [var value] } single)
            {
                return null;
            }

            var (d, e) = (visibility.Alias(), visibility.Alias());
            var parameter = ParameterNumber.Of(type, single.Parameter.Code);
            Sql? same = value switch
            {
                TokenValue { Code: not null, System: not null } => $"1 = 0",
                TokenValue { Code: not null } token => $"{e}.code = {IndexKey.Whole(token.Code)} AND {e}.system < {d}.system",
                ReferenceValue { Type: not null, Id: not null } reference => $"""
                    {e}.target_id = {IndexKey.Whole(reference.Id)} AND {e}.target_type = {reference.Type}
                    AND ({e}.url < {d}.url OR ({e}.url = {d}.url AND ({e}.identifier_value < {d}.identifier_value
                         OR ({e}.identifier_value = {d}.identifier_value AND {e}.identifier_system < {d}.identifier_system))))
                    """,
                _ => null,
            };
            if (same is null)
            {
                return null;
            }

            // CROSS JOIN keeps the order of the tables: the index first. Counted and not asked by NOT EXISTS: PostgreSQL made a join of
            // that, which it walked without the resource.
            var table = ValueSql.Table(single.Parameter.Type);
            return new(
                $"{table} {d} CROSS JOIN resource r",
                $"""
                {d}.parameter = {parameter} AND {place.Holds(d)} AND {ValueSql.Match(value, SearchModifier.None, d)}
                AND    r.key = {d}.resource AND r.type = {type}
                AND    0 = (
                    SELECT COUNT(*) FROM {table} {e}
                    WHERE  {e}.parameter = {parameter} AND {e}.resource = {d}.resource AND {place.Holds(e)} AND {same})
                """,
                $"{d}.resource");
        }
    }

    /// <summary>The one patient whom a criterion names as the subject.</summary>
    private static SqlValue? PatientOf(SearchCriterion criterion) => criterion is ValueCriterion
    {
        Parameter.Code: "patient" or "subject",
        Modifier: SearchModifier.None,
        Values: [ReferenceValue { Type: "Patient" or null, Id: { } id }],
    }
        ? new(id)
        : null;

    /// <summary>A guess at how few resources meet a criterion, from what it is; above 8 looking at all is as good.</summary>
    private static int Selectivity(SearchCriterion criterion) => criterion switch
    {
        IdCriterion => -1,
        ValueCriterion { Modifier: SearchModifier.Not } => 9,
        ValueCriterion { Values: [ReferenceValue { Id: null, Url: null }] } => 9,
        ValueCriterion { Modifier: SearchModifier.Identifier } => 0,
        ValueCriterion { Parameter.Code: "identifier" } => 0,
        ValueCriterion { Parameter.Type: SearchParameterType.Reference } => 1,
        ValueCriterion { Modifier: SearchModifier.Contains } => 7,
        ValueCriterion { Parameter.Type: SearchParameterType.String or SearchParameterType.Uri } => 2,
        ValueCriterion { Parameter.Type: SearchParameterType.Composite } => 4,
        ValueCriterion { Parameter.Type: SearchParameterType.Token } => 5,
        ValueCriterion => 7,
        AnyCriterion any => any.Alternatives.Max(Selectivity),
        ChainCriterion => 3,
        ReverseCriterion => 6,
        _ => 9,
    };
}
