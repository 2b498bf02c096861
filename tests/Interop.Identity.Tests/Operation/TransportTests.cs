using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Interop.Demo;

namespace Interop.Identity.Tests.Operation;

/// <summary>What happens below the protocols: slow senders, and a certificate of our own.</summary>
public sealed class TransportTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private RunningIssuer issuer = null!;

    public async Task InitializeAsync() => issuer = await RunningIssuer.StartAsync();

    public async Task DisposeAsync() => await issuer.DisposeAsync();

    [Fact]
    public async Task A_body_that_trickles_is_given_up_and_on_the_trail()
    {
        const string head =
            "POST /token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n";

        var answer = await TrickleAsync(head, "a");

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains(
            await issuer.TrailAsync(),
            row => row is { Kind: "request", Outcome: "refused", Reason: "The request is malformed, too large or too slow (408)." });
    }

    [Fact]
    public async Task Headers_that_trickle_are_given_up() =>
        Assert.StartsWith(
            "HTTP/1.1 408 ", await TrickleAsync("GET /jwks HTTP/1.1\r\nHost: 127.0.0.1\r\n", "X-A: b\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task With_https_cookies_are_for_this_host_and_secure_only_and_browsers_are_told_to_stay()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
        var file = Path.Combine(issuer.Folder, "certificate.pem");
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(file + ".key", key.ExportPkcs8PrivateKeyPem());
        await Person.AddAsync(issuer, hasFactor: false);
        var port = LoopbackPort.Any();
        var url = $"https://127.0.0.1:{port.Number}";
        await using var secure = await RunningIssuer.StartAsync(
            issuer,
            port,
            $"--urls={url}",
            $"--Identity:Issuer={url}",
            $"--Kestrel:Certificates:Default:Path={file}",
            $"--Kestrel:Certificates:Default:KeyPath={file}.key");
        var cookies = new CookieContainer();
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = cookies };
        handler.SslOptions.RemoteCertificateValidationCallback =
            (_, presented, _, _) => presented!.GetCertHashString() == certificate.GetCertHashString();
        using var http = new HttpClient(handler) { BaseAddress = new Uri(url) };

        using var page = await http.GetAsync("/sign-in");
        var html = await page.Content.ReadAsStringAsync();
        var token = html.Split("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"")[1].Split('"')[0];
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>
            {
                ["UserName"] = "ana", ["Password"] = Person.Password, ["__RequestVerificationToken"] = token
            });
        using var answer = await http.PostAsync("/sign-in", form);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("max-age=31536000", Assert.Single(page.Headers.GetValues("Strict-Transport-Security")));
        var set = page.Headers.GetValues("Set-Cookie").Concat(answer.Headers.GetValues("Set-Cookie"))
            .Where(cookie => !cookie.Contains("expires=Thu, 01 Jan 1970", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            ["__Host-interop-form", "__Host-interop-session"], set.Select(cookie => cookie.Split('=')[0]).Order(StringComparer.Ordinal));
        foreach (var cookie in set.Select(cookie => cookie.Split("; ")))
        {
            Assert.Contains("secure", cookie);
            Assert.Contains("httponly", cookie);
            Assert.Contains("samesite=lax", cookie);
            Assert.Contains("path=/", cookie);
            Assert.DoesNotContain(cookie, part => part.StartsWith("domain", StringComparison.OrdinalIgnoreCase));
        }
    }

    /// <summary>Sends the start and then a little twice a second, until the server has had enough.</summary>
    private async Task<string> TrickleAsync(string start, string little)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(issuer.Url).Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(start));
        var buffer = new byte[4096];
        var receiving = socket.ReceiveAsync(buffer).WaitAsync(Patience);
        while (!receiving.IsCompleted)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(little));
            await Task.WhenAny(receiving, Task.Delay(500));
        }

        return Encoding.ASCII.GetString(buffer, 0, await receiving);
    }
}
