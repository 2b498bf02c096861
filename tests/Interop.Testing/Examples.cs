namespace Interop.Testing;

/// <summary>
/// The official examples (npm hl7.fhir.r4.examples 4.0.1), which are fetched and never committed: the folder that
/// <c>INTEROP_R4_EXAMPLES</c> names, or <c>artifacts/r4-examples/package</c>. A test of them is an <see cref="ExamplesFactAttribute"/>.
/// </summary>
public static class Examples
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("INTEROP_R4_EXAMPLES") is { Length: > 0 } named
        ? named
        : Repository.Fetched("r4-examples/package");

    /// <summary>Why they are not here; null where they are.</summary>
    public static string? Absent { get; } =
        Directory.Exists(Folder) ? null : "The official R4 examples are absent; deploy/test.sh fetches them.";

    /// <summary>All of them, or those smaller than a number of bytes.</summary>
    /// <exception cref="InvalidOperationException">They have not been fetched.</exception>
    public static IReadOnlyList<string> Files(long smallerThan = long.MaxValue) =>
        Absent is not null
            ? throw new InvalidOperationException(Absent)
            : [.. Directory.EnumerateFiles(Folder, "*.json")
                .Where(file => Path.GetFileName(file) is not ("package.json" or ".index.json"))
                .Where(file => smallerThan == long.MaxValue || new FileInfo(file).Length < smallerThan)
                .Order(StringComparer.Ordinal)];

    /// <exception cref="IOException">They have not been fetched, or there is no such example.</exception>
    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));
}
