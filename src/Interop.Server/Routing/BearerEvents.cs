using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Server.Routing;

/// <summary>
/// Bearer tokens (RFC 6750), and tokens bound to a key with their proof (DPoP, RFC 9449), by ASP.NET Core's own scheme. A refused token is
/// answered with 401, <c>WWW-Authenticate</c> and an OperationOutcome, and written to the audit trail before the answer.
/// </summary>
internal sealed class BearerEvents(DpopProofs proofs, AuditTrail audit) : JwtBearerEvents
{
    private const string ProofPrefix = "DPoP ";

    /// <summary>The scheme itself reads <c>Bearer</c> alone.</summary>
    public override Task MessageReceived(MessageReceivedContext context)
    {
        context.Token = ProvenToken(context.Request);
        return Task.CompletedTask;
    }

    public override async Task TokenValidated(TokenValidatedContext context)
    {
        var caller = Caller.From(context.Principal!);
        context.Principal = new((caller with { Address = context.HttpContext.Connection.RemoteIpAddress?.ToString() }).ToIdentity());
        var confirmation = caller.Confirmation;

        // A bound token without its proof is a stolen one, for all that is known (RFC 9449 section 7.2).
        var objection = (ProvenToken(context.Request), confirmation.Jkt) switch
        {
            (null, null) => null,
            ({ } token, { } jkt) => await proofs.ObjectionAsync(context.Request, token, jkt),
            (null, _) => "The token is bound to a key: send it as DPoP, with a proof.",
            (_, null) => "The token is not bound to a key: send it as Bearer.",
        };

        // The handshake has shown who holds the certificate's key (RFC 8705 section 3).
        objection ??= confirmation.Holds(context.HttpContext.Connection.ClientCertificate)
            ? null
            : "The token is bound to a client certificate that this connection did not show.";
        if (objection is not null)
        {
            context.Fail(objection);
        }
    }

    /// <summary>Only what is wrong with a token refuses it: an issuer that can't be asked is a fault of the server's.</summary>
    public override Task AuthenticationFailed(AuthenticationFailedContext context) =>
        context.Exception is SecurityTokenException ? Task.CompletedTask : Task.FromException(context.Exception);

    public override async Task Challenge(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        var error = context.AuthenticateFailure?.Message;
        context.Response.Headers.WWWAuthenticate = error is null
            ? "Bearer realm=\"interop\""
            : $"Bearer realm=\"interop\", error=\"invalid_token\", error_description=\"{error}\"";
        error ??= "The request carries no access token.";
        await audit.RefusedAsync(null, FhirInteraction.Authentication, context.Request.Path, error, context.HttpContext.RequestAborted);
        await FhirResult.Problem(IssueCode.Login, error).ExecuteAsync(context.HttpContext);
    }

    /// <summary>The token that came with the scheme <c>DPoP</c>, or null.</summary>
    private static string? ProvenToken(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(ProofPrefix, StringComparison.OrdinalIgnoreCase) ? header[ProofPrefix.Length..].Trim() : null;
    }
}
