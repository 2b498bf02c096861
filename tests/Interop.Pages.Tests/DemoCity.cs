using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Interop.Server.Tests.EarlyIntervention;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using Npgsql;

namespace Interop.Pages.Tests;

/// <summary>
/// One started demo for all tests, and one browser: Debian's Chromium, never one that was downloaded. With
/// <c>INTEROP_TEST_DATABASE=postgres</c> the whole demo is on a PostgreSQL of its own.
/// </summary>
public sealed class DemoCity : IAsyncLifetime
{
    public static readonly ViewportSize Phone = new() { Width = 390, Height = 844 };
    public static readonly ViewportSize Desk = new() { Width = 1280, Height = 800 };

    private const string Wording = """
        {
          "resourceType": "Questionnaire", "status": "active", "url": "https://interop.example/fhir/Questionnaire/phq-2",
          "copyright": "Invented for a test.",
          "item": [
            {"linkId": "/44250-9", "type": "choice", "text": "How invented was the first thing?", "_text": {"extension": [
              {"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": [
                {"url": "lang", "valueCode": "es"}, {"url": "content", "valueString": "¿Qué tan inventado fue lo primero?"}]}]}},
            {"linkId": "/44255-8", "type": "choice", "text": "And the second?", "_text": {"extension": [
              {"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": [
                {"url": "lang", "valueCode": "es"}, {"url": "content", "valueString": "¿Y lo segundo?"}]}]}}
          ]
        }
        """;

    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("interop-pages-").FullName;
    private InventedModel? model;
    private string? postgres;
    private Process? demo;
    private int port;
    private IPlaywright? playwright;

    /// <summary>Where the demo keeps its keys and databases.</summary>
    public string Folder => folder;

    /// <summary>Without a slash at its end.</summary>
    public string Address { get; private set; } = string.Empty;

    public string Issuer { get; private set; } = string.Empty;

    public IBrowser Browser { get; private set; } = null!;

    /// <summary>What the demo wrote down for scripts.</summary>
    public JsonElement File { get; private set; }

    public static string? Chromium { get; } =
        ((string[])["/usr/bin/chromium", "/usr/bin/chromium-browser"]).FirstOrDefault(System.IO.File.Exists);

    public static string Pictures { get; } =
        System.IO.Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "pages")).FullName;

    public async Task InitializeAsync()
    {
        postgres = ServerDatabase.Kind == DatabaseKind.Postgres ? await PostgresCluster.CreateDatabaseAsync() : null;
        model = InventedModel.OfThisMonth();
        model.Write();
        while (demo is null)
        {
            port = Random.Shared.Next(20_000, 32_000);
            await StartAsync();
        }

        using var document = JsonDocument.Parse(await System.IO.File.ReadAllBytesAsync(Path.Combine(folder, "demo.json")));
        File = document.RootElement.Clone();
        Address = File.GetProperty("pages").GetString()!.TrimEnd('/');
        Issuer = File.GetProperty("issuer").GetString()!;
        playwright = await Playwright.CreateAsync();
        Browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
    }

    public async Task DisposeAsync()
    {
        await Browser.DisposeAsync();
        playwright?.Dispose();
        await StopAsync();
        System.IO.Directory.Delete(folder, recursive: true);
        model!.Dispose();
        if (postgres is not null)
        {
            await PostgresCluster.DropDatabaseAsync(postgres);
        }
    }

    /// <summary>The server's tables, to be read.</summary>
    public async Task<DbConnection> OpenTablesAsync()
    {
        DbConnection connection = postgres is null
            ? new SqliteConnection($"Data Source={Path.Combine(folder, "interop.db")};Mode=ReadOnly;Pooling=False")
            : new NpgsqlConnection($"{postgres};Search Path=interop;Pooling=False");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Starts the demo again on what it has: what its workers do each hour they do at once then.</summary>
    public async Task AgainAsync()
    {
        await StopAsync();
        while (demo is null)
        {
            await StartAsync();
        }
    }

    /// <summary>A browser of its own, in which somebody has signed in with one click.</summary>
    public async Task<IPage> SignedInAsync(string name, ViewportSize size, BrowserNewContextOptions? options = null)
    {
        var page = await FreshAsync(size, options);
        await page.GotoAsync(Address + "/");
        await page.Locator($"button[value='{name}']").ClickAsync();
        await page.WaitForURLAsync("**/app");
        return page;
    }

    /// <summary>A browser of its own, in which nobody is signed in. What a page's script got wrong fails the test.</summary>
    public async Task<IPage> FreshAsync(ViewportSize size, BrowserNewContextOptions? options = null)
    {
        options ??= new();
        options.ViewportSize = size;
        options.Locale ??= "en-US";
        var context = await Browser.NewContextAsync(options);
        context.SetDefaultTimeout(15_000);
        return await context.NewPageAsync();
    }

    /// <summary>A client of FHIR with the token of one of the demo's callers.</summary>
    public HttpClient As(string name)
    {
        // The demo writes fresh tokens every four minutes: on a slow machine the first ones are over before the tests are.
        using var now = JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(folder, "demo.json")));
        var token = now.RootElement.GetProperty("callers").EnumerateArray().Single(caller => caller.GetProperty("name").GetString() == name)
            .GetProperty("token").GetString();
        var client = new HttpClient { BaseAddress = new Uri(File.GetProperty("fhir").GetString() + "/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Stores a resource over FHIR, and gives where it is.</summary>
    public static async Task<string> CreatedAsync(HttpClient client, string type, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/fhir+json");
        using var answer = await client.PostAsync(new Uri(type, UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        using var created = JsonDocument.Parse(text);
        return $"{type}/{created.RootElement.GetProperty("id").GetString()}";
    }

    /// <summary>What somebody sees: on a phone the screen, on a desk the whole page.</summary>
    public static async Task PictureAsync(IPage page, string name, string device)
    {
        await page.EvaluateAsync("scrollTo(0, 0)");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}-{device}.png"), FullPage = device == "desk" });
    }

    private async Task StopAsync()
    {
        using (var kill = Process.Start("kill", ["-INT", demo!.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await demo.WaitForExitAsync();
        demo.Dispose();
        demo = null;
    }

    private async Task StartAsync()
    {
        var start = new ProcessStartInfo("env") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[
            "--default-signal=INT", "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "Interop.Demo.dll"),
            "--port", port.ToString(CultureInfo.InvariantCulture), "--data", folder, "--model", model!.Path,
            .. postgres is null ? [] : (string[])["--database", $"postgres:{postgres}"]])
        {
            start.ArgumentList.Add(argument);
        }

        // The words of one instrument, as a site brings them that has the licence for it; these are invented.
        var wording = Path.Combine(folder, "wording.json");
        await System.IO.File.WriteAllTextAsync(wording, Wording);
        start.Environment["Interop__Definitions__0"] = wording;

        // All tests together are one navigator who does a month's work in two minutes.
        foreach (var limit in (string[])["LookupsPerMinute", "UserPerMinute", "ClientPerMinute"])
        {
            start.Environment[$"Interop__Limits__{limit}"] = "100000";
        }

        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("Serving", StringComparison.Ordinal))
            {
                demo = process;
                _ = process.StandardOutput.ReadToEndAsync();
                _ = process.StandardError.ReadToEndAsync();
                return;
            }
        }

        var problem = await process.StandardError.ReadToEndAsync();
        process.Dispose();
        if (!problem.Contains("is in use. Choose others with --port N", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(problem);
        }
    }
}

[CollectionDefinition(Name)]
public sealed class DemoCollection : ICollectionFixture<DemoCity>
{
    public const string Name = "demo";
}

/// <summary>A test that needs Chromium, and is skipped where there is none.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (DemoCity.Chromium is null)
        {
            Skip = "There is no /usr/bin/chromium (Debian: chromium).";
        }
    }
}

/// <summary>The same for a test with data.</summary>
public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute()
    {
        if (DemoCity.Chromium is null)
        {
            Skip = "There is no /usr/bin/chromium (Debian: chromium).";
        }
    }
}
