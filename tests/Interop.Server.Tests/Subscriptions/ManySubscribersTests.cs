using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Interop.Demo;
using Interop.Server.Tests.FollowUp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace Interop.Server.Tests.Subscriptions;

/// <summary>
/// Subscribers of ten agencies, of which some are slow, dead, or cut the line when all has come, and come back: each is told all that it
/// may see, in order, each event under its one number. A few in a run of all tests; <c>INTEROP_SUBSCRIBERS=1000</c> for as many
/// (docs/measured.md).
/// </summary>
public class ManySubscribersTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Agencies = 10;
    private const string Slow = "agency6";
    private const string Cutting = "agency7";
    private const string Dead = "agency8";
    private const string Refused = "agency9";

    private static readonly int Each = int.Parse(
        Environment.GetEnvironmentVariable("INTEROP_SUBSCRIBERS") ?? "60", CultureInfo.InvariantCulture) / Agencies;

    private readonly ConcurrentDictionary<string, ConcurrentQueue<(string Event, string Focus)>> taken = new();
    private readonly ConcurrentDictionary<string, bool> broken = new();
    private WebApplication endpoints = null!;
    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        endpoints = await StartAsync();
        server = await RunningServer.StartAsync(
            settings: ["--Interop:Subscriptions:PrivateAddresses=true", "--Interop:Subscriptions:Tries=8"]);
        await server.ImportAsync(
            "crisis-program",
            [
                Fixtures.Organization("crisis-program", "crisis-program"),
                .. Enumerable.Range(0, Agencies).SelectMany(number =>
                    (string[])[Fixtures.Organization($"agency{number}", "hospital"), Fixtures.Agreement($"agency{number}")]),
                Fixtures.Patient("p1"), Fixtures.Patient("p2"),
                Fixtures.Encounter("e1", "p1"), Fixtures.Encounter("e2", "p2"),
            ]);
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await endpoints.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_is_lost_nothing_comes_twice_without_its_number_and_nothing_that_one_may_not_see()
    {
        var clock = Stopwatch.StartNew();
        var subscribers = await SubscribeAsync();
        using var navigator = server.As("navigator");
        (broken[Dead], broken[Refused], broken[Cutting]) = (true, true, true);
        await StepAsync(navigator, "e1", "p1", "onleave");
        await StepAsync(navigator, "e2", "p2", "onleave");
        await navigator.CreatedAsync("Consent", Refusal("p2", Refused));
        await StepAsync(navigator, "e2", "p2", "in-progress");
        broken.Clear();
        for (var tries = 0; tries < 4; tries++)
        {
            server.Clock.Advance(TimeSpan.FromHours(1));
            await server.QuietAsync();
        }

        await StepAsync(navigator, "e1", "p1", "finished");

        foreach (var subscriber in subscribers)
        {
            var events = taken[subscriber].ToList();
            var numbered = events.Distinct().ToList();
            Assert.Equal(Enumerable.Range(1, numbered.Count).Select(number => $"{number}"), numbered.Select(told => told.Event));
            Assert.True(events.Count == numbered.Count || subscriber.StartsWith(Cutting, StringComparison.Ordinal), subscriber);
            Assert.Equal("Encounter/e1", numbered[^1].Focus);
            Assert.Equal(
                !subscriber.StartsWith(Refused, StringComparison.Ordinal), numbered.Any(told => told.Focus == "Encounter/e2"));

            // Who was there was told each change; who was away, once of each resource.
            var wasAway = new[] { Cutting, Dead, Refused }.Any(name => subscriber.StartsWith(name, StringComparison.Ordinal));
            Assert.True(wasAway || numbered.Count == 4, $"{subscriber}: {string.Join(' ', numbered)}");
        }

        output.WriteLine(
            $"{subscribers.Count} subscribers, {taken.Values.Sum(events => events.Count)} messages in {clock.Elapsed.TotalSeconds:F0} s.");
    }

    private async Task<List<string>> SubscribeAsync()
    {
        var subscribers = new List<string>();
        foreach (var number in Enumerable.Range(0, Agencies))
        {
            var caller = new DemoCaller($"agency{number}", $"agency{number}", ["TREAT"], ["clinician"], "system/*.cruds");
            using var client = server.As(caller, ("sub", caller.ClientId));
            for (var each = 0; each < Each; each++)
            {
                var name = $"agency{number}.{each}";
                taken[name] = [];
                subscribers.Add(name);
                await client.CreatedAsync("Subscription", $$"""
                    {"resourceType":"Subscription","status":"requested","reason":"x",
                    "criteria":"{{Fixtures.Base}}/SubscriptionTopic/incident",
                    "channel":{"type":"rest-hook","endpoint":"{{endpoints.Urls.First()}}/{{name}}"} }
                    """);
            }
        }

        await server.QuietAsync();
        return subscribers;
    }

    private async Task StepAsync(HttpClient navigator, string encounter, string patient, string status)
    {
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        using var changed = await navigator.PutFhirAsync($"Encounter/{encounter}", Fixtures.Encounter(encounter, patient, status));
        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync());
        await server.QuietAsync();
    }

    private async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var application = builder.Build();
        application.MapPost("/{name}", TakeAsync);
        await application.StartAsync();
        return application;
    }

    private async Task TakeAsync(HttpContext http)
    {
        var name = http.Request.RouteValues["name"]!.ToString()!;
        var agency = name.Split('.')[0];
        using var document = await JsonDocument.ParseAsync(http.Request.Body);
        if (agency == Slow)
        {
            await Task.Delay(20);
        }

        if (agency is Dead or Refused && broken.ContainsKey(agency))
        {
            http.Response.StatusCode = 503;
            return;
        }

        var number = SubscriberEndpoint.Parameter(document.RootElement, "events-since-subscription-start")!;
        if (document.RootElement.GetProperty("entry") is var entries && entries.GetArrayLength() > 1)
        {
            taken[name].Enqueue((number, entries[1].GetProperty("fullUrl").GetString()![(RunningServer.PublicUrl.Length + 1)..]));
        }

        // All has come, and who sent it never learns that.
        if (agency == Cutting && broken.ContainsKey(agency) && taken[name].Count(told => told.Event == number) == 1)
        {
            http.Abort();
        }
    }

    private static string Refusal(string patient, string agency) => Fixtures.Consent("x", patient, agency, "basic", type: "deny")
        .Replace("\"id\":\"x\",", "", StringComparison.Ordinal);
}
