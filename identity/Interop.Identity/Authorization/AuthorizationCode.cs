namespace Interop.Identity.Authorization;

/// <summary>An authorization code, known by its hash.</summary>
internal sealed record AuthorizationCode
{
    public string Hash { get; init; } = string.Empty;

    public string GrantId { get; init; } = string.Empty;

    public string ClientId { get; init; } = string.Empty;

    public string RedirectUri { get; init; } = string.Empty;

    /// <summary>The S256 challenge of RFC 7636.</summary>
    public string Challenge { get; init; } = string.Empty;

    public string? Nonce { get; init; }

    /// <summary><c>dpop_jkt</c> of the authorization request (RFC 9449 section 10), or null.</summary>
    public string? Jkt { get; init; }

    public long ExpiresAt { get; init; }
}
