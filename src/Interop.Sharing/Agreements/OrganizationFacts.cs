using Interop.Sharing.Policy;

namespace Interop.Sharing.Agreements;

/// <summary>What sharing needs of an Organization. Read with <see cref="OrganizationReader"/>.</summary>
/// <param name="Part2Program">Its records are Part 2 records (42 CFR 2.11).</param>
/// <param name="CoveredEntity">A HIPAA covered entity or business associate.</param>
/// <param name="Qsoa">Serves a Part 2 programme under a qualified service organisation agreement.</param>
public sealed record OrganizationFacts(string Id, bool Active, AgencyType Type, bool Part2Program, bool CoveredEntity, bool Qsoa);
