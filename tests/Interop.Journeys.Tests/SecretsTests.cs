using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Interop.Demo;

namespace Interop.Journeys.Tests;

/// <summary>
/// Secrets come from files, the environment or the command line, and are in no output: both programs run as processes, as talkative as
/// they can be, and everything they say is searched.
/// </summary>
public sealed class SecretsTests : IDisposable
{
    private const string Secret = "correct-horse-battery-staple-Xq7";

    private readonly string folder = Directory.CreateTempSubdirectory("interop-secrets-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_server_says_neither_its_secret_nor_the_tokens_that_it_is_sent()
    {
        await using var issuerHost = await RunningServer.StartAsync();
        var token = issuerHost.Issuer.Token(
            DemoCaller.All.Single(caller => caller.Name == "navigator"), DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
        File.WriteAllText(Path.Combine(folder, "Interop__Secret"), Secret + "\n");

        var (address, said) = await ServeAsync(
            "interop.dll",
            async client =>
            {
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
                using var good = await client.GetAsync("/fhir/Organization?name=Geheimname");
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token[..^4] + "AAAA");
                using var forged = await client.GetAsync("/fhir/Organization");
                Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (good.StatusCode, forged.StatusCode));
            },
            [],
            $"--Interop:Database=sqlite:{Path.Combine(folder, "interop.db")}",
            $"--Interop:SecretsFolder={folder}",
            $"--Interop:Issuers:0:Authority={issuerHost.Issuer.Authority}",
            $"--Interop:Issuers:0:Audience={LoopbackIssuer.Audience}",
            "--Interop:Issuers:0:Agencies:0=*");

        Assert.Contains(address, said, StringComparison.Ordinal); // it did talk
        Assert.DoesNotContain(Secret, said, StringComparison.Ordinal);
        Assert.DoesNotContain(token[^20..], said, StringComparison.Ordinal);
        Assert.DoesNotContain("Geheimname", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_issuer_says_neither_the_password_of_its_certificate_nor_what_clients_send()
    {
        using var authority = new TestAuthority();
        var file = Path.Combine(folder, "server.pfx");
        using (var certificate = authority.Server())
        {
            File.WriteAllBytes(file, certificate.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pfx, Secret));
        }

        var secrets = Directory.CreateDirectory(Path.Combine(folder, "secrets")).FullName;
        File.WriteAllText(Path.Combine(secrets, "Kestrel__Certificates__Default__Password"), Secret);
        var (address, said) = await ServeAsync(
            "interop-identity.dll",
            async client =>
            {
                using var form = new FormUrlEncodedContent(
                    [KeyValuePair.Create(
                        "grant_type", "authorization_code"), KeyValuePair.Create("code", "code-of-a-person"), KeyValuePair.Create(
                        "client_id", "x")]);
                using var refused = await client.PostAsync(new Uri("/token", UriKind.Relative), form);
                Assert.False(refused.IsSuccessStatusCode);
                using var query = await client.GetAsync("/authorize?client_id=x&code=code-of-a-person");
            },
            [],
            $"--Identity:Database=sqlite:{Path.Combine(folder, "identity.db")}",
            $"--Identity:SecretsFolder={secrets}",
            $"--Kestrel:Certificates:Default:Path={file}");

        Assert.Contains(address, said, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, said, StringComparison.Ordinal);
        Assert.DoesNotContain("code-of-a-person", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("interop.dll", "Interop__Database", "postgres:Hots=db;Password=" + Secret)]
    [InlineData("interop.dll", "Interop__Database", "oracle:Host=db;Password=" + Secret)]
    [InlineData("interop.dll", "Interop__Database", Secret)]
    [InlineData("interop.dll", "Interop__PublicUrl", "not-a-url-" + Secret)]
    [InlineData("interop.dll", "Interop__SecretFile", "/nowhere/" + Secret)]
    [InlineData("interop.dll", "Interop__SecretsFolder", "/nowhere/" + Secret)]
    [InlineData("interop.dll", "Interop__Limits__ClientPerMinute", Secret)]
    [InlineData("interop-identity.dll", "Identity__Database", "mysql:Password=" + Secret)]
    [InlineData("interop-identity.dll", "Identity__Database", "postgres:Hots=db;Password=" + Secret)]
    [InlineData("interop-identity.dll", "Identity__SecretsFolder", "/nowhere/" + Secret)]
    [InlineData("interop-identity.dll", "Identity__Issuer", "http://user:" + Secret + "@outside.example")]
    public async Task A_wrong_setting_is_named_and_not_quoted(string program, string name, string value)
    {
        using var process = Process.Start(
            Command(program, new() { [name] = value }, "serve", "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Trace"))!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        var said = await output + await errors;

        Assert.Equal(2, process.ExitCode);
        Assert.Contains(name.Replace("__", ":", StringComparison.Ordinal), said, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_in_a_file_signs_page_links_like_the_same_one_on_the_command_line()
    {
        var file = Path.Combine(folder, "secret");
        File.WriteAllText(file, "a secret that all test servers share\n");
        await using var named = await RunningServer.StartAsync();
        await using var filed = await RunningServer.StartAsync(null, null, "--Interop:Secret=", $"--Interop:SecretFile={file}");
        await using var other = await RunningServer.StartAsync(null, null, "--Interop:Secret=another secret of some length");

        Assert.Equal(await NextLinkAsync(named), await NextLinkAsync(filed));
        Assert.NotEqual(await NextLinkAsync(named), await NextLinkAsync(other));
    }

    [Theory]
    [InlineData("--Interop:Secret=short", "Interop:Secret must have at least 16 characters.")]
    [InlineData("--Interop:SecretFile=some", "Interop:Secret and Interop:SecretFile are both set: one of them is enough.")]
    public async Task A_weak_or_contradicted_secret_is_refused(string setting, string sentence)
    {
        var failure = await Assert.ThrowsAsync<Interop.Hosting.SettingsException>(() => RunningServer.StartAsync(null, null, setting));

        Assert.Equal(sentence, failure.Message);
    }

    private static async Task<string?> NextLinkAsync(RunningServer server)
    {
        await server.ImportAsync(
            "crisis-program", Fixtures.Organization("crisis-program", "crisis-program"), Fixtures.Patient("p1"), Fixtures.Patient("p2"));
        using var client = server.As("navigator");
        var page = await client.GetJsonAsync("Patient?_count=1&_sort=_id");
        return page.GetProperty("link").EnumerateArray().Single(link => link.GetProperty("relation").GetString() == "next")
            .GetProperty("url").GetString();
    }

    /// <summary>Runs the program until the work is done and gives all that it said.</summary>
    private static async Task<(string Address, string Said)> ServeAsync(
        string program, Func<HttpClient, Task> work, Dictionary<string, string> environment, params string[] settings)
    {
        string[] arguments =
            [
                "serve",
                "--urls=http://127.0.0.1:0",
                "--Logging:LogLevel:Default=Debug",
                "--Logging:LogLevel:Microsoft.AspNetCore=Debug",
                .. settings
            ];
        using var process = await ServingProcess.StartAsync(Command(program, environment, arguments));
        using var client = new HttpClient { BaseAddress = process.Address };
        await work(client);
        await process.KillAsync();
        return (process.Address.GetLeftPart(UriPartial.Authority), process.Said);
    }

    private static ProcessStartInfo Command(string program, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        foreach (var argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, program), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }
}
