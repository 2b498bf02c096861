using Interop.Fhir.Json;

namespace Interop.Server.Settings;

/// <summary>
/// The resources in files and folders: one per <c>.json</c> file, one per line of an <c>.ndjson</c> file, and what comes in on <c>-</c>.
/// </summary>
internal static class ResourceFiles
{
    /// <returns>Name (with the line for NDJSON), bytes, and a sentence where a path could not be read.</returns>
    public static IEnumerable<(string Name, byte[] Bytes, string? Problem)> Read(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            if (path == "-")
            {
                using var input = new MemoryStream();
                using var standard = Console.OpenStandardInput();
                standard.CopyTo(input);
                yield return (path, ByteOrderMark.Skip(input.ToArray()), null);
            }
            else if (Directory.Exists(path))
            {
                var files = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                    .Where(file => Path.GetExtension(file) is ".json" or ".ndjson")
                    .Order(StringComparer.Ordinal);
                foreach (var item in files.SelectMany(Resources))
                {
                    yield return item;
                }
            }
            else if (File.Exists(path))
            {
                foreach (var item in Resources(path))
                {
                    yield return item;
                }
            }
            else
            {
                yield return (path, [], "There is no such file or folder.");
            }
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes, string? Problem)> Resources(string file)
    {
        if (Path.GetExtension(file) != ".ndjson")
        {
            yield return (file, ByteOrderMark.Skip(File.ReadAllBytes(file)), null);
            yield break;
        }

        var line = 0;
        foreach (var text in Lines(file))
        {
            line++;
            if (text.Length > 0)
            {
                yield return ($"{file}:{line}", text, null);
            }
        }
    }

    /// <summary>The lines of a file as bytes, without a byte order mark: decoding them would hide invalid UTF-8.</summary>
    public static IEnumerable<byte[]> Lines(string file)
    {
        var bytes = ByteOrderMark.Skip(File.ReadAllBytes(file));
        for (var start = 0; start < bytes.Length;)
        {
            var end = Array.IndexOf(bytes, (byte)'\n', start);
            end = end < 0 ? bytes.Length : end;
            yield return bytes.AsSpan(start, end - start).TrimEnd((byte)'\r').ToArray();
            start = end + 1;
        }
    }
}
