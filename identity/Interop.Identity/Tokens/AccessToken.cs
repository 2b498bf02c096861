namespace Interop.Identity.Tokens;

/// <summary>What an access token says, RFC 9068 and the claims of our own (docs/onboarding.md).</summary>
/// <param name="Subject">The account, or the client itself for client_credentials.</param>
/// <param name="Agency"><c>Organization/id</c>.</param>
/// <param name="GrantId">The grant it belongs to, or null for client_credentials.</param>
/// <param name="Jkt">Thumbprint of the DPoP key that it is bound to, or null for a bearer token.</param>
internal sealed record AccessToken(
    string ClientId,
    string Subject,
    IReadOnlyList<string> Scopes,
    string Agency,
    IReadOnlyList<string> Purposes,
    IReadOnlyList<string> Roles,
    string? FhirUser,
    string? Patient,
    string? GrantId,
    string? Jkt,
    bool IsSandbox)
{
    /// <summary>Id of the Encounter in the launch context, or null.</summary>
    public string? Encounter { get; init; }

    /// <summary>Whether the app must show whose record it is; null where it is about nobody.</summary>
    public bool? NeedsPatientBanner { get; init; }
}
