using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Routing;

/// <summary>What no endpoint answers: a path or method that is not here, and OPTIONS.</summary>
internal static class Unmapped
{
    /// <summary>A path or method that nothing is mapped to, also answered as FHIR.</summary>
    public static async Task AnswerAsync(HttpContext http)
    {
        var status = http.Response.StatusCode;
        var text = status switch
        {
            404 => "Nothing is at this path.",
            405 => "This path does not answer this method.",
            415 => "The body must be application/fhir+json.",
            _ => null,
        };
        if (text is null)
        {
            return;
        }

        if (status == 405 && HttpMethods.IsOptions(http.Request.Method) && http.Request.Path.StartsWithSegments(FhirRequest.Root))
        {
            await TellMethodsAsync(http);
            return;
        }

        if (Caller.TryFrom(http.User) is { } caller)
        {
            var audit = http.RequestServices.GetRequiredService<AuditTrail>();
            var rule = $"{status} not-supported: {text}";
            await audit.RefusedAsync(caller, FhirInteraction.Operation, http.Request.Path, rule, CancellationToken.None);
        }

        await FhirResult.Problem(IssueCode.NotSupported.With(status), text).ExecuteAsync(http);
    }

    /// <summary>
    /// What a path answers (RFC 9110 section 9.3.7), for anybody: /metadata says it too. That a browser may send it on behalf of a page is
    /// another question, which was asked before (CORS).
    /// </summary>
    private static async Task TellMethodsAsync(HttpContext http)
    {
        if (Caller.TryFrom(http.User) is { } caller)
        {
            await http.RequestServices.GetRequiredService<AuditTrail>().PermittedAsync(
                caller, FhirInteraction.Capabilities, http.Request.Path, CancellationToken.None);
        }

        http.Response.StatusCode = StatusCodes.Status204NoContent;
        http.Response.Headers.Allow = $"{http.Response.Headers.Allow}, OPTIONS";
    }
}
