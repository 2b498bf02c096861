using Interop.Identity.Tokens;

namespace Interop.Identity.Accounts;

/// <summary>One browser in which a person is signed in.</summary>
internal sealed record Session
{
    public string SessionId { get; init; } = string.Empty;

    public string AccountId { get; init; } = string.Empty;

    /// <summary>How the person proved who they are: <c>amr</c> values (RFC 8176) between spaces.</summary>
    public string Methods { get; init; } = string.Empty;

    public string Browser { get; init; } = string.Empty;

    public long CreatedAt { get; init; }

    public long LastSeenAt { get; init; }

    public bool HasSecondFactor => SpaceDelimited.Split(Methods).Contains("mfa");
}
