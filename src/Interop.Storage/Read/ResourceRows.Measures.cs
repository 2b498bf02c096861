using System.Data.Common;
using Interop.Sharing.Policy;
using Interop.Storage.Search;

namespace Interop.Storage.Read;

/// <summary>What is counted: elements of what a sight sees of its own organisation's record, and the months that were frozen.</summary>
public sealed partial class ResourceRows
{
    private const int IdsAtOnce = 512;

    // CROSS JOIN keeps the order of the tables: SQLite walked all of a type else, and asked the index of each for hundreds of targets.

    /// <summary>The resources of a type whose date ends within a time.</summary>
    /// <param name="date">A search parameter of the type.</param>
    /// <param name="from">The first microsecond, UTC.</param>
    /// <param name="to">The first one after it.</param>
    public IReadOnlyList<MeasuredRow> MeasuredWithin(
        Sight sight, string type, string date, long from, long to, IReadOnlyList<string> elements)
    {
        var (r, d) = (Sql.Name("r"), Sql.Name("d"));
        return Statements.Query(
            $"""
            SELECT r.id, r.subject, r.id, d.low, d.high{Elements(r, elements)}
            FROM   index_date d CROSS JOIN resource r
            WHERE  r.key = d.resource AND d.zone IN {OwnZones(sight)} AND d.parameter = {ParameterNumber.Of(type, date)} AND d.low < {to}
            AND    {EndOf(d)} >= {from} AND {EndOf(d)} < {to} AND {Own(r, type, sight)}
            ORDER BY r.id
            """,
            reader => Measured(reader, elements.Count));
    }

    /// <summary>The resources of a type that refer to some others.</summary>
    /// <param name="reference">A search parameter of the type.</param>
    /// <param name="date">One for its date; null where that is not asked.</param>
    /// <param name="codes">Only those that have one of these, of any system, by the search parameter <c>code</c>; null for all.</param>
    public IReadOnlyList<MeasuredRow> MeasuredOf(
        Sight sight,
        string type,
        string reference,
        string targetType,
        IEnumerable<string> targets,
        IReadOnlyList<string> elements,
        string? date = null,
        IReadOnlyList<string>? codes = null)
    {
        var r = Sql.Name("r");
        var (times, dates) = date is null
            ? ((Sql)$"CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)", (Sql)$"")
            : ((Sql)$"d.low, d.high", (Sql)$"""
                LEFT JOIN index_date d ON d.resource = r.key AND d.parameter = {ParameterNumber.Of(type, date)} AND d.party = ''
                """);
        var coded = codes is null ? (Sql)$"" : (Sql)$"""
            AND EXISTS (SELECT 1 FROM index_token t WHERE t.resource = r.key AND t.parameter = {ParameterNumber.Of(type, "code")}
                AND t.code IN {Sql.List(codes)})
            """;
        return
        [
            .. targets.Distinct().Chunk(IdsAtOnce).SelectMany(ids => Statements.Query(
                $"""
                SELECT r.id, r.subject, i.target_id, {times}{Elements(r, elements)}
                FROM   index_reference i CROSS JOIN resource r
                {dates}
                WHERE  r.key = i.resource AND i.zone IN {OwnZones(sight)} AND i.parameter = {ParameterNumber.Of(type, reference)}
                AND    i.target_id IN {Sql.PaddedList(ids)} AND i.target_type = {targetType} AND {Own(r, type, sight)}
                {coded}
                ORDER BY r.id
                """,
                reader => Measured(reader, elements.Count))),
        ];
    }

    /// <summary>Some resources of a type by their ids.</summary>
    public IReadOnlyList<MeasuredRow> MeasuredById(Sight sight, string type, IEnumerable<string> ids, IReadOnlyList<string> elements)
    {
        var r = Sql.Name("r");
        return
        [
            .. ids.Distinct().Chunk(IdsAtOnce).SelectMany(some => Statements.Query(
                $"""
                SELECT r.id, r.subject, r.id, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT){Elements(r, elements)}
                FROM   resource r
                WHERE  r.id IN {Sql.PaddedList(some)} AND {Own(r, type, sight)}
                """,
                reader => Measured(reader, elements.Count))),
        ];
    }

    /// <summary>The months that are frozen, as numbers.</summary>
    public IReadOnlySet<long> FrozenMonths() =>
        Statements.Query($"SELECT month FROM measure_month", reader => reader.GetInt64(0)).ToHashSet();

    /// <summary>
    /// Counts of all measures in some months, by kind of groups and in all (the empty text). The cases are walked through once, whatever
    /// the number of kinds: a database that groups a state's year sorts it, once for each.
    /// </summary>
    /// <param name="last">The last month that counts.</param>
    /// <param name="kinds">Of <see cref="MeasureCase.GroupColumns"/>.</param>
    public ILookup<string, MeasureCount> CountsOf(long first, long last, IReadOnlyList<string> kinds)
    {
        var tallies = new MeasureTallies(kinds);
        var groups = Sql.Join("", kinds.Select(kind => (Sql)$", {Sql.Name(kind)}"));
        Statements.Each(
            $"""
            SELECT measure, outcome, person, COALESCE(amount, 0){groups}
            FROM   measure_case
            WHERE  month >= {first} AND month <= {last}
            """,
            tallies.Add);
        return tallies.Counts();
    }

    /// <summary>The amounts of a measure in some months, from the least, by groups of one kind or in all.</summary>
    /// <param name="last">The last month that counts.</param>
    /// <param name="groups">One of <see cref="MeasureCase.GroupColumns"/>; null for all.</param>
    public IReadOnlyList<MeasureAmount> AmountsOf(string measure, long first, long last, string? groups)
    {
        var group = groups is null ? (Sql)$"''" : Sql.Name(groups);
        return Statements.Query(
            $"""
            SELECT {group}, amount, COUNT(*)
            FROM   measure_case
            WHERE  month >= {first} AND month <= {last} AND measure = {measure} AND amount IS NOT NULL
            GROUP BY {(groups is null ? (Sql)$"" : (Sql)$"{group}, ")}amount
            ORDER BY amount
            """,
            reader => new MeasureAmount(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2)));
    }

    /// <summary>Whether the reports of a period were made.</summary>
    public bool HasMeasureCounts(string period) =>
        Statements.Number($"SELECT 1 FROM measure_count WHERE period = {period} {Sql.Limit(1)}") is not null;

    /// <summary>Of all reports that were made, by period and name, whether each count is masked.</summary>
    public IReadOnlyDictionary<(string Period, string Name), bool> MeasureCounts() => Statements.Query(
        $"SELECT period, name, masked FROM measure_count",
        reader => ((reader.GetString(0), reader.GetString(1)), reader.GetInt64(2) == 1)).ToDictionary();

    /// <summary>A period without an end, or with one that is not known, is counted where it begins.</summary>
    private static Sql EndOf(Sql d) => $"CASE WHEN {d}.high = {long.MaxValue} THEN {d}.low ELSE {d}.high END";

    private static Sql OwnZones(Sight sight) =>
        Sql.List(ZoneNumber.Entered(sight.Organization, sight.OwnCleared).Append(ZoneNumber.Directory));

    private static Sql Own(Sql r, string type, Sight sight) =>
        $"{r}.type = {type} AND {r}.source = {sight.Organization} AND {new Visibility(sight, hasGrants: false).Visible(r)}";

    private static Sql Elements(Sql r, IReadOnlyList<string> elements) =>
        Sql.Join("", elements.Select(element => (Sql)$", {Sql.In(dialect => dialect.Element($"{r}.body", element))}"));

    private static MeasuredRow Measured(DbDataReader reader, int elements) => new(
        reader.GetString(0),
        reader.Text(1),
        reader.GetString(2),
        reader.IsDBNull(3) ? null : reader.GetInt64(3),
        reader.IsDBNull(4) ? null : reader.GetInt64(4),
        [.. Enumerable.Range(5, elements).Select(column => reader.Text(column))]);
}
