namespace Interop.Server.Dispatch;

/// <summary>What a site knows that an EIDO message does not say.</summary>
/// <param name="Custodian">Id of the Organization that keeps the crisis record.</param>
/// <param name="Secret">Key of the name-based ids; changing it starts new resources for old incidents.</param>
/// <param name="Agencies">EIDO agency id -> id of an Organization. An agency that is not listed stays a logical reference.</param>
/// <param name="Priorities">Priority number -> routine, urgent, asap or stat; one that is not listed is kept as a number only.</param>
public sealed record IncidentContext(
    string Custodian,
    ReadOnlyMemory<byte> Secret,
    IReadOnlyDictionary<string, string> Agencies,
    IReadOnlyDictionary<int, string>? Priorities = null);
