using System.Diagnostics;
using System.Globalization;
using Interop.Server.Http;
using Interop.Server.Security;
using Microsoft.AspNetCore.Http.Features;

namespace Interop.Server.Routing;

/// <summary>
/// A line for each request, where a site wants one (<c>Interop:AccessLog</c>): the endpoint's template and not the path, which may hold an
/// id; nothing of a query, a header or a body. The same interaction is told to whoever measures requests.
/// </summary>
internal sealed class AccessLog(ILoggerFactory loggers, bool isOn)
{
    public const string InteractionTag = "interop.interaction";

    private readonly ILogger logger = loggers.CreateLogger("Interop.Access");

    public async Task LogAsync(HttpContext http, RequestDelegate next)
    {
        var begun = Stopwatch.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            var interaction = http.GetEndpoint()?.Metadata.GetMetadata<DeclaredInteraction>()?.Interaction.Code();
            if (interaction is not null)
            {
                http.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new(InteractionTag, interaction));
            }

            if (isOn && !http.Request.Path.StartsWithSegments("/health"))
            {
                logger.LogInformation(
                    "{Status} {Milliseconds} ms {Interaction} {Route} {Client}",
                    http.Response.StatusCode,
                    Stopwatch.GetElapsedTime(begun).TotalMilliseconds.ToString("F1", CultureInfo.InvariantCulture),
                    interaction ?? "-",
                    (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "-",
                    Caller.TryFrom(http.User)?.ClientId ?? "-");
            }
        }
    }
}
