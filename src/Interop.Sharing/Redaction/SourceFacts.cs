namespace Interop.Sharing.Redaction;

/// <summary>The custodian of a resource as far as labels need it.</summary>
/// <param name="Organization">Id of the custodian Organization.</param>
/// <param name="Part2Program">Everything it writes about a person is a Part 2 record.</param>
public sealed record SourceFacts(string Organization, bool Part2Program, bool CoveredEntity)
{
    /// <summary>Whether it runs this server: its records of organisations say what those are, and no other's do.</summary>
    public bool RunsServer { get; init; }
}
