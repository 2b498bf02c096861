using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;

namespace Interop.Journeys.Tests;

/// <summary>The first command of the README, as a newcomer runs it.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("interop-demo-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_demo_starts_keeps_its_data_and_ends_cleanly()
    {
        string created;
        using (var first = await StartedAsync())
        {
            var demo = DemoFile();
            Assert.Equal(
                ["hospital", "police", "social", "navigator", "dispatch", "privacy"],
                demo.GetProperty("callers").EnumerateArray().Select(caller => caller.GetProperty("name").GetString()));
            foreach (var person in demo.GetProperty("persons").EnumerateObject())
            {
                using var navigator = As(demo, "navigator");
                await navigator.GetJsonAsync(person.Value.GetString()!);
            }

            using var page = new HttpClient();
            var signIn = await page.GetStringAsync(demo.GetProperty("pages").GetString());
            Assert.Equal(10, signIn.Split("name=\"visitor\"").Length - 1); // ten people, a button each
            using var client = As(demo, "navigator");
            using var response = await client.PostFhirAsync("Patient", Fixtures.Patient("x", "Kept"));
            created = (await response.JsonAsync()).GetProperty("id").GetString()!;
            Assert.Equal(3, (await ShellAsync("token hospital")).Split('.').Length);
            Assert.Equal(
                "2",
                await ShellAsync(
                    "ask hospital \"Condition?patient=$intermediateConsent&_summary=count\" | interop fhirpath --value total -"));
            Assert.Equal(0, await InterruptedAsync(first));
        }

        using var second = await StartedAsync();
        using var later = As(DemoFile(), "navigator");
        Assert.Equal("Kept", (await later.GetJsonAsync($"Patient/{created}")).GetProperty("name")[0].GetProperty("family").GetString());
        Assert.Contains("class=\"who\"", await SignedInAsync("navigator"), StringComparison.Ordinal); // at other ports than the first time
        Assert.Equal(0, await InterruptedAsync(second));
    }

    [Fact]
    public async Task A_port_in_use_is_a_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        using var process = Start(port);
        var text = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(
            (1, $"Port {port} is in use. Choose others with --port N: the demo takes N and the next two."),
            (process.ExitCode, text.Trim()));
    }

    /// <summary>Started on three neighbouring ports: on others where one of them is in use, as the demo asks a person to.</summary>
    /// <summary>The first page of a visitor, by one click.</summary>
    private async Task<string> SignedInAsync(string visitor)
    {
        using var browser = new HttpClient { BaseAddress = new Uri(DemoFile().GetProperty("pages").GetString()!) };
        var page = await browser.GetStringAsync(new Uri("app/sign-in", UriKind.Relative));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["visitor"] = visitor,
            ["returnUrl"] = "/app",
            ["__RequestVerificationToken"] = page.Split("name=\"__RequestVerificationToken\"")[1].Split("value=\"")[1].Split('"')[0],
        });
        using var home = await browser.PostAsync(new Uri("app/sign-in", UriKind.Relative), form);
        return await home.Content.ReadAsStringAsync();
    }

    private async Task<Process> StartedAsync()
    {
        while (true)
        {
            var process = Start(Random.Shared.Next(20_000, 32_000)); // below those that the system gives to outgoing connections
            if (await IsServingAsync(process))
            {
                return process;
            }
        }
    }

    private static async Task<bool> IsServingAsync(Process process)
    {
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (line.StartsWith("Serving", StringComparison.Ordinal))
            {
                Assert.Equal(6, lines.Count(text => text.StartsWith("curl ", StringComparison.Ordinal)));
                return true;
            }
        }

        var problem = await process.StandardError.ReadToEndAsync();
        return problem.Contains("is in use. Choose others with --port N", StringComparison.Ordinal)
            ? false
            : throw new InvalidOperationException(string.Join('\n', lines) + problem);
    }

    private Process Start(int port)
    {
        // A shell lets what it starts in the background ignore Ctrl-C, and that is handed down to the demo.
        var start = new ProcessStartInfo("env") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument
            in new[] { "--default-signal=INT", "dotnet", "exec", Path.Combine(
                AppContext.BaseDirectory, "Interop.Demo.dll"), "--port", port.ToString(CultureInfo.InvariantCulture), "--data", folder })
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <summary>What a line says in a shell that has read the demo's file.</summary>
    private async Task<string> ShellAsync(string line)
    {
        using var shell =
            Process.Start(new ProcessStartInfo("bash", ["-c", $". '{folder}/demo.sh'; {line}"]) { RedirectStandardOutput = true })!;
        var text = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return text.Trim();
    }

    /// <summary>What Ctrl-C sends; gives the exit status.</summary>
    private static async Task<int> InterruptedAsync(Process process)
    {
        using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    private JsonElement DemoFile()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "demo.json")));
        return document.RootElement.Clone();
    }

    private static HttpClient As(JsonElement demo, string name)
    {
        var token = demo.GetProperty("callers").EnumerateArray().Single(caller => caller.GetProperty("name").GetString() == name)
            .GetProperty("token").GetString();
        var client = new HttpClient { BaseAddress = new Uri(demo.GetProperty("fhir").GetString() + "/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
