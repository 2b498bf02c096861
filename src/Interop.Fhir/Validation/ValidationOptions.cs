namespace Interop.Fhir.Validation;

/// <summary>Which invariants of R4 are evaluated (https://hl7.org/fhir/R4/conformance-rules.html#constraints).</summary>
public enum InvariantLevel
{
    /// <summary>None: only the structure is judged.</summary>
    None,

    /// <summary>Those that refuse a resource; also the check of narratives.</summary>
    Errors,

    /// <summary>Also the 35 that only warn, such as dom-6, a missing narrative.</summary>
    All,
}

/// <summary>Bounds of one validation.</summary>
/// <param name="MaxDepth">Levels of nesting, 1 to 512.</param>
/// <param name="MaxIssues">After this many errors the rest is not looked for, and a last issue says so; no more warnings than that
/// either.</param>
public sealed record ValidationOptions(int MaxDepth = 256, int MaxIssues = 100, InvariantLevel Invariants = InvariantLevel.Errors)
{
    /// <summary>For what is written: structure and the invariants that refuse.</summary>
    public static ValidationOptions Default { get; } = new();

    /// <summary>For people who ask what could be better: warnings too.</summary>
    public static ValidationOptions Thorough { get; } = new(Invariants: InvariantLevel.All);

    public static ValidationOptions StructureOnly { get; } = new(Invariants: InvariantLevel.None);
}
