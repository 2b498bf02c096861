namespace Interop.Hosting;

/// <summary>
/// The database file is its owner's alone. SQLite gives its log and its shared memory the rights of the file, so the file must have them
/// before SQLite opens it. What a restored copy left open to others is closed; a folder in which others could put another file in its
/// place is refused. <c>Interop.Storage</c> compiles this file as its own, and so needs no ASP.NET.
/// </summary>
internal static class PrivateFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="UnauthorizedAccessException">The file or its folder is not ours to keep private.</exception>
    public static void Prepare(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder); // access lists are inherited there: the folder's owner decides
            return;
        }

        Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
        if ((File.GetUnixFileMode(folder) & (UnixFileMode.OtherWrite | UnixFileMode.StickyBit)) == UnixFileMode.OtherWrite)
        {
            throw new UnauthorizedAccessException(
                "Others may write to the folder of the database: take that right away (chmod o-w) first.");
        }

        if (!File.Exists(path))
        {
            // Created here and not by SQLite, so that nobody else can read it even for a moment. An existing file is not opened: to close
            // it would drop the locks that SQLite has on it in this process.
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = Owner };
            new FileStream(path, options).Dispose();
        }

        foreach (var file in new[] { path, path + "-wal", path + "-shm" }.Where(File.Exists))
        {
            if ((File.GetUnixFileMode(file) & ~(Owner | UnixFileMode.UserExecute)) != 0)
            {
                File.SetUnixFileMode(file, Owner);
            }
        }
    }
}
