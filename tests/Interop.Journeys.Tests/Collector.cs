using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Interop.Journeys.Tests;

/// <summary>
/// A collector of telemetry: takes OTLP over HTTP and keeps the bytes, in which texts stand as they are (protobuf strings).
/// </summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ConcurrentQueue<(string Path, string Text)> received = new();

    private Collector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        application.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            received.Enqueue((http.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
        });
    }

    public string[] Settings =>
    [
        $"--OTEL_EXPORTER_OTLP_ENDPOINT={application.Urls.First()}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        "--OTEL_METRIC_EXPORT_INTERVAL=1000", "--OTEL_BSP_SCHEDULE_DELAY=500",
    ];

    public string Spans => Of("/v1/traces");

    public string Metrics => Of("/v1/metrics");

    public string Logs => Of("/v1/logs");

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        await collector.application.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();

    private string Of(string path) => string.Concat(received.Where(one => one.Path == path).Select(one => one.Text));
}
