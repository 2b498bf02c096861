using System.Data.Common;
using System.Globalization;
using Interop.Fhir.Validation;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Storage;
using Microsoft.AspNetCore.Diagnostics;

namespace Interop.Server.Routing;

/// <summary>
/// The only place that turns exceptions into OperationOutcome, and that writes down a refusal that was thrown: what the request would
/// have written is undone with it, its audit row too. What we did not foresee is a 500 without details, what the machine refuses a 503
/// that needs no disk.
/// </summary>
internal sealed class FhirExceptionHandler(
    ILogger<FhirExceptionHandler> logger, AuditTrail audit, ThrottledTrail throttled) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            return true;
        }

        var (status, issues) = exception switch
        {
            FhirException known => (known.Status, known.Issues),
            BadHttpRequestException { StatusCode: 408 } => One(IssueCode.Timeout.With(408), "The request arrived too slowly."),
            BadHttpRequestException { StatusCode: 413 } => One(
                IssueCode.TooCostly.With(413), "The request body is larger than this server reads."),
            BadHttpRequestException bad => One(
                IssueCode.Invalid.With(bad.StatusCode), "The request could not be read as HTTP."),
            TooCostlyException costly => One(IssueCode.TooCostly, costly.Message),
            _ when MachineFault.Is(exception) => One(IssueCode.Transient, "The database can't be used for now. Try again later."),
            _ => One(IssueCode.Exception, $"Unexpected error. Quote {httpContext.TraceIdentifier} when reporting it."),
        };
        if (status >= 500)
        {
            // The type and the stack say where; a message could quote what a resource holds.
            logger.LogError(
                "Request {Trace} failed with {Type} at {Stack}", httpContext.TraceIdentifier, exception.GetType(), exception.StackTrace);
        }

        if (exception is FhirException { RetryAfter: { } wait })
        {
            httpContext.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        try
        {
            await RecordAsync(httpContext, exception, status);
        }
        catch (DbException failure)
        {
            // A refusal discloses nothing, so it may leave without its row; a disclosure may not.
            logger.LogError(
                "The refusal of request {Trace} could not be written down: {Failure}", httpContext.TraceIdentifier, failure.GetType());
        }

        if (exception is FhirException { IsAboutScope: true })
        {
            httpContext.Response.Headers.WWWAuthenticate = "Bearer realm=\"interop\", error=\"insufficient_scope\"";
        }

        await FhirResult.Problem(status, issues).ExecuteAsync(httpContext);
        return true;
    }

    private async Task RecordAsync(HttpContext httpContext, Exception exception, int status)
    {
        var caller = Caller.TryFrom(httpContext.User);
        if (exception is FhirException { RetryAfter: not null } refusal)
        {
            await throttled.RefusedAsync(caller, InteractionOf(httpContext), httpContext.Request.Path, refusal.Rule);
        }
        else if (caller is not null)
        {
            // The trail is not the caller's to stop: a request that was broken off is written down too.
            var rule = (exception as FhirException)?.Rule ?? $"{status}";
            await audit.RefusedAsync(caller, InteractionOf(httpContext), httpContext.Request.Path, rule, CancellationToken.None);
        }
    }

    private static FhirInteraction InteractionOf(HttpContext httpContext) =>
        httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetMetadata<DeclaredInteraction>()?.Interaction
            ?? FhirInteraction.Operation;

    private static (int Status, IReadOnlyList<Issue> Issues) One(IssueCode code, string diagnostics) =>
        (code.Status, [new(IssueSeverity.Error, code.Code, diagnostics, null)]);
}
