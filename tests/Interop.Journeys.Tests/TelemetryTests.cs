using System.Net;
using System.Text;
using Interop.Hosting;

namespace Interop.Journeys.Tests;

/// <summary>What a collector is told of requests: which routes, how often, how long. Never about whom.</summary>
public sealed class TelemetryTests
{
    private static readonly string[] Secrets = ["person-4711", "Spanowski", "Thesecond", "Notyetborn", "Sesame"];

    [Fact]
    public async Task No_id_name_or_query_of_a_person_is_in_a_span_a_metric_or_a_line()
    {
        await using var collector = await Collector.StartAsync();
        await using (var server = await RunningServer.StartAsync(null, null, [.. collector.Settings, "--Interop:AccessLog=true"]))
        {
            await server.ImportAsync(
                "crisis-program", Fixtures.Organization("crisis-program", "crisis-program"), Fixtures.Patient("person-4711", "Spanowski"));
            using var http = server.As("navigator");
            http.DefaultRequestHeaders.Add("User-Agent", "Sesame/1");
            http.DefaultRequestHeaders.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            http.DefaultRequestHeaders.Add("tracestate", "vendor=Sesame");
            http.DefaultRequestHeaders.Add("baggage", "who=Spanowski");

            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("Patient/person-4711")).StatusCode);
            Assert.Contains(
                "person-4711", await http.GetStringAsync("Patient?family=Spanowski&birthdate=1988-02-29"), StringComparison.Ordinal);
            Assert.Equal(
                HttpStatusCode.OK,
                (await http.PostAsync("Patient/_search", new FormUrlEncodedContent([new("family", "Spanowski")]))).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("Patient/person-4711/Thesecond/Notyetborn")).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("Sesame/person-4711/_history")).StatusCode);
            await http.PutAsync(
                "Patient/person-4711",
                new StringContent("""{"resourceType":"Patient","id":"Thesecond"}""", Encoding.UTF8, "application/fhir+json"));
            await http.SendAsync(new HttpRequestMessage(new HttpMethod("SESAME"), "Patient/person-4711"));
        }

        Assert.Contains("GET /fhir/{type}/{id}", collector.Spans, StringComparison.Ordinal);
        Assert.Contains("_OTHER", collector.Spans, StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", collector.Metrics, StringComparison.Ordinal);
        Assert.Contains("/fhir/{type}/{id}", collector.Metrics, StringComparison.Ordinal);
        Assert.Contains("read /fhir/{type}/{id} demo-navigator", collector.Logs, StringComparison.Ordinal);
        foreach (var text in new[] { collector.Spans, collector.Metrics, collector.Logs })
        {
            Assert.DoesNotContain("url.", text.Replace("url.scheme", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.All(Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task The_issuer_tells_of_no_user_client_code_or_token()
    {
        await using var collector = await Collector.StartAsync();
        string token;
        await using (var issuer = await RunningIssuer.StartAsync(collector.Settings))
        {
            var client = await Registered.BackendAsync(issuer);
            token = (await client.TokenAsync()).AccessToken;
            await issuer.Http.GetAsync("/authorize?client_id=Spanowski&state=Sesame&code_challenge=Thesecond");
            await issuer.Http.GetAsync("/clients/person-4711");
            await issuer.Http.GetAsync("/account?returnUrl=Sesame");
        }

        Assert.Contains("POST /token", collector.Spans, StringComparison.Ordinal);
        Assert.Contains("GET /authorize", collector.Spans, StringComparison.Ordinal);
        Assert.DoesNotContain(token, collector.Spans, StringComparison.Ordinal);
        var told = collector.Spans + collector.Metrics + collector.Logs;
        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, told, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_collector_that_is_no_address_stops_the_start()
    {
        var wrong = await Assert.ThrowsAsync<SettingsException>(
            () => RunningServer.StartAsync(null, null, "--OTEL_EXPORTER_OTLP_ENDPOINT=somewhere"));

        Assert.Equal("OTEL_EXPORTER_OTLP_ENDPOINT must be an absolute http or https URL.", wrong.Message);
    }
}
