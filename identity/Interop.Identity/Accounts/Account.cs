namespace Interop.Identity.Accounts;

/// <summary>A person who signs in. Lists are words between spaces; <see cref="LockedUntil"/> is an <see cref="Instants"/>.</summary>
internal sealed record Account
{
    public string AccountId { get; init; } = string.Empty;

    public string UserName { get; init; } = string.Empty;

    public string DisplayName { get; init; } = string.Empty;

    /// <summary>The agency, <c>Organization/id</c>.</summary>
    public string Organization { get; init; } = string.Empty;

    public string PasswordHash { get; init; } = string.Empty;

    public string Roles { get; init; } = string.Empty;

    public string Purposes { get; init; } = string.Empty;

    /// <summary><c>Practitioner/id</c> or another reference, or null.</summary>
    public string? FhirUser { get; init; }

    /// <summary>Id of the person's own Patient, or null.</summary>
    public string? Patient { get; init; }

    public long LockedUntil { get; init; }

    /// <summary>The encrypted secret of the second factor, or null when there is none.</summary>
    public string? Totp { get; init; }

    public long? DisabledAt { get; init; }

    public bool HasSecondFactor => Totp is not null;
}
