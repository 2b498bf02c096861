namespace Interop.Identity.Launches;

/// <summary>A launch that a session elsewhere prepared (SMART App Launch, EHR launch), known by the hash of its value.</summary>
internal sealed record Launch
{
    public string Hash { get; init; } = string.Empty;

    /// <summary>The client that is launched, not the one that prepared it.</summary>
    public string ClientId { get; init; } = string.Empty;

    /// <summary>The person that it is for.</summary>
    public string AccountId { get; init; } = string.Empty;

    public string? Patient { get; init; }

    public string? Encounter { get; init; }

    public long NeedsBanner { get; init; } = 1;

    public long ExpiresAt { get; init; }

    public long? UsedAt { get; init; }
}
