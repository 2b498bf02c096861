namespace Interop.Sharing.Policy;

/// <summary>What a role may see of its own organisation's records.</summary>
internal sealed record RoleRule(Tier Tier, long Cleared);
