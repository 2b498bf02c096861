namespace Interop.Demo;

/// <summary>
/// The folder that keeps the demo's database, key and tokens: readable by its owner alone, where the system knows owners.
/// </summary>
internal sealed class PrivateFolder
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public PrivateFolder(string path)
    {
        Path = (
            OperatingSystem.IsWindows()
                ? Directory.CreateDirectory(path)
                : Directory.CreateDirectory(path, OwnerFile | UnixFileMode.UserExecute)).FullName;
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public async Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }

        // Whole or not at all: scripts read while the demo writes.
        var unfinished = File(name) + ".new";
        await using (var file = new FileStream(unfinished, options))
        {
            await file.WriteAsync(content, cancellationToken);
        }

        System.IO.File.Move(unfinished, File(name), overwrite: true);
    }

    /// <summary>Held while a demo uses the folder; null where another one does.</summary>
    public IDisposable? TryLock()
    {
        try
        {
            return new FileStream(File("lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
