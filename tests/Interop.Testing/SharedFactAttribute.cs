using Xunit;

namespace Interop.Testing;

/// <summary>A test of data that may not be committed or fetched and lies beside the repository; visibly skipped elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedFactAttribute : FactAttribute
{
    /// <param name="path">Below <c>../shared</c>.</param>
    public SharedFactAttribute(string path) =>
        Skip = Path.Exists(Repository.Shared(path)) ? null : $"../shared/{path} is absent; only this project's own machines have it.";
}
