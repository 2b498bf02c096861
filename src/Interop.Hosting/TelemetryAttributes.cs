namespace Interop.Hosting;

/// <summary>
/// The attributes that may leave on spans and metrics, by their names in OpenTelemetry's conventions
/// (https://opentelemetry.io/docs/specs/semconv/http/). What is not here does not leave: <c>url.path</c> and <c>url.full</c> hold ids of
/// persons, <c>url.query</c> what was looked for, others what a stranger wrote.
/// </summary>
internal static class TelemetryAttributes
{
    public const string Method = "http.request.method";
    public const string Route = "http.route";

    public static readonly string[] Allowed =
    [
        Method, Route, "http.response.status_code", "error.type", "url.scheme", "network.protocol.version", "server.address", "server.port",
        "http.connection.state", "aspnetcore.diagnostics.exception.result", "aspnetcore.routing.match_status", "tls.protocol.version",
        "gc.heap.generation", "dotnet.gc.heap.generation", "dotnet.jit.method.count", "cpu.mode", "interop.interaction", "interop.work",
    ];

    /// <summary>Any other word in a request line is a stranger's (RFC 9110 section 9, RFC 5789).</summary>
    public static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];
}
