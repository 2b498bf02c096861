namespace Interop.Fhir.Validation;

/// <summary>Bounds of one validation.</summary>
/// <param name="MaxDepth">Levels of nesting, 1 to 512.</param>
/// <param name="MaxIssues">After this many the rest is not looked for, and a last issue says so.</param>
public sealed record ValidationOptions(int MaxDepth = 256, int MaxIssues = 100)
{
    public static ValidationOptions Default { get; } = new();
}
