namespace Interop.Storage.Audit;

/// <summary>Finds rows of the trail, by time.</summary>
/// <param name="custodian">Id of the Organization whose trail it is.</param>
internal sealed class AuditSearch(Statements statements, string custodian)
{
    private bool hidesWithheld;

    public AuditPage Find(AuditQuery query)
    {
        hidesWithheld = query.HidesWithheld;
        var about = query.Conditions.OfType<AuditCondition.About>().FirstOrDefault();
        var conditions = Sql.And(
            [Reached(about), .. query.Conditions.Where(condition => condition != about).Select(condition => Holds(condition))]);
        var order = query.IsAscending
            ? (Sql)$"a.instant, a.chain, a.sequence"
            : (Sql)$"a.instant DESC, a.chain DESC, a.sequence DESC";
        var entries = query.Count == 0 ? [] : statements.Query(
            $"""
            SELECT {AuditChain.Columns} FROM {From(about)}
            WHERE  {conditions}
            AND    {After(query)}
            ORDER BY {order}
            {Sql.Page(query.Count + 1)}
            """,
            reader => AuditChain.Link(reader).Entry);
        return new(
            [.. entries.Take(query.Count)],
            query.Counts ? statements.Number($"SELECT COUNT(*) FROM {From(about)} WHERE {conditions}") : null,
            entries.Count > query.Count);
    }

    public AuditEntry? Find(long chain, long sequence) => statements.First(
        $"SELECT {AuditChain.Columns} FROM audit WHERE chain = {chain} AND sequence = {sequence}",
        reader => AuditChain.Link(reader).Entry);

    private static Sql After(AuditQuery query) => query.After switch
    {
        null => $"1 = 1",
        var place when query.IsAscending => $"""
            a.instant >= {place.Instant} AND (a.instant > {place.Instant} OR a.chain > {place.Chain}
                OR (a.chain = {place.Chain} AND a.sequence > {place.Sequence}))
            """,
        var place => $"""
            a.instant <= {place.Instant} AND (a.instant < {place.Instant} OR a.chain < {place.Chain}
                OR (a.chain = {place.Chain} AND a.sequence < {place.Sequence}))
            """,
    };

    /// <summary>From a patient to her rows, so that those of others cost nothing.</summary>
    private static Sql From(AuditCondition.About? about) => about is null
        ? (Sql)$"audit a"
        : (Sql)$"""
            (SELECT chain AS of_chain, sequence AS of_sequence FROM audit WHERE patient IN {Sql.List(about.Patients)}
             UNION
             SELECT chain, sequence FROM audit_patient WHERE patient IN {Sql.List(about.Patients)}) k
            CROSS JOIN audit a
            """;

    private static Sql Reached(AuditCondition.About? about) =>
        about is null ? $"1 = 1" : (Sql)$"a.chain = k.of_chain AND a.sequence = k.of_sequence";

    private Sql Holds(AuditCondition condition) => condition switch
    {
        AuditCondition.About about => $"""
            (a.patient IN {Sql.List(about.Patients)} OR EXISTS (
                SELECT 1 FROM audit_patient p
                WHERE  p.patient IN {Sql.List(about.Patients)} AND p.chain = a.chain AND p.sequence = a.sequence))
            """,
        AuditCondition.ByOrganization { Not: true } by => $"(a.organization IS NULL OR a.organization NOT IN {Sql.List(by.Ids)})",
        AuditCondition.ByOrganization by => $"a.organization IN {Sql.List(by.Ids)}",
        AuditCondition.ByAgent by => $"""
            (a.practitioner IN {Sql.List(by.Practitioners)} OR a.client IN {Sql.List(by.Names)} OR a.user_id IN {Sql.List(by.Names)})
            """,
        AuditCondition.ForPurpose purpose => Sql.Or(
            purpose.Codes.Select(code => Has($"' ' || COALESCE(a.purposes, '') || ' '", $" {code} "))),
        AuditCondition.Within within => $"a.instant >= {within.From} AND a.instant <= {within.To}",
        AuditCondition.AtPlace at => at.Places.Count == 0
            ? $"1 = 0"
            : Sql.Or(at.Places.Select(place => (Sql)$"(a.chain = {place.Chain} AND a.sequence = {place.Sequence})")),
        AuditCondition.NotAt not => $"(a.target IS NULL OR a.target <> {not.Target})",
        AuditCondition.Naming naming => Sql.Or(
            naming.Keys.Select(key => (Sql)$"(a.target = {key} OR {Has($"a.detail", $"\"{key} v")})")),
        AuditCondition.OfKind kind => kind.Kinds.Count == 0 ? $"1 = 0" : Sql.Or(kind.Kinds.Select(IsOf)),
        AuditCondition.NotOfKind not => $"NOT {IsOf(not.Kind)}",
        AuditCondition.Ending { Not: true } ending => $"a.outcome NOT IN {Sql.List(ending.Outcomes)}",
        AuditCondition.Ending ending => $"a.outcome IN {Sql.List(ending.Outcomes)}",
        AuditCondition.All all => Sql.And(all.Conditions.Select(Holds)),
        AuditCondition.Any any => any.Conditions.Count == 0 ? $"1 = 0" : Sql.Or(any.Conditions.Select(Holds)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Byte for byte: to LIKE case means nothing with one of the databases.</summary>
    private static Sql Has(Sql text, string part) => $"REPLACE({text}, {part}, '') <> {text}";

    private Sql IsOf(AuditKind kind)
    {
        var isWithheld = hidesWithheld ? (Sql)$"1 = 0" : (Sql)$"(a.outcome = 'deny' AND a.patient IS NOT NULL)";
        var isGiven = (Sql)$"""
            (a.interaction = 'operation' AND a.outcome = 'permit' AND a.patient IS NOT NULL
             AND COALESCE(a.organization, {custodian}) <> {custodian})
            """;
        var isOfClass = kind.Class switch
        {
            AuditClass.Withheld => isWithheld,
            AuditClass.Given => isGiven,
            _ => (Sql)$"NOT {isWithheld} AND NOT {isGiven}",
        };
        return kind.Interactions.Count == 0
            ? (Sql)$"({isOfClass})"
            : (Sql)$"({isOfClass} AND a.interaction IN {Sql.List(kind.Interactions)})";
    }
}
