namespace Interop.Identity.Clients;

/// <summary>A registered client.</summary>
/// <param name="Organization">The agency, <c>Organization/id</c>.</param>
/// <param name="Grants">Of <c>client_credentials authorization_code</c>.</param>
/// <param name="Purposes">v3-ActReason codes that its tokens may carry.</param>
/// <param name="Roles">Roles of its own tokens; those of people come from their accounts.</param>
/// <param name="Jwks">Its public keys, or null when they are at <paramref name="JwksUri"/>. With neither, it is a public client.</param>
internal sealed record Client(
    string ClientId,
    string Name,
    string Organization,
    IReadOnlyList<string> Grants,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> Purposes,
    IReadOnlyList<string> Roles,
    IReadOnlyList<string> RedirectUris,
    string? Jwks,
    string? JwksUri,
    bool RequiresDpop,
    bool IsSandbox,
    bool IsRevoked = false)
{
    public const string ClientCredentials = "client_credentials";
    public const string AuthorizationCode = "authorization_code";

    public bool IsPublic => Jwks is null && JwksUri is null;

    /// <summary>Whether people may be sent back there: to what is registered, to the letter; on this machine at any port.</summary>
    public bool ReturnsTo(string redirectUri) =>
        RedirectUris.Any(known => known == redirectUri || LoopbackRedirect.IsSame(known, redirectUri));

    public bool Uses(string grant) => Grants.Contains(grant);
}
