namespace Interop.Server.Tests;

/// <summary>Places outside the test's own folder.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>A path below the folder <c>shared</c> beside the repository; null, with a line saying so, when it is absent.</summary>
    public static string? Shared(string relative)
    {
        var path = Path.Combine(Root, "..", "shared", relative);
        if (Path.Exists(path))
        {
            return path;
        }

        Console.WriteLine($"../shared/{relative} is absent: this test has checked nothing.");
        return null;
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Interop.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("Interop.sln");
        }

        return folder.FullName;
    }
}
