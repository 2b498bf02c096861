using System.Text.Encodings.Web;
using Interop.Server.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Interop.Server.Guard;

/// <summary>
/// Bearer tokens (RFC 6750). A refused token is answered with 401, <c>WWW-Authenticate</c> and an OperationOutcome, and
/// written to the audit trail before the answer.
/// </summary>
internal sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, TokenVerifier verifier, AuditTrail audit)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";
    private const string Prefix = "Bearer ";

    private string error = "The request carries no access token.";
    private bool hadToken;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        hadToken = true;
        var (caller, failure) = await verifier.VerifyAsync(header[Prefix.Length..].Trim(), Context.RequestAborted);
        if (caller is null)
        {
            error = failure!;
            return AuthenticateResult.Fail(error);
        }

        return AuthenticateResult.Success(new AuthenticationTicket(caller.ToPrincipal(), SchemeName));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await audit.RefusedAsync(null, FhirInteraction.Authentication, Request.Path, error, Context.RequestAborted);
        Response.Headers.WWWAuthenticate = hadToken
            ? $"Bearer realm=\"interop\", error=\"invalid_token\", error_description=\"{error}\""
            : "Bearer realm=\"interop\"";
        await FhirResult.Problem(401, "login", error).ExecuteAsync(Context);
    }
}
