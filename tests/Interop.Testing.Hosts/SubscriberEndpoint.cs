using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Interop.Testing;

/// <summary>A subscriber's real endpoint on this machine: it keeps what it is sent, and answers as a test wants.</summary>
public sealed class SubscriberEndpoint : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ConcurrentQueue<(JsonElement Bundle, string? Secret)> received = new();

    private int waiting;
    private int givenUp;

    private SubscriberEndpoint(WebApplication application) => this.application = application;

    public string Url => application.Urls.First() + "/hook";

    /// <summary>The status of the next answers.</summary>
    public int Answer { get; set; } = 200;

    /// <summary>Whether the connection is cut once all has come, so that the sender never learns that it has.</summary>
    public bool Cuts { get; set; }

    /// <summary>While it is set, nothing is answered before it is done.</summary>
    public Task? Holds { get; set; }

    /// <summary>How many calls wait for their answer.</summary>
    public int Waiting => waiting;

    /// <summary>How many callers did not wait for their answer.</summary>
    public int GivenUp => givenUp;

    /// <summary>What was taken, in order.</summary>
    public IReadOnlyList<JsonElement> Received => [.. received.Select(item => item.Bundle)];

    public IReadOnlyList<string?> Secrets => [.. received.Select(item => item.Secret)];

    /// <summary>Numbers and focuses of the events that were taken.</summary>
    public IReadOnlyList<string> Events => [.. Received.SelectMany(EventsOf)];

    public static async Task<SubscriberEndpoint> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var application = builder.Build();
        var endpoint = new SubscriberEndpoint(application);
        application.MapPost("/hook", endpoint.TakeAsync);
        await application.StartAsync();
        return endpoint;
    }

    /// <summary>Waits until it has got so many messages.</summary>
    public async Task<IReadOnlyList<JsonElement>> WaitAsync(int count)
    {
        for (var tries = 0; received.Count < count; tries++)
        {
            Assert.True(tries < 600, $"{received.Count} of {count} messages have come.");
            await Task.Delay(50);
        }

        return Received;
    }

    /// <summary>The value of a parameter of the status that a message begins with.</summary>
    public static string? Parameter(JsonElement bundle, string name) => bundle.GetProperty("entry")[0].GetProperty("resource")
        .GetProperty("parameter").EnumerateArray()
        .Where(parameter => parameter.GetProperty("name").GetString() == name)
        .Select(parameter =>
            parameter.EnumerateObject().First(property => property.Name.StartsWith("value", StringComparison.Ordinal)).Value)
        .Select(value => value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetProperty("reference").GetString())
        .FirstOrDefault();

    public async ValueTask DisposeAsync() => await application.DisposeAsync();

    private static IEnumerable<string> EventsOf(JsonElement bundle) => bundle.GetProperty("entry")[0].GetProperty("resource")
        .GetProperty("parameter").EnumerateArray()
        .Where(parameter => parameter.GetProperty("name").GetString() == "notification-event")
        .Select(parameter => string.Join(' ', parameter.GetProperty("part").EnumerateArray().Select(part =>
            part.GetProperty("name").GetString() switch
            {
                "event-number" => part.GetProperty("valueString").GetString(),
                "focus" => part.GetProperty("valueReference").GetProperty("reference").GetString()![(RunningServer.PublicUrl.Length + 1)..],
                _ => null,
            }).OfType<string>()));

    private async Task TakeAsync(HttpContext http)
    {
        using var document = await JsonDocument.ParseAsync(http.Request.Body);
        if (Holds is { } held)
        {
            Interlocked.Increment(ref waiting);
            await held.WaitAsync(http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Interlocked.Decrement(ref waiting);
            if (http.RequestAborted.IsCancellationRequested)
            {
                Interlocked.Increment(ref givenUp);
                return;
            }
        }

        if (Answer is >= 200 and < 300)
        {
            received.Enqueue((document.RootElement.Clone(), http.Request.Headers.Authorization));
        }

        if (Cuts)
        {
            http.Abort();
        }

        http.Response.StatusCode = Answer;
    }
}
