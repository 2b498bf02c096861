using Interop.Server.Guard.Tables;
using Interop.Server.Settings;
using Interop.Sharing.Redaction;

namespace Interop.Server.Guard.Exports;

/// <summary>The files of exports: one resource to a line, in a folder that nobody else reads.</summary>
internal sealed class ExportFiles
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string folder;

    public ExportFiles(ExportSettings settings)
    {
        folder = Path.GetFullPath(settings.Folder);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder); // access lists are inherited there
            return;
        }

        Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
        if ((File.GetUnixFileMode(folder) & ~(Owner | UnixFileMode.UserExecute)) != 0)
        {
            throw new SettingsException($"Interop:Exports:Folder must be its owner's alone (chmod 700): {folder}");
        }
    }

    /// <summary>
    /// Adds disclosures to what was written whole of a file, and gives how long it is then. What a stop left behind that is overwritten.
    /// </summary>
    public long Append(string name, long whole, IEnumerable<Disclosure> disclosures) => Append(name, whole, file =>
    {
        foreach (var disclosure in disclosures)
        {
            WriteLine(file, disclosure.Body.Span);
        }
    });

    /// <summary>As <see cref="Append(string, long, IEnumerable{Disclosure})"/>, of rows of a view.</summary>
    public long Append(string name, long whole, TableLines lines) => Append(name, whole, file => file.Write(lines.Bytes.Span));

    private long Append(string name, long whole, Action<FileStream> write)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Owner;
        }

        using var file = new FileStream(PathOf(name), options);
        file.SetLength(whole);
        file.Position = whole;
        write(file);
        file.Flush(flushToDisk: true);
        return file.Length;
    }

    public async Task<byte[]> ReadAsync(string name, CancellationToken cancellationToken) =>
        await File.ReadAllBytesAsync(PathOf(name), cancellationToken);

    /// <summary>Removes all files of an export.</summary>
    public void Remove(string job)
    {
        foreach (var file in Directory.EnumerateFiles(folder, $"{job}-*"))
        {
            File.Delete(file);
        }
    }

    /// <summary>A line feed can stand between the parts of JSON, never in them.</summary>
    private static void WriteLine(FileStream file, ReadOnlySpan<byte> json)
    {
        while (json.IndexOfAny((byte)'\r', (byte)'\n') is var end and >= 0)
        {
            file.Write(json[..end]);
            json = json[(end + 1)..];
        }

        file.Write(json);
        file.WriteByte((byte)'\n');
    }

    private string PathOf(string name) => Path.Combine(folder, name);
}
