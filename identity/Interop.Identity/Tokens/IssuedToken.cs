namespace Interop.Identity.Tokens;

/// <summary>An access token of ours that was presented back and whose signature, audience and lifetime hold.</summary>
internal sealed record IssuedToken(string Jti, AccessToken Content, DateTimeOffset IssuedAt, DateTimeOffset Expires);
