using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Interop.Hosting;

/// <summary>
/// Spans and metrics of requests, outgoing calls and the runtime for a collector (OpenTelemetry, OTLP). Off unless
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one. Attributes leave by name only (<see cref="TelemetryAttributes"/>): nothing of a path, a
/// query, a header or a body is among them.
/// </summary>
public static class Telemetry
{
    /// <summary>The setting that turns it on, https://opentelemetry.io/docs/specs/otel/protocol/exporter/.</summary>
    public const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <param name="service">The <c>service.name</c> where <c>OTEL_SERVICE_NAME</c> says none.</param>
    /// <exception cref="SettingsException">The collector's address is not one.</exception>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration, string service)
    {
        if (configuration[EndpointSetting] is { Length: > 0 } endpoint)
        {
            if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            {
                throw new SettingsException($"{EndpointSetting} must be an absolute http or https URL.");
            }

            Export(services, service);
        }

        return services;
    }

    /// <summary>A method of its own, so that a process without a collector loads none of the libraries.</summary>
    private static void Export(IServiceCollection services, string service)
    {
        var version = typeof(Telemetry).Assembly.GetName().Version?.ToString();
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(service, serviceVersion: version).AddEnvironmentVariableDetector())
            .WithTracing(tracing => tracing
                .AddAspNetCoreInstrumentation(options => options.Filter = http => !http.Request.Path.StartsWithSegments("/health"))
                .AddHttpClientInstrumentation()
                .AddProcessor<AllowedAttributes>()
                .AddOtlpExporter())
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddView(_ => new MetricStreamConfiguration { TagKeys = TelemetryAttributes.Allowed })
                .AddOtlpExporter());
    }
}
