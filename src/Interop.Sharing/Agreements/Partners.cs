namespace Interop.Sharing.Agreements;

/// <summary>What holds for every patient: the agreements, and the organisations by id.</summary>
public sealed record Partners(IReadOnlyList<Agreement> Agreements, IReadOnlyDictionary<string, OrganizationFacts> Organizations);
