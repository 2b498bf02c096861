using Interop.Sharing.Consents;
using Interop.Sharing.Policy;

namespace Interop.Storage.Search;

/// <summary>
/// Who sees what, as SQL: the only place where rows are joined with grants. Everything is said of a row of <c>resource</c> by its
/// alias, through the eyes of one sight.
/// </summary>
internal sealed partial class Visibility
{
    private readonly SqlValue organization;
    private readonly SqlValue practitioner;
    private readonly SqlValue instant;
    private readonly SqlValue ownTier;
    private readonly SqlValue ownHidden;
    private readonly SqlValue directory;
    private readonly SqlValue patient;
    private readonly IReadOnlyList<SqlValue> purposes;
    private readonly IReadOnlyList<SqlValue> types;
    private readonly IReadOnlyList<SqlValue> shows;
    private readonly ScopeSql? scopes;
    private readonly NamedPersons named;
    private readonly IReadOnlyList<SqlValue> persons;
    private Sight sight;
    private int aliases;

    /// <param name="hasGrants">Whether anything was ever granted to the sight's organisation; what it cannot have costs no SQL.</param>
    /// <param name="named">Whom the request names; nobody when null.</param>
    public Visibility(Sight sight, bool hasGrants = true, NamedPersons? named = null)
    {
        (this.sight, this.named, HasGrants) = (sight, named ?? NamedPersons.Nobody, hasGrants);
        organization = new(sight.Organization);
        practitioner = new(sight.Practitioner ?? "");
        instant = new(sight.Instant);
        ownTier = new(sight.OwnTier);
        ownHidden = new(~sight.OwnCleared);
        directory = new(sight.Directory);
        patient = new(sight.Constraints?.Patient ?? "");
        purposes = [.. sight.Purposes.Select(purpose => new SqlValue(purpose))];
        types = [.. (sight.Types ?? Enumerable.Empty<string>()).Select(type => new SqlValue(type))];
        shows = [.. sight.Keeps.Concat(sight.Reads).Select(type => new SqlValue(type))];
        persons = Sql.Padded(this.named.Ids);
        scopes = sight.Constraints is null ? null : new(sight.Constraints, patient, this);
    }

    public bool HasGrants { get; }

    /// <inheritdoc cref="NamedPersons.WayOfIds"/>
    public Way WayOfIds => named.WayOfIds;

    /// <summary>The same eyes on a request that names these Patients as well, because it was shown them.</summary>
    public Visibility Naming(IEnumerable<string> persons) => new(sight, HasGrants, named.With(persons));

    /// <summary>
    /// Sights of one shape make the same SQL, with other values; null where scopes ask for values, which are part of the SQL.
    /// </summary>
    public static SightShape? ShapeOf(Sight sight) => sight.Constraints is { Shape: null }
        ? null
        : new(
            sight.Practitioner is not null,
            sight.Purposes.Count,
            sight.Types?.Count,
            sight.Keeps.Count + sight.Reads.Count,
            sight.Constraints?.Shape);

    /// <summary>Puts another sight of the same shape into the SQL that was made through this one.</summary>
    public void LookThrough(Sight other)
    {
        sight = other;
        organization.Set(other.Organization);
        practitioner.Set(other.Practitioner ?? "");
        instant.Set(other.Instant);
        ownTier.Set(other.OwnTier);
        ownHidden.Set(~other.OwnCleared);
        directory.Set(other.Directory);
        patient.Set(other.Constraints?.Patient ?? "");
        foreach (var (value, purpose) in purposes.Zip(other.Purposes))
        {
            value.Set(purpose);
        }

        foreach (var (value, type) in types.Zip(other.Types ?? Enumerable.Empty<string>()))
        {
            value.Set(type);
        }

        foreach (var (value, type) in shows.Zip(other.Keeps.Concat(other.Reads)))
        {
            value.Set(type);
        }
    }

    /// <summary>A name that no other part of the statement has.</summary>
    public Sql Alias() => Sql.Name($"a{aliases++}");

    /// <summary>Whether the scopes allow the type at all.</summary>
    public bool Allows(string type) => sight.Types is null || sight.Types.Contains(type);

    /// <summary>
    /// The tier at which the sight sees the row, 0 for none: over its own organisation's record by role; a directory entry basic;
    /// else the best grant whose clearance covers all labels, from the patient's rows where there are any for this custodian and
    /// grantee, and among them from the practitioner's where there are any.
    /// </summary>
    /// <param name="way">By listing, where nothing else of the statement sees to it that the row is one that may be found so.</param>
    public Sql Tier(Sql r, Way way = Way.ByName) => $"""
        CASE
        {Kept(r)}
        WHEN {r}.subject IS NULL AND {directory} = 1 AND {r}.labels = 0
             AND ({r}.source <> {organization} OR {ownTier} < 1) THEN 1
        WHEN {r}.source = {organization} THEN CASE WHEN ({r}.labels & {ownHidden}) = 0 THEN {ownTier} ELSE 0 END
        WHEN {r}.subject IS NULL THEN 0
        ELSE {(HasGrants ? Granted(r, way) : Sql.Number(0))}
        END
        """;

    /// <summary>
    /// 1 where the sight's organisation is party to the row, 0 where not. Counted: PostgreSQL would look up whether one EXISTS in all rows.
    /// </summary>
    public Sql Party(Sql r) => $"(SELECT COUNT(*) FROM party p WHERE p.resource = {r}.key AND p.organization = {organization})";

    /// <summary>
    /// A table of one row that says how the sight sees the row. With a limit, so that the database computes the tier once, before
    /// anything that depends on it is looked at, and not at each mention.
    /// </summary>
    public Sql Seen(Sql r, Way way = Way.ByName) => $"(SELECT {Tier(r, way)} AS seen, {Party(r)} AS party {Sql.Limit(1)})";

    /// <summary>
    /// The resource exists, the sight sees it, the scopes open it, and what further is asked of it holds; the tier comes first, so that
    /// no criterion is looked at for what is not visible.
    /// </summary>
    /// <param name="type">The row's type where it is known.</param>
    public Sql Sees(Sql r, string? type, Func<Look, IEnumerable<Sql>> further, Way way = Way.ByName)
    {
        var look = new Look(r, Alias());
        return $"""
            {r}.deleted = 0 AND EXISTS (
                SELECT 1 FROM {Seen(r, way)} {look.S} WHERE {Sql.And([Appears(look), Opened(look, type), .. further(look)])})
            """;
    }

    /// <summary>The resource exists and the sight sees it.</summary>
    public Sql Visible(Sql r) => $"{TypesAllowed(r)} AND {Sees(r, null, _ => [])}";

    /// <summary>
    /// The tier at which the sight sees the row is one at which it appears, and what it must point at is visible or its own.
    /// </summary>
    public Sql Appears(Look look) => $"{AtTier(look)} AND {Required(look)}";

    /// <summary>The scopes open the row.</summary>
    /// <param name="isCurrent">What holds of a row that the index tells of; null where all rows are such.</param>
    public Sql Opened(Look look, string? type, Sql? isCurrent = null) => scopes?.Opens(look, type, isCurrent) ?? $"1 = 1";

    /// <summary>
    /// Where the index rows are that the sight has of one row: those of its tier, and those that its organisation has as a party.
    /// </summary>
    public IReadOnlyList<SearchPlace> RowsOf(Look look)
    {
        var ofTier = new SearchPlace(row => $"{row}.tier <= {look.S}.seen");
        var isPartyOfItsOwn = sight.OwnTier is not (Sharing.Policy.Tier.None or Sharing.Policy.Tier.Own);
        return !HasGrants && !isPartyOfItsOwn
            ? [ofTier]
            : [ofTier, new(
                row => $"""
                    {look.S}.party = 1 AND {look.S}.seen < 4 AND {row}.party IN ('', {organization}) AND {row}.party_tier <= {look.S}.seen
                    AND {row}.party_tier < {row}.tier
                    """,
                "by_party")];
    }

    /// <summary>
    /// Below own a reference is there only when its target is visible, because the view has it only then, whatever type the scopes open.
    /// The patient that the resource is about is always named.
    /// </summary>
    public Sql PointsAtVisible(Look look, Sql i)
    {
        var target = Alias();
        return $"""
            ({look.S}.seen = 4 OR {i}.target_id = '' OR ({i}.target_type = 'Patient' AND {i}.target_id = {look.R}.subject) OR EXISTS (
                SELECT 1 FROM resource {target}
                WHERE  {target}.type = {i}.target_type AND {target}.id = {i}.target_id AND {IsThere(target, Appears)}))
            """;
    }

    /// <summary>That the row is in the one record in which the scopes open its type; null where they open it elsewhere, too.</summary>
    public SqlValue? OneRecord(string type) => scopes is not null && scopes.IsInOneRecord(type) ? patient : null;

    /// <summary>When the view that the sight has of the row last changed.</summary>
    /// <param name="ofParty">The same of the view that its organisation has as a party, where that is known already.</param>
    public Sql Changed(Look look, Sql? ofParty = null)
    {
        var (r, s) = look;
        ofParty ??= $"(SELECT {ByTier(s, Sql.Name("p"))} FROM party p WHERE p.resource = {r}.key AND p.organization = {organization})";
        return $"CASE WHEN {s}.seen = 4 THEN {r}.changed_4 WHEN {s}.party = 1 THEN {ofParty} ELSE {ByTier(s, r)} END";
    }

    /// <summary>
    /// Two columns of a row that is seen, for the trail: the ids of its patients with spaces between them, and what the grant rests on that
    /// opens it. Neither decides anything.
    /// </summary>
    public Sql About(Look look)
    {
        var (r, s) = look;
        var basis = HasGrants
            ? (Sql)$"CASE WHEN {s}.seen = 4 OR {r}.subject IS NULL OR {r}.source = {organization} THEN NULL ELSE {BasisOf(r)} END"
            : (Sql)$"NULL";
        return $"{Patients(r)}, {basis}";
    }

    /// <summary>Of several patients a row names none as its subject; what it inherits labels from names them.</summary>
    public static Sql Patients(Sql r) => $"""
        COALESCE({r}.subject, (
            SELECT {PatientIds} FROM label_inheritance n WHERE n.resource = {r}.key AND n.type = 'Patient'))
        """;

    private static Sql PatientIds => Sql.In(dialect => dialect.Together($"n.id"));

    public static Sql ByTier(Sql s, Sql r) =>
        $"CASE {s}.seen WHEN 3 THEN {r}.changed_3 WHEN 2 THEN {r}.changed_2 ELSE {r}.changed_1 END";

    /// <summary>The organisation through whose eyes the statement looks.</summary>
    public SqlValue Organization => organization;

    /// <summary>The row is not beyond the one patient that all scopes are about.</summary>
    private Sql InReach(Sql r) => sight.Constraints?.OnlyPatient is null ? (Sql)$"1 = 1" : scopes!.InReach(r);

    /// <summary>A grant to the sight's organisation that opens resources of the type now.</summary>
    private Sql Opening(Sql grant, string type, Way way) => $"""
        {grant}.grantee = {organization} AND {grant}.purpose IN {Sql.List(purposes)} AND {grant}.tier > 0
        AND {grant}.valid_to > {instant} AND {grant}.valid_from <= {instant} AND {grant}.practitioner IN ('', {practitioner})
        AND {Closed(grant, way)} NOT LIKE {ClosedTypes.PatternOf(type)}
        """;

    private static Sql Closed(Sql grant, Way way) => way == Way.ByName ? $"{grant}.closed_to_naming" : (Sql)$"{grant}.closed_to_listing";

    private Sql Closed(Sql grant, Sql r, Way way) => way == Way.ByListing && named.Ids.Count > 0
        ? $"CASE WHEN {Named(r)} THEN {Closed(grant, Way.ByName)} ELSE {Closed(grant, Way.ByListing)} END"
        : Closed(grant, way);

    /// <summary>The row is of a person whom the request names by id.</summary>
    private Sql Named(Sql r) => $"{r}.subject IN {Sql.List(persons)}";

    /// <summary>The scopes allow the row's type.</summary>
    private Sql TypesAllowed(Sql r) => sight.Types is null ? (Sql)$"1 = 1" : (Sql)$"{r}.type IN {Sql.List(types)}";

    /// <summary>Of two patients a row names neither as its subject; what it inherits labels from names both.</summary>
    private Sql Kept(Sql r) => shows.Count == 0
        ? (Sql)$""
        : (Sql)$"""
            WHEN {r}.subject IS NULL AND {r}.source = {organization} AND {r}.type IN {Sql.List(shows)} AND NOT EXISTS (
                 SELECT 1 FROM label_inheritance n WHERE n.resource = {r}.key AND n.type = 'Patient') THEN 4
            """;

    private static Sql AtTier(Look look) =>
        $"""
        {look.S}.seen >= CASE WHEN {look.R}.party_tier < {look.R}.tier AND {look.S}.party = 1 THEN {look.R}.party_tier
                              ELSE {look.R}.tier END
        """;

    private Sql Required(Look look)
    {
        var target = Alias();
        return $"""
            ({look.R}.requires = 0 OR {look.S}.seen = 4 OR NOT EXISTS (
                SELECT 1 FROM required_reference q
                WHERE  q.resource = {look.R}.key AND NOT EXISTS (
                    SELECT 1 FROM resource {target}
                    WHERE  {target}.type = q.type AND {target}.id = q.id AND {IsThere(target, AtTier)})))
            """;
    }

    /// <summary>The target of a reference is there for the sight, whatever types its scopes open.</summary>
    private Sql IsThere(Sql target, Func<Look, Sql> appears)
    {
        var look = new Look(target, Alias());
        return $"""
            {target}.deleted = 0 AND {InReach(target)} AND EXISTS (SELECT 1 FROM {Seen(target)} {look.S} WHERE {appears(look)})
            """;
    }

    private Sql Granted(Sql r, Way way)
    {
        var grant = Alias();
        Sql best = $"(SELECT MAX({grant}.tier) {Holding(r, grant, way)})";
        return Sql.In(dialect => dialect.OrZero(best));
    }

    /// <summary>Of the grant that gives a row its tier; of several the first that was made.</summary>
    private Sql BasisOf(Sql r)
    {
        var grant = Alias();
        return $"(SELECT {grant}.basis {Holding(r, grant, Way.ByName)} ORDER BY {grant}.tier DESC, {grant}.number {Sql.Page(1)})";
    }

    /// <summary>The grants that hold for the sight over a row and clear its labels.</summary>
    private Sql Holding(Sql r, Sql grant, Way way)
    {
        Sql subject = $"""
            CASE WHEN EXISTS (
                SELECT 1 FROM sharing_grant s
                WHERE  s.grantee = {organization} AND s.subject = {r}.subject AND s.source = {r}.source)
            THEN {r}.subject ELSE '' END
            """;
        var person = sight.Practitioner is null
            ? (Sql)$"''"
            : (Sql)$"""
                CASE WHEN EXISTS (
                    SELECT 1 FROM sharing_grant w
                    WHERE  w.grantee = {organization} AND w.subject = {grant}.subject AND w.source = {r}.source
                    AND    w.practitioner = {practitioner})
                THEN {practitioner} ELSE '' END
                """;
        return $"""
            FROM   sharing_grant {grant}
            WHERE  {grant}.grantee = {organization} AND {grant}.subject = {subject} AND {grant}.source = {r}.source
            AND    {grant}.practitioner = {person}
            AND    {grant}.purpose IN {Sql.List(purposes)}
            AND    {grant}.valid_from <= {instant} AND {instant} < {grant}.valid_to
            AND    ({r}.labels & ~{grant}.cleared) = 0
            AND    {Closed(grant, r, way)} NOT LIKE '% ' || {r}.type || ' %'
            """;
    }
}
