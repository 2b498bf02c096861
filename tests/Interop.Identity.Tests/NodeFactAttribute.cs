namespace Interop.Identity.Tests;

/// <summary>A test against another implementation, run by node; visibly skipped where it was not fetched, but never in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : Xunit.FactAttribute
{
    /// <param name="library">The file below <c>artifacts/</c> that <c>deploy/test.sh</c> fetches.</param>
    public NodeFactAttribute(string library)
    {
        if (Environment.GetEnvironmentVariable("CI") != "true" && !File.Exists(PathOf(library)))
        {
            Skip = $"artifacts/{library} is absent; deploy/test.sh fetches it.";
        }

        Library = library;
    }

    public string Library { get; }

    public static string PathOf(string library)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Interop.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside of the repository.");
        }

        return Path.Combine(folder.FullName, "artifacts", library);
    }
}
