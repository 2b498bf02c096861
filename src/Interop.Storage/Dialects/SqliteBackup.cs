using Interop.Hosting;
using Microsoft.Data.Sqlite;

namespace Interop.Storage.Dialects;

/// <summary>
/// A copy of both files of a SQLite database while it is in use (https://sqlite.org/backup.html), and such a copy put in their place.
/// The trail is copied last: it then has every row that the copied resources have, and a row that it has twice over is taken once.
/// </summary>
public static class SqliteBackup
{
    /// <summary>Writes the two files into a folder, which is made where it is not there.</summary>
    /// <param name="path">The database's own path.</param>
    /// <exception cref="IOException">The folder has such a copy already, or can't be written.</exception>
    public static void Copy(string path, string folder)
    {
        foreach (var (from, to) in Files(path, folder))
        {
            CopyFile(from, to);
        }
    }

    /// <summary>Puts a copy where the database is to be.</summary>
    /// <exception cref="IOException">There is a database already, or the copy is not whole.</exception>
    public static void PutBack(string folder, string path)
    {
        foreach (var (to, from) in Files(path, folder))
        {
            CopyFile(from, to);
        }
    }

    private static (string Own, string Copy)[] Files(string path, string folder)
    {
        var trail = SqliteDialect.AuditPath(path);
        return [(path, Path.Combine(folder, "interop.db")), (trail, Path.Combine(folder, "interop-audit.db"))];
    }

    private static void CopyFile(string from, string to)
    {
        if (File.Exists(to))
        {
            throw new IOException($"{to} is there already; nothing is written over it.");
        }

        if (!File.Exists(from))
        {
            throw new IOException($"There is no database at {from}.");
        }

        PrivateFile.Prepare(to);
        using var source = new SqliteConnection(Setting(from));
        using var target = new SqliteConnection(Setting(to));
        source.Open();
        target.Open();
        source.BackupDatabase(target);
        using var check = target.CreateCommand();
        check.CommandText = "PRAGMA integrity_check(1)";
        if (check.ExecuteScalar() as string is not "ok")
        {
            throw new IOException($"{from} is damaged: its copy {to} does not hold together.");
        }
    }

    // For writing in both cases: who only reads can't make the shared memory of the write-ahead log where nobody else has it open.
    private static string Setting(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString();
}
