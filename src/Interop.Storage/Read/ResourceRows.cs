using System.Data.Common;
using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Search;
using Interop.Storage.Write;

namespace Interop.Storage.Read;

/// <summary>Reading one connection's snapshot: through a sight, or raw for those who judge and compile.</summary>
public sealed partial class ResourceRows
{
    // For so few, asking for each with a statement that is there beats making one for all.
    private const int FewKeys = 16;

    // Callers have few kinds of scopes; a site where each has its own still ends.
    private const int MostShapes = 100;

    // Everybody who writes waits for it: about twenty milliseconds, and on the network with what it takes to plan it.
    private static readonly WorkLimit MostOfCondition = new(2_000_000, TimeSpan.FromMilliseconds(250));

    private readonly Dictionary<SightShape, ReadStatement> reads = [];

    internal ResourceRows(Statements statements) => Statements = statements;

    internal Statements Statements { get; }

    /// <summary>Until when whoever asked for the running work waits for it; null on a snapshot.</summary>
    internal Func<CancellationToken>? Patience { get; set; }

    /// <summary>The resource, if the sight may see it; a deleted one only to a sight that could have read its last version.</summary>
    public SeenResource? See(ResourceKey key, Sight sight) => ReadThrough(sight).See(key, sight, Statements);

    /// <summary>
    /// Versions that changed the view: a version whose view is the one before it would tell of a change to what is hidden. Old
    /// versions carry the labels of now too: what has become sensitive was so before. What a scope asks for is known of the current
    /// version alone, which is then the only one.
    /// </summary>
    public IReadOnlyList<SeenResource> History(ResourceKey key, Sight sight)
    {
        var visibility = new Visibility(sight);
        if (!visibility.Allows(key.Type))
        {
            return [];
        }

        var (v, h) = (Sql.Name("v"), Sql.Name("h"));
        var look = new Look(h, h);
        var versions = Statements.Query(
            $"""
            SELECT h.type, h.id, h.version, h.deleted, h.seen, h.party, {visibility.Changed(look, PartyChanged)}, h.labels, h.body,
                   {visibility.About(look)}
            FROM  (SELECT v.*, {visibility.Tier(v)} AS seen FROM ({Versions(key, visibility)}) v) h
            WHERE  {visibility.Appears(look)} AND {visibility.Opened(look, key.Type, $"h.is_current = 1")}
            ORDER BY h.version DESC
            """,
            Seen);

        // Of versions between which the view did not change, the newest is the one that a read gives.
        return [.. versions.Where((version, index) =>
            index == 0 || (versions[index - 1].Changed, versions[index - 1].Deleted) != (version.Changed, version.Deleted))];
    }

    /// <summary>
    /// One page of what the sight may see, and its whole number where the query asks for it. In the writer it ends with the patience of the
    /// work that it belongs to.
    /// </summary>
    public SearchPage Search(SearchQuery query, Sight sight) => Search(query, sight, WorkLimit.None);

    /// <summary>
    /// <see cref="Search(SearchQuery, Sight)"/> by what a caller wrote: in the writer it may take little work. What takes more is searched
    /// beforehand, on a snapshot, and confirmed in the write (<see cref="Write.WriteSession.IsUnchanged"/>). A search of our own asks for
    /// little by its form, and must not fail because the machine is busy.
    /// </summary>
    public SearchPage SearchCondition(SearchQuery condition, Sight sight) => Search(condition, sight, MostOfCondition);

    private SearchPage Search(SearchQuery query, Sight sight, WorkLimit most)
    {
        if (Patience is not { } patience)
        {
            return Run(); // a snapshot has a limit for all that is read from it
        }

        // Where it is given up, what the writer did before it stays.
        Statements.Add(Sql.In(dialect => dialect.Savepoint("search")));
        Statements.Flush();
        Statements.StopAt(most, patience());
        try
        {
            var page = Run();
            Statements.Add(Sql.In(dialect => dialect.Release("search")));
            return page;
        }
        catch
        {
            Statements.Add(Sql.In(dialect => dialect.RollbackTo("search")));
            Statements.Add(Sql.In(dialect => dialect.Release("search")));
            throw;
        }
        finally
        {
            Statements.GoOn();
        }

        SearchPage Run()
        {
            var named = NamedPersons.Of(query, sight.Constraints?.OnlyPatient);
            return new SearchStatement(query, new(sight, HasGrants(sight.Organization), named), Statements).Run();
        }
    }

    /// <summary>Which of the resources exist and are visible: for references in what is about to leave.</summary>
    public IReadOnlySet<ResourceKey> Visible(IReadOnlyCollection<ResourceKey> keys, Sight sight)
    {
        if (keys.Count <= FewKeys)
        {
            var read = ReadThrough(sight);
            return keys.Where(key => read.IsVisible(key, sight, Statements)).ToHashSet();
        }

        var seen = new HashSet<ResourceKey>();
        foreach (var type in keys.Distinct().GroupBy(key => key.Type, key => key.Id))
        {
            foreach (var ids in type.Chunk(500))
            {
                var visibility = new Visibility(sight);
                if (visibility.Allows(type.Key))
                {
                    seen.UnionWith(Statements.Query(
                        $"""
                        SELECT r.id FROM resource r
                        WHERE  r.type = {type.Key} AND r.id IN {Sql.PaddedList(ids)} AND {visibility.Visible(Sql.Name("r"))}
                        """,
                        reader => new ResourceKey(type.Key, reader.GetString(0))));
                }
            }
        }

        return seen;
    }

    /// <summary>The stored resource, seen by nobody; a deleted one is marked so.</summary>
    public StoredResource? Find(ResourceKey key) => Statements.First(
        $"SELECT {StoredColumns} FROM resource WHERE type = {key.Type} AND id = {key.Id}", Stored);

    /// <summary>A look at the key alone: it costs the same whatever is stored there.</summary>
    public StoredKey? FindKey(ResourceKey key) => Statements.First(
        $"SELECT subject FROM resource WHERE type = {key.Type} AND id = {key.Id}", reader => new StoredKey(reader.Text(0)));

    /// <summary>The raw resources of a type that are not deleted, of one patient where given: what compiling grants needs.</summary>
    public IReadOnlyList<StoredResource> BodiesOf(string type, string? patient = null) => Statements.Query(
        patient is null
            ? (Sql)$"SELECT {StoredColumns} FROM resource WHERE type = {type} AND deleted = 0 ORDER BY key"
            : (Sql)$"SELECT {StoredColumns} FROM resource WHERE subject = {patient} AND type = {type} AND deleted = 0 ORDER BY key",
        Stored);

    /// <summary>What a custodian keeps and has not deleted.</summary>
    public IReadOnlyList<StoredResource> KeptBy(string source) => Statements.Query(
        $"SELECT {StoredColumns} FROM resource WHERE source = {source} AND deleted = 0 ORDER BY key", Stored);

    /// <summary>What names a directory entry and is about a patient.</summary>
    public IReadOnlyList<StoredResource> Naming(ResourceKey entry) => Statements.Query(
        $"""
        SELECT {StoredColumns} FROM resource
        WHERE  deleted = 0 AND key IN (
            SELECT resource FROM label_inheritance
            WHERE  type = {entry.Type} AND id = {entry.Id} AND kind & {(int)InheritanceKind.Names} <> 0)
        ORDER BY key
        """,
        Stored);

    /// <summary>Some of the resources that another version of the tables judged.</summary>
    public IReadOnlyList<StoredResource> JudgedOtherwise(string policyVersion, int count) => Statements.Query(
        $"""
        SELECT {StoredColumns} FROM resource
        WHERE  key IN (
            SELECT key FROM resource WHERE policy_version < {policyVersion}
            UNION ALL
            SELECT key FROM resource WHERE policy_version > {policyVersion})
        AND    deleted = 0
        ORDER BY key {Sql.Page(count)}
        """,
        Stored);

    /// <summary>
    /// Whether an agreement of the grantor, in force at the instant (UTC microseconds), names the organisation as grantee: every one has
    /// a default row for as long as it is in force, if only of no tier.
    /// </summary>
    public bool HasAgreement(string organization, string grantor, long instant) => Statements.Number(
        $"""
        SELECT 1 FROM sharing_grant
        WHERE  grantee = {organization} AND source = {grantor} AND subject = '' AND valid_from <= {instant} AND {instant} < valid_to
        {Sql.Limit(1)}
        """) is not null;

    /// <summary>
    /// Whether any grant was ever made to the organisation: most searches by a custodian's own staff need not look for one.
    /// </summary>
    private bool HasGrants(string organization) =>
        Statements.Number($"SELECT 1 FROM sharing_grant WHERE grantee = {organization} {Sql.Limit(1)}") is not null;

    /// <summary>
    /// Whether the organisation demands a qualification that its roster does not show of the practitioner at the instant. Nobody's roster
    /// shows anything of a caller that names no practitioner.
    /// </summary>
    public bool LacksQualification(string organization, string? practitioner, long instant) => Statements.Number(
        $"""
        SELECT 1 FROM roster_requirement q
        WHERE  q.organization = {organization} AND NOT EXISTS (
            SELECT 1 FROM roster r
            WHERE  r.organization = q.organization AND r.practitioner = {practitioner ?? ""} AND r.code = q.code
            AND    r.valid_from <= {instant} AND {instant} < r.valid_to)
        {Sql.Limit(1)}
        """) is not null;

    /// <summary>Whether any organisation demands a qualification.</summary>
    public bool HasRosterRequirements() => Statements.Number($"SELECT 1 FROM roster_requirement {Sql.Limit(1)}") is not null;

    /// <summary>The distinct messages of an incident, by their own instant.</summary>
    public IReadOnlyList<CadMessage> CadMessages(string incident) => Statements.Query(
        $"""
        SELECT hash, sent_at, received_at, body, agencies FROM cad_message
        WHERE  incident = {IndexKey.Whole(incident)}
        ORDER BY sent_at, hash
        """,
        reader => new CadMessage(incident, reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.Bytes(3))
        {
            Agencies = reader.GetString(4).Split(' ', StringSplitOptions.RemoveEmptyEntries),
        });

    /// <summary>The rows of one kind in the outbox that are due, oldest first.</summary>
    public IReadOnlyList<OutboxRow> Due(string kind, long instant, int count) => Statements.Query(
        $"""
        SELECT number, kind, target, due, detail FROM outbox
        WHERE  kind = {kind} AND due <= {instant}
        ORDER BY due, number {Sql.Page(count)}
        """,
        reader => new OutboxRow(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.GetString(4)));

    public string? Setting(string name) =>
        Statements.First($"SELECT value FROM setting WHERE name = {name}", reader => reader.GetString(0));

    /// <summary>The next resources that are not deleted, in the order of their keys: for operators, who walk through all.</summary>
    public IReadOnlyList<StoredResource> After(ResourceKey? last, int count) => Statements.Query(
        $"""
        SELECT {StoredColumns} FROM resource
        WHERE  (type > {last?.Type ?? ""} OR (type = {last?.Type ?? ""} AND id > {last?.Id ?? ""})) AND deleted = 0
        ORDER BY type, id
        {Sql.Page(count)}
        """,
        Stored);

    /// <summary>How many resources are stored and not deleted: for operators, never for callers.</summary>
    public long Count() => Statements.Number($"SELECT COUNT(*) FROM resource WHERE deleted = 0") ?? 0;

    /// <summary>Reads the columns type, id, version, deleted, seen tier, party, changed, labels, body, patients, basis.</summary>
    internal static SeenResource Seen(DbDataReader reader) => new(
        new(reader.GetString(0), reader.GetString(1)),
        reader.GetInt64(2),
        reader.GetInt64(3) == 1,
        (Tier)reader.GetInt64(4),
        reader.GetInt64(5) == 1,
        reader.GetInt64(6),
        reader.GetInt64(7),
        reader.Bytes(8))
    {
        Patients = Ids(reader.Text(9)),
        Basis = reader.Text(10) ?? string.Empty,
    };

    private static Sql StoredColumns =>
        $"type, id, version, deleted, subject, source, labels, label_rules, updated_at, policy_version, body";

    private static StoredResource Stored(DbDataReader reader) => new(
        new(reader.GetString(0), reader.GetString(1)),
        reader.GetInt64(2),
        reader.GetInt64(3) == 1,
        reader.Text(4),
        reader.GetString(5),
        reader.GetInt64(6),
        reader.GetString(7).Split(' ', StringSplitOptions.RemoveEmptyEntries),
        reader.GetInt64(8),
        reader.GetString(9),
        reader.Bytes(10));

    /// <summary>Each version with the sight's organisation as a party to it, if it was one then: parties are facts of a version.</summary>
    private static Sql Versions(ResourceKey key, Visibility visibility) => $"""
        SELECT r.key, r.type, r.id, 1 AS is_current, r.labels, r.body, {VersionColumns(Sql.Name("r"))}
        FROM   resource r
        LEFT JOIN party p ON p.resource = r.key AND p.organization = {visibility.Organization}
        WHERE  r.type = {key.Type} AND r.id = {key.Id}
        UNION ALL
        SELECT r.key, r.type, r.id, 0, o.labels | r.labels, o.body, {VersionColumns(Sql.Name("o"))}
        FROM   resource r JOIN resource_version o ON o.resource = r.key
        LEFT JOIN party_version p ON p.resource = o.resource AND p.version = o.version AND p.organization = {visibility.Organization}
        WHERE  r.type = {key.Type} AND r.id = {key.Id}
        """;

    private static Sql VersionColumns(Sql row) => $"""
        {row}.version, {row}.deleted, {row}.subject, {row}.source, {row}.tier, {row}.party_tier, {row}.requires, {row}.updated_at,
        {row}.changed_1, {row}.changed_2, {row}.changed_3, {row}.changed_4,
        CASE WHEN p.resource IS NULL THEN 0 ELSE 1 END AS party,
        p.changed_1 AS party_changed_1, p.changed_2 AS party_changed_2, p.changed_3 AS party_changed_3
        """;

    private static Sql PartyChanged =>
        $"CASE h.seen WHEN 3 THEN h.party_changed_3 WHEN 2 THEN h.party_changed_2 ELSE h.party_changed_1 END";

    private ReadStatement ReadThrough(Sight sight)
    {
        if (Visibility.ShapeOf(sight) is not { } shape)
        {
            return new(new(sight), Statements.Dialect);
        }

        if (!reads.TryGetValue(shape, out var read))
        {
            if (reads.Count >= MostShapes)
            {
                reads.Clear();
            }

            reads[shape] = read = new(new(sight), Statements.Dialect);
        }

        return read;
    }
}
