using Microsoft.Extensions.Logging;

namespace Interop.Hosting;

/// <summary>The framework's own lines about requests quote query strings and broken headers: names of persons, codes and tokens.</summary>
public static class QuietLogs
{
    /// <summary>Leaves them out below warnings, whatever the log level.</summary>
    public static ILoggingBuilder WithoutRequests(this ILoggingBuilder logging) => logging
        .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning)
        .AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Warning)
        .AddFilter("Polly", LogLevel.None); // a call that failed is told by who made it
}
