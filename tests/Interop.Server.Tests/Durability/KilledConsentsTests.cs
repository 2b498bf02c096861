using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;
using Interop.Demo;
using Interop.Server.Tests.FollowUp;
using static Interop.Server.Tests.Consents.SceneConsent;

namespace Interop.Server.Tests.Durability;

/// <summary>
/// A process that is killed while consents are filed and revoked at it, again and again: what it acknowledged is in effect, each of the
/// others is there whole or not at all, and who listens is told of it, of nothing twice. Here it is the only one, and is started again.
/// </summary>
public class KilledConsentsTests : IAsyncLifetime
{
    private const string Custodian = "crisis-program";
    private const int Rounds = 3;
    private const int Lanes = 6;
    private const int Each = 12;
    private const int Enough = 12;

    private static readonly string[] Settings = ["--Interop:Subscriptions:PrivateAddresses=true"];

    private readonly TestClock clock = TestClock.AtNow();
    private readonly ConcurrentDictionary<int, Acknowledged> known = new();
    private string setting = null!;
    private RunningServer? here;
    private LoopbackIssuer issuer = null!;
    private SubscriberEndpoint endpoint = null!;

    private enum Acknowledged
    {
        /// <summary>It was begun: nobody knows.</summary>
        Nothing,
        Filed,
        Revoked,
    }

    /// <summary>Whether a server lives beside the one that is killed: what was acknowledged counts there with the next request.</summary>
    protected virtual bool IsBeside => false;

    public async Task InitializeAsync()
    {
        setting = await ServerDatabase.CreateAsync();
        endpoint = await SubscriberEndpoint.StartAsync();
        clock.Run(); // the process has the system's time
        here = await HereAsync();
        issuer = here.Issuer;
        await here.ImportAsync(
            Custodian,
            [
                Fixtures.Organization(Custodian, "crisis-program"), Fixtures.Organization("city-hospital", "hospital"),
                Fixtures.Agreement("city-hospital", labels: ["PSY"]),
                """{"resourceType":"Practitioner","id":"writer","name":[{"family":"Writer"}]}""",
                .. Enumerable.Range(0, Rounds * Lanes * Each).SelectMany(number => (string[])
                [
                    Fixtures.Patient($"p{number}"), Fixtures.Condition($"c{number}", $"p{number}"),
                    Fixtures.Referral($"r{number}", $"p{number}"), Fixtures.ReferralTask($"t{number}", $"p{number}", $"r{number}"),
                ]),
            ]);
        using var navigator = here.AsSystem("navigator");
        await navigator.CreatedAsync("Subscription", $$"""
            {"resourceType":"Subscription","status":"requested","reason":"x","criteria":"{{Fixtures.Base}}/SubscriptionTopic/consent",
            "channel":{"type":"rest-hook","endpoint":"{{endpoint.Url}}","_payload":{"extension":[{
            "url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content",
            "valueCode":"full-resource"}]} } }
            """);
        await endpoint.WaitAsync(1);
    }

    public async Task DisposeAsync()
    {
        await EndHereAsync();
        await endpoint.DisposeAsync();
        await ServerDatabase.DropAsync(setting);
    }

    [Fact]
    public async Task What_was_acknowledged_is_in_effect_and_nothing_is_half_there()
    {
        for (var round = 0; round < Rounds; round++)
        {
            if (!IsBeside)
            {
                await EndHereAsync();
            }

            await FileUntilKilledAsync(round);
            here ??= await HereAsync();
            await EverythingIsWholeAsync(here);
        }

        Assert.True(known.Values.Count(state => state == Acknowledged.Revoked) >= Rounds, "Hardly anything was revoked before the kills.");
        await EachIsToldAsync();
        var verification = await here!.Rows.VerifyAuditAsync(CancellationToken.None);
        Assert.True(verification.Holds, verification.Problem);
    }

    private async Task FileUntilKilledAsync(int round)
    {
        using var process = await BesideServer.StartAsync(issuer, setting, Settings);
        var (count, enough) = (0, new TaskCompletionSource());
        var lanes = Enumerable.Range(0, Lanes).Select(async lane =>
        {
            try
            {
                using var navigator = Client(process.Address, "navigator");
                foreach (var number in Enumerable.Range(((round * Lanes) + lane) * Each, Each))
                {
                    await FileAndRevokeAsync(navigator, number);
                    if (Interlocked.Increment(ref count) == Enough)
                    {
                        enough.SetResult();
                    }
                }
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException or TaskCanceledException)
            {
                // It was killed, perhaps before it could say what it has done.
            }
        }).ToList();
        await Task.WhenAny(enough.Task, Task.WhenAll(lanes));
        await process.KillAsync();
        await Task.WhenAll(lanes);
        Assert.True(enough.Task.IsCompletedSuccessfully, process.Said);
    }

    /// <summary>Of five persons one does not take it back; a third each signs the form, has it scanned, or entered by hand.</summary>
    private async Task FileAndRevokeAsync(HttpClient navigator, int number)
    {
        known[number] = Acknowledged.Nothing;
        using var filed = await ((number % 3) switch
        {
            0 => navigator.PostFhirAsync(
                "Consent/$file-consent", Filing(Response($"p{number}", $"{DateTimeOffset.UtcNow.AddMinutes(-1):o}", Signed()))),
            1 => navigator.PostFhirAsync("Consent/$file-consent", Filing(Scan($"p{number}"), ByHand(number))),
            _ => navigator.PostFhirAsync("Consent", ByHand(number)),
        });
        Assert.True((int)filed.StatusCode == 201, await filed.Content.ReadAsStringAsync());
        known[number] = Acknowledged.Filed;
        await CountsAsync(number, 200);
        if (number % 5 == 4)
        {
            return;
        }

        var segments = filed.Headers.Location!.AbsolutePath.Split('/');
        var id = segments[Array.IndexOf(segments, "Consent") + 1];
        known[number] = Acknowledged.Nothing;
        using var revoked = number % 3 == 2
            ? await navigator.PutFhirAsync($"Consent/{id}", ByHand(number, id, "inactive"))
            : await navigator.PostFhirAsync($"Consent/{id}/$revoke-consent", """{"resourceType":"Parameters"}""");
        Assert.True((int)revoked.StatusCode == 200, await revoked.Content.ReadAsStringAsync());
        known[number] = Acknowledged.Revoked;
        await CountsAsync(number, 404);
    }

    /// <summary>With the next request, at the server beside.</summary>
    private async Task CountsAsync(int number, int status)
    {
        if (IsBeside)
        {
            using var hospital = Client(here!.Address, "hospital");
            using var read = await hospital.GetAsync($"Condition/c{number}");
            Assert.Equal(status, (int)read.StatusCode);
        }
    }

    /// <summary>What was stored, and what the server says of who sees it: what a failure is understood by.</summary>
    private async Task<string> WhyAsync(RunningServer server, int number, Acknowledged state, IReadOnlyList<JsonElement> found)
    {
        using var officer = Client(server.Address, "privacy");
        var path = $"Patient/p{number}/$explain-access?organization=Organization/city-hospital&resource=Condition/c{number}";
        using var why = await officer.GetAsync(new Uri(path, UriKind.Relative));
        return $"p{number}, {state}: {string.Concat(found)} {await why.Content.ReadAsStringAsync()}";
    }

    private async Task EverythingIsWholeAsync(RunningServer server)
    {
        using var navigator = Client(server.Address, "navigator");
        using var hospital = Client(server.Address, "hospital");
        foreach (var (number, state) in known)
        {
            var found = await ConsentsAsync(navigator, number);
            Assert.True(found.Count <= 1, $"p{number} has {found.Count} consents.");
            var status = found is [var consent] ? consent.Text("status") : null;
            Assert.True(state switch
            {
                Acknowledged.Filed => status == "active",
                Acknowledged.Revoked => status == "inactive",
                _ => true,
            }, $"{state} was acknowledged, and p{number} has a consent that is {status ?? "not there"}.");

            // What counts, what proves it, the person's copy, who took it back, and the work that rested on it.
            using var read = await hospital.GetAsync($"Condition/c{number}");
            Assert.True((int)read.StatusCode == (status == "active" ? 200 : 404), await WhyAsync(server, number, state, found));
            var proofs = (await navigator.GetJsonAsync($"QuestionnaireResponse?subject=Patient/p{number}")).Keys()
                .Concat((await navigator.GetJsonAsync($"DocumentReference?subject=Patient/p{number}")).Keys());
            Assert.Equal(found.Select(Source).OfType<string>(), proofs);
            Assert.Equal(status is null || number % 3 == 2, !proofs.Any());
            Assert.Equal(status is not null && number % 3 == 0, found.Any(HasCopy));
            foreach (var one in found)
            {
                var records = (await navigator.GetJsonAsync($"Provenance?target=Consent/{one.Text("id")}")).Keys().Count;
                Assert.Equal((number, status, status == "inactive" ? 1 : 0), (number, status, records));
            }

            var task = await navigator.GetJsonAsync($"Task/t{number}");
            Assert.Equal(status == "inactive" ? "cancelled" : "requested", task.Text("status"));
        }
    }

    /// <summary>Each consent at last as it stands, nothing twice; of two changes that wait the last is told.</summary>
    private async Task EachIsToldAsync()
    {
        clock.Advance(TimeSpan.FromHours(1)); // whom a process told when it was killed, nobody tells before its lease has ended
        await here!.QuietAsync();

        // One of which a server that was killed never learned that it had come is sent again, under its number.
        var events = endpoint.Events.Distinct().Select(told => told.Split(' ')).ToList();
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(told => int.Parse(told[0], null)).Order());
        var times = events.CountBy(told => told[1]).ToDictionary();
        var last = endpoint.Received.SelectMany(bundle => bundle.GetProperty("entry").EnumerateArray().Skip(1))
            .Select(entry => entry.GetProperty("resource")).GroupBy(consent => $"Consent/{consent.Text("id")}")
            .ToDictionary(consent => consent.Key, consent => consent.Last().Text("status"));
        using var navigator = Client(here!.Address, "navigator");
        foreach (var number in known.Keys)
        {
            foreach (var consent in await ConsentsAsync(navigator, number))
            {
                var (key, status) = ($"Consent/{consent.Text("id")}", consent.Text("status"));
                Assert.InRange(times.GetValueOrDefault(key), 1, status == "inactive" ? 2 : 1);
                Assert.Equal(status, last[key]);
                times.Remove(key);
            }
        }

        Assert.Empty(times);
    }

    private static async Task<List<JsonElement>> ConsentsAsync(HttpClient client, int number)
    {
        var found = await client.GetJsonAsync($"Consent?patient=Patient/p{number}");
        return [.. found.Keys().Select((_, index) => found.GetProperty("entry")[index].GetProperty("resource"))];
    }

    private static string? Source(JsonElement consent) =>
        consent.TryGetProperty("sourceReference", out var source) ? source.Text("reference") : null;

    private static bool HasCopy(JsonElement consent) =>
        consent.TryGetProperty("text", out var text) && text.Text("div").Contains("Ana Testa", StringComparison.Ordinal);

    private static string ByHand(int number, string id = "sent", string status = "active") =>
        Fixtures.Consent(id, $"p{number}", "city-hospital", status: status);

    private Task<RunningServer> HereAsync() =>
        RunningServer.StartAsync(setting.Replace("sqlite:", string.Empty, StringComparison.Ordinal), clock, Settings);

    private async Task EndHereAsync()
    {
        if (here is not null)
        {
            await here.DisposeAsync();
            here = null;
        }
    }

    private HttpClient Client(Uri address, string name)
    {
        var token = issuer.Token(
            DemoCaller.All.Single(caller => caller.Name == name), DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
        var client = new HttpClient { BaseAddress = new Uri(address, "/fhir/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}

/// <summary>The same beside a server that lives on.</summary>
public sealed class PostgresKilledConsentsTests : KilledConsentsTests
{
    public PostgresKilledConsentsTests() => ServerDatabase.Kind = DatabaseKind.Postgres;

    protected override bool IsBeside => true;
}
