using System.Data.Common;
using System.Text.Json;
using Interop.Identity.Authorization;
using Interop.Identity.Clients;
using Interop.Identity.Database;
using Interop.Identity.RevocationFeed;
using Interop.Identity.Tokens;

namespace Interop.Identity.Tests.Operation;

/// <summary>What the tables promise whichever database keeps them.</summary>
public abstract class TablesTests(DatabaseKind database) : IAsyncLifetime
{
    private protected RunningIssuer issuer = null!;

    public async Task InitializeAsync() => issuer = await RunningIssuer.StartAsync(database);

    public async Task DisposeAsync() => await issuer.DisposeAsync();

    [Fact]
    public async Task The_database_holds_no_secret_in_the_clear()
    {
        var app = await Registered.AppAsync(issuer);
        await using var browser = Browser.At(issuer);
        var flow = new CodeFlow(app);
        var code = await flow.CodeAsync(await Person.AddAsync(issuer), browser);
        var tokens = await flow.RedeemAsync(code);

        var bytes = await EverythingAsync();
        foreach (var secret in (string[])[code, tokens["refresh_token"]!, tokens.AccessToken, Person.Password, "PRIVATE KEY"])
        {
            Assert.DoesNotContain(secret, bytes, StringComparison.Ordinal);
        }

        Assert.Contains("account-ana", bytes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strangers_who_play_followers_push_no_real_one_out()
    {
        var followers = issuer.Get<FollowerStore>();
        await followers.HearAsync("real", 1, CancellationToken.None);
        foreach (var stranger in Enumerable.Range(0, 1000))
        {
            await followers.HearAsync($"stranger-{stranger}", 0, CancellationToken.None);
        }

        await followers.HearAsync("real", 2, CancellationToken.None);

        var known = await issuer.Get<IdentityDatabase>().ListAsync<long>("SELECT known FROM follower", new { }, CancellationToken.None);
        Assert.Equal(1000, known.Count);
        Assert.Contains(2, known);
    }

    [Fact]
    public async Task What_has_expired_for_a_day_is_gone()
    {
        var app = await Registered.AppAsync(issuer);
        await using var browser = Browser.At(issuer);
        await CodeFlow.TokensAsync(app, await Person.AddAsync(issuer), browser);
        var client = await Registered.BackendAsync(issuer);
        Assert.Equal((1, 1), await KeptAsync());

        issuer.Clock.Advance(TimeSpan.FromDays(2));
        await client.TokenAsync();
        Assert.Equal((0, 1), await KeptAsync());

        issuer.Clock.Advance(TimeSpan.FromDays(14));
        await client.TokenAsync();
        Assert.Equal((0, 0), await KeptAsync());

        async Task<(int Codes, int RefreshTokens)> KeptAsync()
        {
            var database = issuer.Get<IdentityDatabase>();
            return (
                (await database.ListAsync<string>("SELECT hash FROM authorization_code", new { }, CancellationToken.None)).Count,
                (await database.ListAsync<string>("SELECT hash FROM refresh_token", new { }, CancellationToken.None)).Count);
        }
    }

    [Fact]
    public async Task Who_follows_the_feed_is_told_of_every_revocation_though_many_happen_at_once()
    {
        await using var second = await RunningIssuer.StartAsync(issuer);
        const int writers = 8, each = 40;
        var following = Task.WhenAll(FollowAsync(issuer, writers * each), FollowAsync(second, writers * each));

        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            var grants = (writer % 2 == 0 ? issuer : second).Get<GrantStore>();
            for (var number = 0; number < each; number++)
            {
                await grants.RevokeTokenAsync($"{writer}-{number}", issuer.Clock.GetUtcNow().AddMinutes(5), CancellationToken.None);
            }
        })));

        var expected = Enumerable.Range(0, writers)
            .SelectMany(writer => Enumerable.Range(0, each).Select(number => Secret.Hash($"jti:{writer}-{number}")))
            .Order(StringComparer.Ordinal);
        foreach (var told in await following)
        {
            Assert.Equal(expected, told.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task The_trail_cannot_be_changed_or_cut()
    {
        await issuer.Http.GetAsync("/authorize");
        Assert.NotEmpty(await issuer.TrailAsync());
        string[] attempts = ["DELETE FROM security_event", "UPDATE security_event SET outcome = 'ok'", .. database == DatabaseKind.Postgres
            ? ["TRUNCATE security_event"]
            : Array.Empty<string>()];
        foreach (var sql in attempts)
        {
            await Assert.ThrowsAnyAsync<DbException>(
                () => issuer.Get<IdentityDatabase>().ExecuteAsync(sql, new { }, CancellationToken.None));
        }
    }

    [Fact]
    public async Task Statements_of_one_call_take_effect_together_or_not_at_all()
    {
        const string sql = """
            INSERT INTO seen (source, jti, expires_at) VALUES ('a', 'b', 1);
            INSERT INTO seen (source, jti, expires_at) VALUES ('a', NULL, 1);
            """;

        await Assert.ThrowsAnyAsync<DbException>(() => issuer.Get<IdentityDatabase>().ExecuteAsync(sql, new { }, CancellationToken.None));

        Assert.Empty(await issuer.Get<IdentityDatabase>().ListAsync<string>("SELECT jti FROM seen", new { }, CancellationToken.None));
    }

    [Fact]
    public async Task Keys_made_at_once_by_two_instances_leave_one_that_is_newest()
    {
        await using var second = await RunningIssuer.StartAsync(issuer);

        await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(number => (number % 2 == 0 ? issuer : second).Get<SigningKeys>().RotateAsync(false, CancellationToken.None)));

        Assert.Single(await issuer.Get<IdentityDatabase>()
            .ListAsync<string>("SELECT kid FROM signing_key WHERE published_to IS NULL", new { }, CancellationToken.None));
    }

    [Fact]
    public async Task A_follower_that_is_ahead_of_a_restored_database_is_told_everything_anew()
    {
        await Registered.BackendAsync(issuer, clientId: "ended");
        await issuer.Get<ClientStore>().RevokeAsync("ended", CancellationToken.None);

        var answer = await issuer.GetJsonAsync($"/revocations?after=1000000&follower={Guid.NewGuid():N}");

        Assert.Single(answer.GetProperty("revoked").EnumerateArray());
        Assert.InRange(answer.GetProperty("last").GetInt64(), 1, 999_999);
    }

    [Fact]
    public async Task What_a_person_allowed_in_the_sandbox_ends_when_the_client_goes_live()
    {
        var trial = new Client(
            "trial",
            "Trial",
            "Organization/general-hospital",
            [Client.AuthorizationCode],
            ["openid", "fhirUser", "offline_access", "user/*.rs"],
            ["TREAT"],
            [],
            [Registered.Redirect], null, null, false, true);
        await issuer.Get<ClientStore>().AddAsync(trial, CancellationToken.None);
        var app = new Registered(issuer, "trial", null);
        var person = await Person.AddAsync(issuer);
        await using var browser = Browser.At(issuer);
        var tokens = await CodeFlow.TokensAsync(app, person, browser);

        Assert.True(await issuer.Get<ClientStore>().SetLiveAsync("trial", CancellationToken.None));

        Assert.Equal("invalid_grant", (await CodeFlow.RefreshAsync(app, tokens["refresh_token"]!))["error"]);
        Assert.Null(await browser.OpenAsync(new CodeFlow(app).Link()));
        Assert.StartsWith("/consent?", browser.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Introspection_tells_a_token_of_the_sandbox_from_a_live_one()
    {
        var trial = await Registered.BackendAsync(issuer, clientId: "trial", isSandbox: true);
        var live = await Registered.BackendAsync(issuer, clientId: "live");

        var ofTrial = await trial.PostAsync(issuer, "/introspect", new() { ["token"] = (await trial.TokenAsync()).AccessToken });
        var ofLive = await live.PostAsync(issuer, "/introspect", new() { ["token"] = (await live.TokenAsync()).AccessToken });

        Assert.Equal(("True", null), (ofTrial["sandbox"], ofLive["sandbox"]));
    }

    private protected static async Task<List<string>> FollowAsync(RunningIssuer at, int count)
    {
        var told = new List<string>();
        var (last, follower) = (0L, Guid.NewGuid().ToString("N"));
        while (told.Count < count)
        {
            var answer = await at.GetJsonAsync($"/revocations?after={last}&follower={follower}");
            var news = answer.GetProperty("revoked").Deserialize<string[]>()!;
            if (news.Length == 0)
            {
                break; // nothing for as long as the feed waits: whatever is missing was skipped
            }

            told.AddRange(news);
            last = answer.GetProperty("last").GetInt64();
        }

        return told;
    }

    /// <summary>All that the database holds, as text.</summary>
    private async Task<string> EverythingAsync()
    {
        if (issuer.Settings.SqlitePath is { } path)
        {
            // The log first: what leaves it meanwhile is then in the database.
            return await ReadAsync(path + "-wal") + await ReadAsync(path);
        }

        var tables = issuer.Get<IdentityDatabase>();
        var names =
            await tables.ListAsync<string>("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", new { }, CancellationToken.None);
        var rows = new List<string>();
        foreach (var name in names)
        {
            rows.AddRange(await tables.ListAsync<string>($"SELECT t::text FROM {name} t", new { }, CancellationToken.None));
        }

        return string.Join('\n', rows);
    }

    /// <summary>The bytes of a file; none where SQLite has just merged its log into the database and taken it away.</summary>
    private static async Task<string> ReadAsync(string path)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file, System.Text.Encoding.Latin1);
            return await reader.ReadToEndAsync();
        }
        catch (FileNotFoundException)
        {
            return string.Empty;
        }
    }
}
