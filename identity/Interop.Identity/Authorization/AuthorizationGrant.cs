namespace Interop.Identity.Authorization;

/// <summary>What a person allowed a client once: everything issued from one authorization code, revoked together.</summary>
internal sealed record AuthorizationGrant
{
    public string GrantId { get; init; } = string.Empty;

    public string ClientId { get; init; } = string.Empty;

    public string AccountId { get; init; } = string.Empty;

    public string SessionId { get; init; } = string.Empty;

    public string Scopes { get; init; } = string.Empty;

    public string Purposes { get; init; } = string.Empty;

    /// <summary>Thumbprint that refresh tokens of a public client are bound to (RFC 9449 section 5), or null.</summary>
    public string? Jkt { get; init; }

    /// <summary>Id of the Patient that it is about, or null.</summary>
    public string? Patient { get; init; }

    /// <summary>Id of the Encounter that it is about, or null.</summary>
    public string? Encounter { get; init; }

    /// <summary>1 when the app must show whose record it is.</summary>
    public long NeedsBanner { get; init; } = 1;

    /// <summary>1 when it outlives the session (<c>offline_access</c>).</summary>
    public long IsOffline { get; init; }
}
