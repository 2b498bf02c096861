namespace Interop.Sharing.Roster;

/// <summary>A qualification without which nobody of the organisation reads anything.</summary>
/// <param name="Code"><c>system|code</c>.</param>
public sealed record RosterRequirement(string Organization, string Code);
