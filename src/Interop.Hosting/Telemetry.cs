using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Interop.Hosting;

/// <summary>
/// Spans, metrics and our own log lines (OpenTelemetry): to a collector by OTLP, off unless
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one, and metrics to whoever fetches them at <c>/metrics</c> (Prometheus), off unless there is a
/// token for that. Attributes leave by name only (<see cref="TelemetryAttributes"/>): nothing of a path, a query, a header or a body is
/// among them.
/// </summary>
public static class Telemetry
{
    /// <summary>The setting that turns it on, https://opentelemetry.io/docs/specs/otel/protocol/exporter/.</summary>
    public const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly string[] Lines = ["Interop.Server", "Interop.Access"];

    /// <summary>The names of our own meters begin so.</summary>
    public const string Meters = "Interop.*";

    /// <param name="service">The <c>service.name</c> where <c>OTEL_SERVICE_NAME</c> says none.</param>
    /// <param name="isFetched">Whether metrics can be fetched, by <see cref="UseMetrics"/>.</param>
    /// <exception cref="SettingsException">The collector's address is not one.</exception>
    public static IServiceCollection AddTelemetry(
        this IServiceCollection services, IConfiguration configuration, string service, bool isFetched = false)
    {
        var endpoint = configuration[EndpointSetting] is { Length: > 0 } text ? text : null;
        if (endpoint is not null && (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")))
        {
            throw new SettingsException($"{EndpointSetting} must be an absolute http or https URL.");
        }

        if (endpoint is not null || isFetched)
        {
            Export(services, service, isSent: endpoint is not null, isFetched);
        }

        return services;
    }

    /// <summary>Answers <c>GET /metrics</c> to whoever has the token (<c>Authorization: Bearer</c>); for others it is not there.</summary>
    /// <param name="token">Null where nobody may.</param>
    public static void UseMetrics(this IApplicationBuilder app, string? token)
    {
        if (token is not null)
        {
            Answer(app, Encoding.UTF8.GetBytes($"Bearer {token}"));
        }
    }

    // Methods of their own, so that a process that tells nobody loads none of the libraries.
    private static void Answer(IApplicationBuilder app, byte[] authorization) =>
        app.UseOpenTelemetryPrometheusScrapingEndpoint(http => http.Request.Path == "/metrics" && HttpMethods.IsGet(http.Request.Method)
            && CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(http.Request.Headers.Authorization.ToString()), authorization));

    private static void Export(IServiceCollection services, string service, bool isSent, bool isFetched)
    {
        var version = typeof(Telemetry).Assembly.GetName().Version?.ToString();
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(service, serviceVersion: version).AddEnvironmentVariableDetector())
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter(Meters)
                .AddView(_ => new MetricStreamConfiguration { TagKeys = TelemetryAttributes.Allowed }));
        if (isFetched)
        {
            telemetry.WithMetrics(metrics => metrics.AddPrometheusExporter());
        }

        if (isSent)
        {
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter());
            telemetry.WithTracing(tracing => tracing
                .AddAspNetCoreInstrumentation(options => options.Filter = http => !http.Request.Path.StartsWithSegments("/health"))
                .AddHttpClientInstrumentation()
                .AddProcessor<AllowedAttributes>()
                .AddOtlpExporter());

            // Lines of libraries may quote what a stranger sent, and the issuer's name clients as they claim to be: the server's leave.
            services.AddLogging(logging => logging.AddFilter<OpenTelemetryLoggerProvider>(
                (category, level) => level >= LogLevel.Information
                    && Lines.Any(own => category?.StartsWith(own, StringComparison.Ordinal) == true)));
            telemetry.WithLogging(
                logging => logging.AddProcessor<PlainLines>().AddOtlpExporter(),
                options => options.IncludeFormattedMessage = true);
        }
    }
}
