namespace Interop.Fhir.Tests;

/// <summary>
/// The official examples (npm hl7.fhir.r4.examples 4.0.1), which are fetched and never committed: the folder that
/// <c>INTEROP_R4_EXAMPLES</c> names, or <c>artifacts/r4-examples/package</c> under the repository root.
/// </summary>
internal static class Examples
{
    public static string? Folder { get; } = Locate();

    /// <summary>All examples, or none (and a line that says so) where they have not been fetched.</summary>
    public static IReadOnlyList<string> Files()
    {
        if (Folder is null)
        {
            Console.WriteLine(
                "The official R4 examples are absent: nothing was checked against them (see profiles/Interop.Distil/README.md).");
            return [];
        }

        return [.. Directory.EnumerateFiles(Folder, "*.json")
            .Where(file => Path.GetFileName(file) is not ("package.json" or ".index.json"))
            .Order(StringComparer.Ordinal)];
    }

    public static byte[]? Read(string name)
    {
        var path = Folder is null ? null : Path.Combine(Folder, name);
        return path is not null && File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    private static string? Locate()
    {
        var named = Environment.GetEnvironmentVariable("INTEROP_R4_EXAMPLES");
        if (!string.IsNullOrEmpty(named))
        {
            return Directory.Exists(named) ? named : null;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Interop.sln")))
            {
                var package = Path.Combine(folder.FullName, "artifacts", "r4-examples", "package");
                return Directory.Exists(package) ? package : null;
            }
        }

        return null;
    }
}
