namespace Interop.Testing;

/// <summary>Where the repository is, what was fetched into it, and what may lie beside it.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Whether this is CI, where a test whose data is absent fails and is not skipped.</summary>
    public static bool IsContinuousIntegration => Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>What <c>deploy/test.sh</c> fetches: a path below <c>artifacts/</c>.</summary>
    public static string Fetched(string relative) => Path.Combine(Root, "artifacts", relative);

    /// <summary>A path below the folder <c>shared</c> beside the repository, which a user's machine does not have.</summary>
    public static string Shared(string relative) => Path.Combine(Root, "..", "shared", relative);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Interop.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not lie in the repository.");
        }

        return folder.FullName;
    }
}
