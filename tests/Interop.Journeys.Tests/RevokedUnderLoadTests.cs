using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Interop.Identity.Accounts;
using Interop.Identity.Clients;
using Xunit.Abstractions;

namespace Interop.Journeys.Tests;

/// <summary>
/// What the issuer ends is over at the API in the midst of requests with a token that the API remembers: each request that starts after
/// the issuer's word is refused.
/// </summary>
public sealed class RevokedUnderLoadTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Search = "Organization?_count=1";
    private const int Workers = 8;

    private RunningIssuer issuer = null!;
    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        issuer = await RunningIssuer.StartAsync("--Identity:RequiresSecondFactor=false");
        var clock = new TestClock();
        clock.Advance(DateTimeOffset.UtcNow - clock.GetUtcNow());
        server = await RunningServer.StartAsync(
            null,
            clock,
            $"--Interop:Issuers:0:Authority={issuer.Issuer}",
            $"--Interop:Issuers:0:Audience={RunningIssuer.Audience}",
            "--Interop:Limits:UserPerMinute=1000000",
            "--Interop:Limits:ClientPerMinute=1000000",
            "--Interop:Limits:AddressPerMinute=1000000");
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Organization("general-hospital", "hospital"),
            Fixtures.Agreement("general-hospital"));
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await issuer.DisposeAsync();
    }

    [Fact]
    public async Task A_revoked_client_is_refused_and_another_goes_on()
    {
        var revoked = await Registered.BackendAsync(issuer);
        var other = await Registered.BackendAsync(issuer, clientId: "other");
        var token = (await revoked.TokenAsync(changed: ("scope", "system/Organization.rs"))).AccessToken;
        var untouched = (await other.TokenAsync(changed: ("scope", "system/Organization.rs"))).AccessToken;

        await RefusedAfterAsync(
            "client revoked", token, untouched, () => issuer.Get<ClientStore>().RevokeAsync(revoked.ClientId, CancellationToken.None));
    }

    [Theory]
    [InlineData("End")]
    [InlineData("EndAll")]
    [InlineData("Disable")]
    public async Task A_person_whose_session_or_account_has_ended_is_refused_and_another_goes_on(string end)
    {
        var app = await Registered.AppAsync(issuer);
        var person = await Person.AddAsync(issuer, hasFactor: false);
        var colleague = await Person.AddAsync(issuer, "bea", hasFactor: false);
        await using var browser = Browser.At(issuer);
        await using var elsewhere = Browser.At(issuer);
        var token =
            (await CodeFlow.TokensAsync(app, person, browser, changed: ("scope", "online_access user/Organization.rs"))).AccessToken;
        var untouched =
            (await CodeFlow.TokensAsync(app, colleague, elsewhere, changed: ("scope", "online_access user/Organization.rs"))).AccessToken;
        await browser.OpenAsync("/account");

        await RefusedAfterAsync(end, token, untouched, () => end == "Disable"
            ? issuer.Get<AccountStore>().DisableAsync("account-ana", CancellationToken.None)
            : browser.SubmitToAsync(end));
    }

    private async Task RefusedAfterAsync(string what, string token, string untouched, Func<Task> endAsync)
    {
        var answers = new ConcurrentQueue<(long Started, long Ended, HttpStatusCode Status)>();
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, Workers).Select(_ => Task.Run(() => AskAsync(token, answers, stop))).ToList();
        var control = new ConcurrentQueue<(long Started, long Ended, HttpStatusCode Status)>();
        load.Add(Task.Run(() => AskAsync(untouched, control, stop)));
        await Eventually.IsSoAsync(() => answers.Count >= 200);

        var asked = Stopwatch.GetTimestamp();
        await endAsync();
        var acknowledged = Stopwatch.GetTimestamp();
        await Eventually.IsSoAsync(() => answers.Count(answer => answer.Status == HttpStatusCode.Unauthorized) >= 200);
        var told = control.Count;
        await Eventually.IsSoAsync(() => control.Count > told);
        await stop.CancelAsync();
        await Task.WhenAll(load);

        var refused = answers.Where(answer => answer.Status == HttpStatusCode.Unauthorized).Min(answer => answer.Ended);
        Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Unauthorized, $"{answer.Status}"));
        Assert.DoesNotContain(answers, answer => answer.Started > refused && answer.Status == HttpStatusCode.OK);
        Assert.All(control, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        var late = answers.Count(answer => answer.Started > acknowledged && answer.Status == HttpStatusCode.OK);
        output.WriteLine(
            $"{what}: {answers.Count(answer => answer.Ended < acknowledged)} answered before, {late} that started after the "
                + $"acknowledgement, which took {Stopwatch.GetElapsedTime(asked, acknowledged).TotalMilliseconds:F0} ms");
        Assert.Equal(0, late);
    }

    private async Task AskAsync(
        string token, ConcurrentQueue<(long Started, long Ended, HttpStatusCode Status)> answers, CancellationTokenSource stop)
    {
        using var client = server.WithToken(token);
        while (!stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            using var response = await client.GetAsync(Search);
            answers.Enqueue((started, Stopwatch.GetTimestamp(), response.StatusCode));
        }
    }
}
