using Xunit;

namespace Interop.Testing;

/// <summary>A test that node runs, mostly of another implementation; visibly skipped where that was not fetched, but never in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : FactAttribute
{
    /// <param name="library">The file below <c>artifacts/</c> that <c>deploy/test.sh</c> fetches; none for what node runs by
    /// itself.</param>
    public NodeFactAttribute(string? library = null)
    {
        if (!Repository.IsContinuousIntegration)
        {
            Skip = library is not null && !File.Exists(Repository.Fetched(library))
                ? $"artifacts/{library} is absent; deploy/test.sh fetches it."
                : !IsHere("node") ? "node is absent; deploy/test.sh installs it."
                : null;
        }

        Library = library;
    }

    public string? Library { get; }

    private static bool IsHere(string program) =>
        Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program))) == true;
}
