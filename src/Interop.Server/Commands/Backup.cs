using System.CommandLine;
using Interop.Storage.Dialects;

namespace Interop.Server.Commands;

/// <summary><c>interop backup FOLDER</c>: copies a SQLite database and its trail while the server runs.</summary>
internal static class Backup
{
    public static Command Command()
    {
        var database = Offline.Database();
        var folder = new Argument<string>("folder") { Description = "Where the two files go; made if it is not there." };
        var backup = new Command("backup", "Copies the database and its trail, whether or not the server runs.") { folder, database };
        backup.SetAction(arguments =>
        {
            var path = Offline.SqlitePath(arguments.GetValue(database), "pg_dump --format=custom, or BACKUP DATABASE");
            SqliteBackup.Copy(path, arguments.GetValue(folder)!);
            Console.WriteLine($"ok {arguments.GetValue(folder)} holds a copy; try it with: interop restore, then interop doctor");
            return 0;
        });
        return backup;
    }
}

/// <summary><c>interop restore FOLDER</c>: puts such a copy where there is no database.</summary>
internal static class Restore
{
    public static Command Command()
    {
        var database = Offline.Database();
        var folder = new Argument<string>("folder") { Description = "What interop backup has written." };
        var restore = new Command("restore", "Puts a copy made by backup where there is no database.") { folder, database };
        restore.SetAction(arguments =>
        {
            var path = Offline.SqlitePath(arguments.GetValue(database), "pg_restore, or RESTORE DATABASE");
            SqliteBackup.PutBack(arguments.GetValue(folder)!, path);
            Console.WriteLine($"ok {path} is there again; ask with: interop doctor --database sqlite:{path}");
            return 0;
        });
        return restore;
    }
}
