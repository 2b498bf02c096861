using System.Data.Common;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;

namespace Interop.Storage;

/// <summary>A grant as its columns, and back.</summary>
internal static class GrantColumns
{
    public static Sql All => $"""
        subject, source, grantee, practitioner, purpose, tier, cleared, valid_from, valid_to, basis, closed_to_naming, closed_to_listing
        """;

    public static GrantRow Read(DbDataReader reader) => new(
        reader.GetString(0) is { Length: > 0 } subject ? subject : null,
        reader.GetString(1),
        reader.GetString(2),
        reader.GetString(3) is { Length: > 0 } practitioner ? practitioner : null,
        reader.GetString(4),
        (Tier)reader.GetInt64(5),
        reader.GetInt64(6),
        reader.GetInt64(7),
        reader.GetInt64(8),
        reader.GetString(9))
    {
        Closed = new(reader.GetString(10), reader.GetString(11)),
    };
}
