namespace Interop.Identity.Http;

/// <summary>A request that OAuth refuses: RFC 6749 section 5.2. The description is sent; it holds nothing of the request.</summary>
internal sealed class OAuthException(string error, string description) : Exception(description)
{
    public const string InvalidRequest = "invalid_request";
    public const string InvalidClient = "invalid_client";
    public const string InvalidGrant = "invalid_grant";
    public const string InvalidScope = "invalid_scope";
    public const string UnauthorizedClient = "unauthorized_client";
    public const string UnsupportedGrantType = "unsupported_grant_type";
    public const string InvalidDpopProof = "invalid_dpop_proof";
    public const string InsufficientScope = "insufficient_scope";
    public const string TemporarilyUnavailable = "temporarily_unavailable";
    public const string SlowDown = "slow_down";

    public string Error { get; } = error;

    /// <summary>What the trail says of it: the description, or more than the other side may learn.</summary>
    public string Reason { get; init; } = description;

    public int Status => Error switch
    {
        InvalidClient => StatusCodes.Status401Unauthorized,
        InsufficientScope => StatusCodes.Status403Forbidden,
        TemporarilyUnavailable => StatusCodes.Status503ServiceUnavailable,
        SlowDown => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status400BadRequest,
    };
}
