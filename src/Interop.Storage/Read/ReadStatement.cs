using Interop.Fhir;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Dialects;
using Interop.Storage.Search;

namespace Interop.Storage.Read;

/// <summary>
/// The read of one resource, made once per shape of a sight: making the text takes twice as long as running it.
/// </summary>
internal sealed class ReadStatement
{
    private readonly Visibility visibility;
    private readonly SqlValue type = new("");
    private readonly SqlValue id = new("");
    private readonly SqlText text;
    private readonly SqlText visible;

    public ReadStatement(Visibility visibility, Dialect dialect)
    {
        this.visibility = visibility;
        var r = Sql.Name("r");
        var look = new Look(r, Sql.Name("v"));

        // The inner statement is limited to its one row so that the database computes the tier once, not at each mention.
        Sql sql = $"""
            SELECT {IncludeStatement.Columns(visibility)}
            FROM  (SELECT r.key AS key, {visibility.Tier(r)} AS seen, {visibility.Party(r)} AS party
                   FROM   resource r
                   WHERE  r.type = {type} AND r.id = {id}
                   {Sql.Limit(1)}) v
            JOIN   resource r ON r.key = v.key
            WHERE  {visibility.Appears(look)} AND {visibility.Opened(look, null)}
            """;
        text = dialect.Write(sql);
        Sql exists = $"SELECT 1 FROM resource r WHERE r.type = {type} AND r.id = {id} AND {visibility.Visible(r)}";
        visible = dialect.Write(exists);
    }

    /// <summary>Whether the resource exists, is not deleted, and the sight sees it.</summary>
    public bool IsVisible(ResourceKey key, Sight sight, Statements statements)
    {
        visibility.LookThrough(sight);
        type.Set(key.Type);
        id.Set(key.Id);
        return visibility.Allows(key.Type) && statements.Number(visible) is not null;
    }

    public SeenResource? See(ResourceKey key, Sight sight, Statements statements)
    {
        visibility.LookThrough(sight);
        type.Set(key.Type);
        id.Set(key.Id);
        return visibility.Allows(key.Type) ? statements.First(text, ResourceRows.Seen) : null;
    }
}
