using System.Net;

namespace Interop.Identity.Tests.Operation;

/// <summary>The executable's verbs, run as a process beside a running issuer.</summary>
public abstract class VerbsTests(DatabaseKind database) : IAsyncLifetime
{
    private RunningIssuer issuer = null!;

    public async Task InitializeAsync() => issuer = await RunningIssuer.StartAsync(database);

    public async Task DisposeAsync() => await issuer.DisposeAsync();

    [Fact]
    public async Task A_client_is_added_used_listed_and_revoked_while_the_issuer_runs()
    {
        var key = ClientKey.Ec();
        var jwks = Path.Combine(issuer.Folder, "jwks.json");
        await File.WriteAllTextAsync(jwks, key.Jwks);
        var client = new Registered(issuer, "hospital", key);

        Assert.Equal(
            (0, "Registered hospital."),
            await RunAsync(
                "client",
                "add",
                "hospital",
                "--name",
                "Hospital",
                "--agency",
                "Organization/general-hospital",
                "--scope",
                "system/*.rs",
                "--purpose",
                "TREAT",
                "--backend",
                "--jwks",
                jwks));
        Assert.Equal(HttpStatusCode.OK, (await client.TokenAsync()).Status);
        Assert.Contains(
            "hospital\tlive\tOrganization/general-hospital\tsystem/*.rs",
            (await RunAsync("client", "list")).Output,
            StringComparison.Ordinal);
        Assert.Equal((0, "Revoked hospital."), await RunAsync("client", "revoke", "hospital"));
        Assert.Equal("invalid_client", (await client.TokenAsync())["error"]);
        Assert.Equal((2, "There is no active client hospital."), await RunAsync("client", "revoke", "hospital"));
        Assert.Equal(2, (await RunAsync("client", "add", "x", "--name", "X", "--agency", "x", "--scope", "y", "--backend")).Status);
        Assert.Contains(await issuer.TrailAsync(), row => row is { Kind: "client-revoked", Client: "hospital" });
    }

    [Fact]
    public async Task A_user_is_added_signs_in_and_is_disabled()
    {
        var password = Path.Combine(issuer.Folder, "password");
        await File.WriteAllTextAsync(password, Person.Password + "\n");
        await using var browser = Browser.At(issuer);

        Assert.Equal(
            (0, "Added bo."),
            await RunAsync(
                "user", "add", "Bo", "--display-name", "Bo", "--agency", "Organization/police", "--role", "officer", "--password-file",
                password));
        await browser.OpenAsync("/sign-in");
        await browser.SubmitAsync(("UserName", "BO"), ("Password", Person.Password));
        Assert.Equal("/account", browser.Path);
        Assert.Contains(
            "bo\tpassword only\tOrganization/police\tofficer", (await RunAsync("user", "list")).Output, StringComparison.Ordinal);
        Assert.Equal((2, "There is no role king."), await RunAsync(
            "user", "add", "king", "--display-name", "K", "--agency", "Organization/x", "--role", "king", "--password-file", password));
        Assert.Equal((0, "Disabled bo."), await RunAsync("user", "disable", "bo"));
        await browser.OpenAsync("/account");
        Assert.StartsWith("/sign-in", browser.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_rotated_beside_the_running_issuer()
    {
        await issuer.Http.GetStringAsync("/jwks");

        var (status, output) = await RunAsync("key", "rotate");

        Assert.Equal(0, status);
        var keys = (await issuer.GetJsonAsync("/jwks")).GetProperty("keys").EnumerateArray().ToList();
        Assert.Equal(2, keys.Count);
        Assert.Contains(keys[1].GetProperty("kid").GetString()!, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_is_made_by_migrate_and_again_does_no_harm()
    {
        var other = await RunningIssuer.NewDatabaseAsync(database, issuer.Folder);

        Assert.Equal(0, (await RunAsync("migrate", "--database", other)).Status);
        Assert.Equal(0, (await RunAsync("migrate", "--database", other)).Status);
        Assert.Equal((0, "Registered rotated."), await RunAsync(
            "client",
            "add",
            "rotated",
            "--database",
            other,
            "--name",
            "N",
            "--agency",
            "Organization/x",
            "--scope",
            "openid",
            "--redirect-uri",
            "https://app.example/callback"));
        Assert.Equal((0, "rotated\tlive\tOrganization/x\topenid"), await RunAsync("client", "list", "--database", other));
        if (database == DatabaseKind.Postgres)
        {
            await PostgresCluster.DropDatabaseAsync(other["postgres:".Length..]);
        }
    }

    private Task<(int Status, string Output)> RunAsync(params string[] arguments) => Executable.RunAsync(issuer, arguments);
}
