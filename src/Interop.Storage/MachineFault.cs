using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Interop.Storage;

/// <summary>
/// Tells a fault of the machine under the database, or on the way to it, from a fault of ours: an operator mends the one, a programmer the
/// other.
/// </summary>
public static class MachineFault
{
    // PERM, BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB (https://sqlite.org/rescode.html).
    private static readonly int[] Codes = [3, 5, 6, 7, 8, 10, 11, 13, 14, 26];

    // Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, authorization, rollback by a deadlock or
    // another's transaction, resources, a shutdown or somebody's cancelling, the system, and damage; and a server that only reads, one
    // that waits too long, and one that lets nobody in.
    private static readonly string[] Classes = ["08", "28", "40", "53", "57", "58", "XX", "25006", "55P03", "55000"];

    // Of https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors what is below class 17, from
    // where on it is resources, the machine or the connection: no such database or none for this login, a deadlock, another's transaction
    // or lock, a full or a read-only database, one that is being started or restored, and our own lock that could not be had.
    private static readonly int[] Numbers = [-2, 911, 916, 922, 924, 927, 1105, 1205, 1222, 3906, 3960, 4060, 4064, 9002, 18456, 50_000];

    /// <summary>Whether the disk is full or broken, or the database is damaged, locked, shut down or out of reach.</summary>
    public static bool Is(Exception failure) => failure switch
    {
        SqliteException sqlite => Codes.Contains(sqlite.SqliteErrorCode),
        PostgresException postgres => Classes.Any(code => postgres.SqlState.StartsWith(code, StringComparison.Ordinal)),
        SqlException server => server.Class >= 17 || Numbers.Contains(server.Number),
        LostConnectionException => true,
        NpgsqlException => true, // the driver's own: the connection broke, or can't be had
        _ => false,
    };
}
