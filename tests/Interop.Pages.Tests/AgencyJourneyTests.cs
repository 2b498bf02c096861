using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Playwright;

namespace Interop.Pages.Tests;

/// <summary>
/// An agency brings a system in, from its first key to the day on which it is ended, by pages and by the system's own requests.
/// </summary>
[Collection(DemoCollection.Name)]
public sealed class AgencyJourneyTests(DemoCity city) : IDisposable
{
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("interop-keys-").FullName;

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    [BrowserTheory]
    [MemberData(nameof(JourneyTests.Devices), MemberType = typeof(JourneyTests))]
    public async Task A_system_is_registered_passes_the_sandbox_goes_live_gets_new_keys_and_is_ended(string device)
    {
        var (size, system) = (JourneyTests.SizeOf(device), $"journey-{device}");
        var page = await city.SignedInAsync("agency", size);
        await JourneyTests.OpenAsync(page, "Agency");
        await page.GetByRole(AriaRole.Link, new() { Name = "Register a system" }).ClickAsync();
        await page.GetByLabel("What is it called?").FillAsync("Ward system");
        await page.GetByLabel("Its id").FillAsync(system);
        await DemoCity.PictureAsync(page, "agency-system-new", device);
        await page.GetByRole(AriaRole.Button, new() { Name = "Register", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("Give an address or a key set, not both.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByLabel("What is it called?")).ToHaveValueAsync("Ward system");
        await page.GetByLabel("Or the key set itself").FillAsync(await KeyAsync("first"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Register", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("Saved.");
        await Assertions.Expect(page.GetByText("In the sandbox", new() { Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("first", new() { Exact = true })).ToBeVisibleAsync();
        if (await page.GetByRole(AriaRole.Button, new() { Name = "Put them there" }).CountAsync() > 0) // the other size was before
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Put them there" }).ClickAsync();
        }

        var open = page.Locator(".steps li:not(.done) .hint");
        await Assertions.Expect(open).Not.ToHaveCountAsync(0);
        await DemoCity.PictureAsync(page, "agency-system", device);
        await LookTests.FitsAsync(page, $"a system {device}");
        await LookTests.AccessibleAsync(page, $"a system {device}");

        // The system itself does what the page asks for, with a token of its own.
        var token = await TokenAsync(system, "first");
        using (var client = new HttpClient { BaseAddress = new Uri(city.File.GetProperty("sandbox").GetString() + "/") })
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            foreach (var asked in await open.AllInnerTextsAsync())
            {
                using var request = new HttpRequestMessage(new(asked.Split(' ')[0]), new Uri(asked.Split(' ')[1], UriKind.Relative));
                request.Content = request.Method == HttpMethod.Get ? null : new StringContent(
                    $$"""{"resourceType":"Patient","id":"{{asked.Split('/')[1]}}"}""", Encoding.UTF8, "application/fhir+json");
                using var answer = await client.SendAsync(request);
            }
        }

        await page.ReloadAsync();
        await Assertions.Expect(page.Locator(".steps li:not(.done)")).ToHaveCountAsync(0);
        await Assertions.Expect(page.GetByText("All is passed. The programme's office lets it go live.")).ToBeVisibleAsync();

        var office = await city.SignedInAsync("manager", size);
        await JourneyTests.OpenAsync(office, "Agency");
        await office.Locator($"a[href='/app/agency/systems/{system}']").ClickAsync();
        await office.GetByRole(AriaRole.Button, new() { Name = "Let it go live" }).ClickAsync();
        await Assertions.Expect(office.GetByText("Live", new() { Exact = true })).ToBeVisibleAsync();

        // From now on its keys are for persons who exist; the old ones end with the change.
        await page.ReloadAsync();
        await page.GetByText("New keys").ClickAsync();
        await page.GetByLabel("Or the key set itself").FillAsync(await KeyAsync("second"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Change the keys" }).ClickAsync();
        await Assertions.Expect(page.GetByText("second", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Null(await TokenOrNullAsync(system, "first"));
        Assert.Equal(200, await StatusAsync(await TokenAsync(system, "second")));

        var last = await TokenAsync(system, "second");
        await page.GetByText("End it", new() { Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "End this system" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-done]")).ToHaveTextAsync("Saved.");
        Assert.Null(await TokenOrNullAsync(system, "second"));
        Assert.Equal(401, await StatusAsync(last));
    }

    private async Task<int> StatusAsync(string token)
    {
        using var client = new HttpClient { BaseAddress = new Uri(city.File.GetProperty("fhir").GetString() + "/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.GetAsync(new Uri("Organization/city-hospital", UriKind.Relative));
        return (int)answer.StatusCode;
    }

    private async Task<string> KeyAsync(string kid) =>
        await VerbAsync("key", Path.Combine(folder, kid + ".pem"), "--kid", kid) ?? throw new InvalidOperationException("There is no key.");

    private async Task<string> TokenAsync(string system, string kid) =>
        await TokenOrNullAsync(system, kid) ?? throw new InvalidOperationException("There is no token.");

    private Task<string?> TokenOrNullAsync(string system, string kid) => VerbAsync(
        "token", "--issuer", city.Issuer, "--client", system, "--key", Path.Combine(folder, kid + ".pem"), "--kid", kid,
        "--scope", "system/*.cruds");

    /// <summary>What a verb of <c>interop</c> writes; null where it fails.</summary>
    private static async Task<string?> VerbAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "interop.dll"), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        await error;
        return process.ExitCode == 0 ? (await output).Trim() : null;
    }
}
