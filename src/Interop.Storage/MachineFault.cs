using Microsoft.Data.Sqlite;

namespace Interop.Storage;

/// <summary>
/// Tells a fault of the machine under the database from a fault of ours: an operator mends the one, a programmer the other.
/// </summary>
public static class MachineFault
{
    // PERM, BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB (https://sqlite.org/rescode.html).
    private static readonly int[] Codes = [3, 5, 6, 7, 8, 10, 11, 13, 14, 26];

    /// <summary>Whether the disk is full or broken, or the file is damaged, locked or gone.</summary>
    public static bool Is(Exception failure) => failure is SqliteException sqlite && Codes.Contains(sqlite.SqliteErrorCode);
}
