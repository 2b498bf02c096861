namespace Interop.Sharing.Consent;

/// <summary>Compiles what <see cref="Decider"/> says into rows that a statement can join.</summary>
public static class GrantCompiler
{
    /// <summary>All rows of one patient; replaces all earlier ones. Empty where only the agreements' defaults hold.</summary>
    public static IReadOnlyList<GrantRow> Compile(PatientFacts patient) => throw new NotImplementedException();

    /// <summary>The rows with a null subject, for every patient without rows of their own for that pair.</summary>
    public static IReadOnlyList<GrantRow> Defaults(Partners partners) => throw new NotImplementedException();
}
