using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Interop.Server.Tests.Routing;

/// <summary>A line for each request, from which nobody learns whom it was about.</summary>
public sealed class AccessLogTests
{
    [Fact]
    public async Task A_line_tells_status_interaction_template_and_client_and_nothing_of_the_person()
    {
        await using var server = await RunningServer.StartAsync(settings: "--Interop:AccessLog=true");
        using var lines = new Lines();
        server.Part<ILoggerFactory>().AddProvider(lines);
        await server.ImportAsync(
            "crisis-program", Fixtures.Organization("crisis-program", "crisis-program"), Fixtures.Patient("anabel-7"));
        using var client = server.As("privacy");
        using var stranger = server.WithToken(null);

        await client.GetJsonAsync("Patient/anabel-7");
        using var refused = await stranger.GetAsync("Patient?family=Testa");
        using var unmapped = await client.GetAsync("../no/such/place");

        Assert.Contains(lines.Texts, line => Matches(line, "200 ", " read /fhir/{type}/{id} demo-privacy"));
        Assert.Contains(lines.Texts, line => Matches(line, "401 ", " search-type /fhir/{type} -"));
        Assert.Contains(lines.Texts, line => Matches(line, "404 ", " - - -") || Matches(line, "404 ", " - - demo-privacy"));
        Assert.DoesNotContain(lines.Texts, line => line.Contains("anabel", StringComparison.Ordinal));
        Assert.DoesNotContain(lines.Texts, line => line.Contains("Testa", StringComparison.Ordinal));
    }

    private static bool Matches(string line, string beginning, string end) =>
        line.StartsWith(beginning, StringComparison.Ordinal) && line.EndsWith(end, StringComparison.Ordinal);

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Texts { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Texts.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
