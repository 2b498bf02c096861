namespace Interop.Sharing.Tests;

/// <summary>Where the repository and what lies beside it are.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The official examples that have been fetched, smaller than the size; none, and a line that says so, otherwise.</summary>
    public static IEnumerable<(string Name, byte[] Body)> Examples(int most = 100_000)
    {
        var folder = Environment.GetEnvironmentVariable("INTEROP_R4_EXAMPLES");
        folder = string.IsNullOrEmpty(folder) ? Path.Combine(Root, "artifacts", "r4-examples", "package") : folder;
        if (!Directory.Exists(folder))
        {
            Console.WriteLine("The official R4 examples are absent: nothing was checked against them.");
            return [];
        }

        return Directory.EnumerateFiles(folder, "*-*.json")
            .Where(file => new FileInfo(file).Length < most)
            .Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)));
    }

    /// <summary>A file beside the repository, or null, and a line that says so.</summary>
    public static string? Shared(string path)
    {
        var file = Path.Combine(Root, "..", "shared", path);
        if (File.Exists(file))
        {
            return file;
        }

        Console.WriteLine($"../shared/{path} is absent: nothing was checked against it.");
        return null;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Interop.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not lie in the repository.");
    }
}
