namespace Interop.Identity.Invitations;

/// <summary>What a code is good for: one account, of a person or of who speaks for her.</summary>
internal sealed record Invitation
{
    public string Hash { get; init; } = string.Empty;

    /// <summary>The agency whose staff gave it, <c>Organization/id</c>.</summary>
    public string Organization { get; init; } = string.Empty;

    /// <summary>Id of the Patient.</summary>
    public string Patient { get; init; } = string.Empty;

    /// <summary><c>Patient/id</c> or <c>RelatedPerson/id</c>.</summary>
    public string FhirUser { get; init; } = string.Empty;

    /// <summary>The account of who gave it.</summary>
    public string GivenBy { get; init; } = string.Empty;
}
