using System.Text.Encodings.Web;
using Interop.Server.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Interop.Server.Guard;

/// <summary>
/// Bearer tokens (RFC 6750), and tokens bound to a key with their proof (DPoP, RFC 9449). A refused token is answered with 401, <c>WWW-Authenticate</c> and an OperationOutcome, and
/// written to the audit trail before the answer.
/// </summary>
internal sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, TokenVerifier verifier, DpopProofs proofs, AuditTrail audit)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";
    private const string Prefix = "Bearer ";
    private const string ProofPrefix = "DPoP ";

    private string error = "The request carries no access token.";
    private bool hadToken;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        var isProven = header.StartsWith(ProofPrefix, StringComparison.OrdinalIgnoreCase);
        if (!isProven && !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        hadToken = true;
        var token = header[(isProven ? ProofPrefix : Prefix).Length..].Trim();
        var (caller, failure) = await verifier.VerifyAsync(token, Context.RequestAborted);
        if (caller is not null)
        {
            // A bound token without its proof is a stolen one, for all that is known (RFC 9449 section 7.2).
            failure = (isProven, caller.Confirmation.Jkt) switch
            {
                (false, null) => null,
                (true, { } jkt) => await proofs.ObjectionAsync(Request, token, jkt),
                (false, _) => "The token is bound to a key: send it as DPoP, with a proof.",
                (true, null) => "The token is not bound to a key: send it as Bearer.",
            };

            // The handshake has shown who holds the certificate's key (RFC 8705 section 3).
            failure ??= caller.Confirmation.Holds(Context.Connection.ClientCertificate)
                ? null
                : "The token is bound to a client certificate that this connection did not show.";
        }

        if (caller is null || failure is not null)
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
