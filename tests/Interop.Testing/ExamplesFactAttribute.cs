using Xunit;

namespace Interop.Testing;

/// <summary>A test of the official examples; visibly skipped where they were not fetched, but never in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ExamplesFactAttribute : FactAttribute
{
    public ExamplesFactAttribute() => Skip = Repository.IsContinuousIntegration ? null : Examples.Absent;
}

/// <inheritdoc cref="ExamplesFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ExamplesTheoryAttribute : TheoryAttribute
{
    public ExamplesTheoryAttribute() => Skip = Repository.IsContinuousIntegration ? null : Examples.Absent;
}
