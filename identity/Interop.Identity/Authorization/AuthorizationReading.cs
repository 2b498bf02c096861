namespace Interop.Identity.Authorization;

/// <summary>What an authorization request turns out to be.</summary>
internal abstract record AuthorizationReading
{
    private AuthorizationReading()
    {
    }

    public sealed record Valid(AuthorizationRequest Request) : AuthorizationReading;

    /// <summary>Wrong, and the client may be told so by redirect.</summary>
    public sealed record Refused(string Redirect, string ClientId, string Reason) : AuthorizationReading;

    /// <summary>The client or its redirect URI is in doubt: nothing is redirected anywhere.</summary>
    public sealed record Untrusted(string Reason) : AuthorizationReading;
}
