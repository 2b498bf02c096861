using Interop.Sharing.Policy;
using Interop.Storage.Dialects;

namespace Interop.Storage.Search;

/// <summary>
/// Who sees what, as SQL: the only place where rows are joined with grants. Everything is said of a row of <c>resource</c> by its
/// alias, through the eyes of one sight (SHARING.md section 0).
/// </summary>
internal sealed class Visibility
{
    /// <summary>More than any tier: what nobody sees.</summary>
    public const int Nobody = 9;

    private readonly Dialect dialect;
    private readonly SqlValue organization;
    private readonly SqlValue practitioner;
    private readonly SqlValue instant;
    private readonly SqlValue ownTier;
    private readonly SqlValue ownHidden;
    private readonly SqlValue directory;
    private readonly SqlValue patient;
    private readonly IReadOnlyList<SqlValue> purposes;
    private readonly IReadOnlyList<SqlValue> types;
    private readonly IReadOnlyList<SqlValue> keeps;
    private readonly ScopeSql? scopes;
    private Sight sight;
    private int aliases;

    public Visibility(Sight sight, Dialect dialect)
    {
        (this.sight, this.dialect) = (sight, dialect);
        organization = new(sight.Organization);
        practitioner = new(sight.Practitioner ?? "");
        instant = new(sight.Instant);
        ownTier = new(sight.OwnTier);
        ownHidden = new(~sight.OwnCleared);
        directory = new(sight.Directory);
        patient = new(sight.Constraints?.Patient ?? "");
        purposes = [.. sight.Purposes.Select(purpose => new SqlValue(purpose))];
        types = [.. (sight.Types ?? Enumerable.Empty<string>()).Select(type => new SqlValue(type))];
        keeps = [.. sight.Keeps.Select(type => new SqlValue(type))];
        scopes = sight.Constraints is null ? null : new(sight.Constraints, patient, this);
    }

    public Dialect Dialect => dialect;

    /// <summary>
    /// Sights of one shape make the same SQL, with other values; null where scopes ask for values, which are part of the SQL.
    /// </summary>
    public static SightShape? ShapeOf(Sight sight) => sight.Constraints is { Shape: null }
        ? null
        : new(sight.Practitioner is not null, sight.Purposes.Count, sight.Types?.Count, sight.Keeps.Count, sight.Constraints?.Shape);

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

        foreach (var (value, type) in keeps.Zip(other.Keeps))
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
    public Sql Tier(Sql r) => $"""
        CASE
        {Kept(r)}
        WHEN {r}.subject IS NULL AND {directory} = 1 AND {r}.labels = 0
             AND ({r}.source <> {organization} OR {ownTier} < 1) THEN 1
        WHEN {r}.source = {organization} THEN CASE WHEN ({r}.labels & {ownHidden}) = 0 THEN {ownTier} ELSE 0 END
        WHEN {r}.subject IS NULL THEN 0
        ELSE {Granted(r)}
        END
        """;

    public Sql Party(Sql r) =>
        $"EXISTS (SELECT 1 FROM party p WHERE p.resource = {r}.key AND p.organization = {organization})";

    /// <summary>The lowest tier at which the row, of a resource or of an index, is there for the sight's organisation.</summary>
    public Sql RowTier(Sql row, Sql r) =>
        $"CASE WHEN {row}.party_tier < {row}.tier AND {Party(r)} THEN {row}.party_tier ELSE {row}.tier END";

    /// <summary>
    /// The lowest tier at which a reference in an index is there: below own only when its target is visible, because the view has the
    /// reference only then, whatever type the scopes open. The patient that the resource is about is always named.
    /// </summary>
    public Sql ReferenceTier(Sql row, Sql r)
    {
        var target = Alias();
        return $"""
            CASE WHEN {row}.target_id = '' OR ({row}.target_type = 'Patient' AND {row}.target_id = {r}.subject) OR EXISTS (
                SELECT 1 FROM resource {target}
                WHERE  {target}.type = {row}.target_type AND {target}.id = {row}.target_id
                AND    {target}.deleted = 0 AND {InReach(target)} AND {Tier(target)} >= {Greatest(target)})
            THEN {RowTier(row, r)} ELSE {Sql.Number((int)Sharing.Policy.Tier.Own)} END
            """;
    }

    /// <summary>
    /// The resource exists, the sight sees it, and at a tier at which conditions hold: each of the first gives the lowest tier from
    /// which it holds on, each of the second the lowest tier from which it no longer does. The sight's tier is mentioned once, so it
    /// is computed once, and a condition over hidden values cannot be asked apart from the question whether they are visible.
    /// </summary>
    public Sql Sees(Sql r, IReadOnlyList<Sql> holdsFrom, IReadOnlyList<Sql> endsAt)
    {
        var lowest = dialect.Greatest([RowTier(r, r), Required(r), .. holdsFrom]);
        return endsAt.Count == 0
            ? (Sql)$"{r}.deleted = 0 AND {Tier(r)} >= {lowest}"
            : (Sql)$"{r}.deleted = 0 AND {Tier(r)} BETWEEN {lowest} AND {dialect.Least(endsAt)} - 1";
    }

    /// <summary>
    /// The lowest tier at which the resource appears: own where something that it must point at is not visible, nobody's where the
    /// scopes do not open it.
    /// </summary>
    /// <param name="type">The row's type where it is known.</param>
    /// <param name="isCurrent">What holds of a row that the index tells of; null where all rows are such.</param>
    public Sql Lowest(Sql r, string? type = null, Sql? isCurrent = null) =>
        Opening(r, type, isCurrent) is { } opening ? Greatest(r, opening) : Greatest(r);

    /// <summary>The lowest tier at which the scopes open the row; null where they open all.</summary>
    public Sql? Opening(Sql r, string? type, Sql? isCurrent = null) => scopes?.Lowest(r, type, isCurrent);

    /// <summary>The resource exists and the sight sees it.</summary>
    public Sql Visible(Sql r) => $"{r}.deleted = 0 AND {TypesAllowed(r)} AND {Tier(r)} >= {Lowest(r)}";

    /// <summary>That the row is in the one record in which the scopes open its type; null where they open it elsewhere, too.</summary>
    public Sql? InOneRecord(Sql r, string type) => scopes?.InOneRecord(r, type);

    /// <summary>The row is not beyond the one patient that all scopes are about.</summary>
    public Sql InReach(Sql r) => sight.Constraints?.OnlyPatient is null ? (Sql)$"1 = 1" : scopes!.InReach(r);

    /// <summary>When the view that the sight has of the row last changed.</summary>
    public static Sql Changed(Sql r, Sql tier, Sql party) => $"""
        CASE {tier}
        WHEN 4 THEN {r}.changed_4
        WHEN 3 THEN CASE WHEN {party} THEN {r}.party_changed_3 ELSE {r}.changed_3 END
        WHEN 2 THEN CASE WHEN {party} THEN {r}.party_changed_2 ELSE {r}.changed_2 END
        ELSE CASE WHEN {party} THEN {r}.party_changed_1 ELSE {r}.changed_1 END
        END
        """;

    /// <summary>The scopes allow the row's type.</summary>
    private Sql TypesAllowed(Sql r) => sight.Types is null ? (Sql)$"1 = 1" : (Sql)$"{r}.type IN {Sql.List(types)}";

    /// <summary>Of two patients a row names neither as its subject; what it inherits labels from names both.</summary>
    private Sql Kept(Sql r) => keeps.Count == 0
        ? (Sql)$""
        : (Sql)$"""
            WHEN {r}.subject IS NULL AND {r}.source = {organization} AND {r}.type IN {Sql.List(keeps)} AND NOT EXISTS (
                 SELECT 1 FROM label_inheritance n WHERE n.resource = {r}.key AND n.type = 'Patient') THEN 4
            """;

    private Sql Greatest(Sql r, params ReadOnlySpan<Sql> further) => dialect.Greatest([RowTier(r, r), Required(r), .. further]);

    private Sql Required(Sql r)
    {
        var target = Alias();
        return $"""
            CASE WHEN {r}.requires = 1 AND EXISTS (
                SELECT 1 FROM required_reference q
                WHERE  q.resource = {r}.key AND NOT EXISTS (
                    SELECT 1 FROM resource {target}
                    WHERE  {target}.type = q.type AND {target}.id = q.id AND {target}.deleted = 0 AND {InReach(target)}
                    AND    {Tier(target)} >= {RowTier(target, target)}))
            THEN {Sql.Number((int)Sharing.Policy.Tier.Own)} ELSE 0 END
            """;
    }

    private Sql Granted(Sql r)
    {
        var grant = Alias();
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
            COALESCE((
                SELECT MAX({grant}.tier) FROM sharing_grant {grant}
                WHERE  {grant}.grantee = {organization} AND {grant}.subject = {subject} AND {grant}.source = {r}.source
                AND    {grant}.practitioner = {person}
                AND    {grant}.purpose IN {Sql.List(purposes)}
                AND    {grant}.valid_from <= {instant} AND {instant} < {grant}.valid_to
                AND    ({r}.labels & ~{grant}.cleared) = 0), 0)
            """;
    }
}

/// <summary>What of a sight decides about the text of the SQL.</summary>
internal readonly record struct SightShape(bool HasPractitioner, int Purposes, int? Types, int Keeps, string? Constraints);
