using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Microsoft.AspNetCore.Http.Timeouts;

namespace Interop.Server.Routing;

/// <summary>
/// A request that takes too long is given up: the cancellation reaches the statement that the database is working on, and the caller
/// learns it with 503 instead of holding a connection and a snapshot for as long as it likes.
/// </summary>
internal static class HandlingTimeout
{
    public static RequestTimeoutPolicy Of(LimitSettings limits) => new()
    {
        Timeout = TimeSpan.FromSeconds(limits.RequestSeconds),
        TimeoutStatusCode = 503,
        WriteTimeoutResponse = AnswerAsync,
    };

    private static async Task AnswerAsync(HttpContext http)
    {
        if (Caller.TryFrom(http.User) is { } caller)
        {
            var interaction = http.GetEndpoint()?.Metadata.GetMetadata<DeclaredInteraction>()?.Interaction ?? FhirInteraction.Operation;
            await http.RequestServices.GetRequiredService<AuditTrail>().RefusedAsync(
                caller, interaction, http.Request.Path, "503 timeout", CancellationToken.None);
        }

        await FhirResult.Problem(IssueCode.Timeout, "The request took longer than this server works on one. Ask for less at a time.")
            .ExecuteAsync(http);
    }
}
