namespace Interop.Identity.Agencies;

/// <summary>What an agency's agreements in force allow its clients, all together.</summary>
internal sealed record AgreementTerms(bool IsInForce, IReadOnlyList<string> Scopes, IReadOnlyList<string> Purposes);
