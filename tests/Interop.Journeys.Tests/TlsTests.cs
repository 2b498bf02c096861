using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Interop.Demo;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Journeys.Tests;

/// <summary>Server and issuer behind TLS of their own: real certificates, made for the test, on loopback.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority authority = new();
    private readonly TestAuthority strange = new();

    public TlsTests() => authority.Install(authority.Server()).Dispose();

    public void Dispose()
    {
        authority.Dispose();
        strange.Dispose();
    }

    [Theory]
    [InlineData("Interop")]
    [InlineData("Identity")]
    public async Task Without_an_authority_for_clients_anyone_may_connect_and_is_told_to_come_by_https_again(string process)
    {
        await using var running = await StartAsync(process);
        using var client = authority.Trusting(running.Address, null);

        using var response = await client.GetAsync("/health/live");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("max-age=", Assert.Single(response.Headers.GetValues("Strict-Transport-Security")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Interop")]
    [InlineData("Identity")]
    public async Task With_one_the_handshake_fails_for_all_but_its_clients(string process)
    {
        await using var running = await StartAsync(process, $"--{process}:ClientCertificateAuthority={authority.RootFile}");

        Assert.Null(await RefusalAsync(running.Address, authority.Client()));
        Assert.NotNull(await RefusalAsync(running.Address, null));
        Assert.NotNull(await RefusalAsync(running.Address, strange.Client()));
        Assert.NotNull(await RefusalAsync(running.Address, authority.Client(expired: true)));
        Assert.NotNull(await RefusalAsync(running.Address, authority.Server()));
        Assert.Null(await RefusalAsync(running.Address, authority.Client()));
    }

    [Theory]
    [InlineData("Interop")]
    [InlineData("Identity")]
    public async Task Where_certificates_are_allowed_who_has_none_connects_and_a_wrong_one_is_refused(string process)
    {
        await using var running = await StartAsync(
            process, $"--{process}:ClientCertificateAuthority={authority.RootFile}", $"--{process}:ClientCertificateMode=allow");

        Assert.Null(await RefusalAsync(running.Address, null));
        Assert.Null(await RefusalAsync(running.Address, authority.Client()));
        Assert.NotNull(await RefusalAsync(running.Address, strange.Client()));
    }

    [Theory]
    [InlineData("Interop")]
    [InlineData("Identity")]
    public async Task A_renewed_certificate_is_shown_without_a_restart(string process)
    {
        await using var running = await StartAsync(process);
        var before = await ShownAsync(running.Address);
        using var renewed = authority.Install(authority.Server());

        var shown = before;
        for (var attempt = 0; attempt < 300 && (shown == before || shown.Length == 0); attempt++)
        {
            await Task.Delay(100);
            shown = await ShownAsync(running.Address);
        }

        Assert.NotEqual(before, renewed.Thumbprint);
        Assert.Equal(renewed.Thumbprint, shown);
    }

    [Theory]
    [InlineData(
        "Interop",
        "ClientCertificateAuthority=nowhere.pem",
        "ClientCertificateAuthority names a file that can't be read as PEM certificates.")]
    [InlineData(
        "Identity",
        "ClientCertificateAuthority=nowhere.pem",
        "ClientCertificateAuthority names a file that can't be read as PEM certificates.")]
    [InlineData("Interop", "ClientCertificateMode=require", "ClientCertificateMode needs Interop:ClientCertificateAuthority.")]
    [InlineData("Identity", "ClientCertificateMode=sometimes", "ClientCertificateMode must be require or allow.")]
    public async Task A_wrong_setting_stops_the_process_with_a_sentence(string process, string setting, string sentence)
    {
        var failure =
            await Assert.ThrowsAnyAsync<Exception>(async () => await (await StartAsync(process, $"--{process}:{setting}")).DisposeAsync());

        Assert.EndsWith("SettingsException", failure.GetType().Name, StringComparison.Ordinal);
        Assert.Equal($"{process}:{sentence}", failure.Message);
    }

    [Fact]
    public async Task A_token_that_is_bound_to_a_certificate_is_good_on_connections_with_that_certificate_only()
    {
        await using var server = await RunningServer.StartAsync(
            null,
            null,
            "--Kestrel:Endpoints:Https:Url=https://127.0.0.1:0",
            $"--Kestrel:Endpoints:Https:Certificate:Path={authority.ServerFile}",
            $"--Kestrel:Endpoints:Https:Certificate:KeyPath={authority.ServerFile}",
            $"--Interop:ClientCertificateAuthority={authority.RootFile}",
            "--Interop:ClientCertificateMode=allow");
        using var own = authority.Client();
        using var other = authority.Client();
        var bound = Bound(server, new() { ["x5t#S256"] = Base64UrlEncoder.Encode(SHA256.HashData(own.RawData)) });

        Assert.Equal(HttpStatusCode.OK, await SearchAsync(server, own, bound));
        Assert.Equal(HttpStatusCode.Unauthorized, await SearchAsync(server, other, bound));
        Assert.Equal(HttpStatusCode.Unauthorized, await SearchAsync(server, null, bound));
        Assert.Equal(HttpStatusCode.OK, await SearchAsync(server, own, bound));
        Assert.Equal(HttpStatusCode.OK, await SearchAsync(server, null, Bound(server, null)));
        foreach (var odd in (Dictionary<string, object>[])
        [
            [],
            new() { ["x5t"] = "abc" },
            new() { ["x5t#S256"] = Base64UrlEncoder.Encode(SHA256.HashData(own.RawData)), ["kid"] = "more" },
            new() { ["x5t#S256"] = Base64UrlEncoder.Encode(SHA256.HashData(own.RawData)), ["jkt"] = "and-a-proof" },
            new() { ["x5t#S256"] = 12 },
        ])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await SearchAsync(server, own, Bound(server, odd)));
        }
    }

    private static string Bound(RunningServer server, Dictionary<string, object>? confirmation)
    {
        var claims = LoopbackIssuer.Claims(DemoCaller.All.Single(caller => caller.Name == "navigator"));
        if (confirmation is not null)
        {
            claims["cnf"] = confirmation;
        }

        return server.Issuer.Token(claims, DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
    }

    private async Task<HttpStatusCode> SearchAsync(RunningServer server, X509Certificate2? certificate, string token)
    {
        using var client = authority.Trusting(new Uri(server.Address, "/fhir/"), certificate);
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var response = await client.GetAsync("Organization?_count=1");
        return response.StatusCode;
    }

    /// <summary>Why a client does not come through, or null where it does.</summary>
    private async Task<string?> RefusalAsync(Uri address, X509Certificate2? certificate)
    {
        using var client = authority.Trusting(address, certificate);
        try
        {
            using var response = await client.GetAsync("/health/live");
            return response.IsSuccessStatusCode ? null : response.StatusCode.ToString();
        }
        catch (HttpRequestException failure)
        {
            return failure.ToString();
        }
        finally
        {
            certificate?.Dispose();
        }
    }

    private async Task<string> ShownAsync(Uri address)
    {
        var thumbprint = string.Empty;
        using var client = authority.Trusting(address, null, certificate => thumbprint = certificate.Thumbprint);
        try
        {
            using var response = await client.GetAsync("/health/live");
        }
        catch (HttpRequestException)
        {
            // The endpoint is being opened anew.
        }

        return thumbprint;
    }

    private async Task<Running> StartAsync(string process, params string[] settings)
    {
        var port = LoopbackPort.AnyForTwoOpenings(); // a renewed certificate opens the endpoint anew
        var address = new Uri($"https://127.0.0.1:{port.Number}");
        string[] tls =
        [
            $"--Kestrel:Endpoints:Https:Url={address.OriginalString}",
            $"--Kestrel:Endpoints:Https:Certificate:Path={authority.ServerFile}",
            $"--Kestrel:Endpoints:Https:Certificate:KeyPath={authority.ServerFile}",
            .. settings,
        ];
        return new(
            address,
            process == "Interop"
                ? await RunningServer.StartOnAsync(port, null, tls)
                : await RunningIssuer.StartAsync(port, [$"--Identity:Issuer={address.OriginalString}", .. tls]));
    }

    private sealed record Running(Uri Address, IAsyncDisposable Process) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }
}
