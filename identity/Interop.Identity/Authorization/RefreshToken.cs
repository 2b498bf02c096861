namespace Interop.Identity.Authorization;

/// <summary>A refresh token, known by its hash.</summary>
internal sealed record RefreshToken
{
    public string Hash { get; init; } = string.Empty;

    public string GrantId { get; init; } = string.Empty;

    public string ClientId { get; init; } = string.Empty;

    public long ExpiresAt { get; init; }

    public long? UsedAt { get; init; }
}
