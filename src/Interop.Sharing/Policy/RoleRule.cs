namespace Interop.Sharing.Policy;

/// <summary>What a role may see of its own organisation's records.</summary>
/// <param name="Administers">Whether it keeps its organisation's agreements and directory, whatever else it may see.</param>
internal sealed record RoleRule(Tier Tier, long Cleared, bool Administers);
