namespace Interop.Identity.Audit;

/// <summary>One thing that happened to an account, a client or a key. Holds no secret and no text of the request.</summary>
/// <param name="Kind">Such as <c>token</c>, <c>sign-in</c>, <c>code-reuse</c>.</param>
/// <param name="Reason">A sentence of ours.</param>
internal sealed record SecurityEvent(string Kind, bool IsRefusal, string? ClientId, string? AccountId, string? Remote, string? Reason);
