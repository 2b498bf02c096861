using System.Diagnostics;
using Xunit.Abstractions;

namespace Interop.Server.Tests.KitClient;

/// <summary>A script beside this file that node runs with npm's fhir-kit-client; what it complains of is in the test's output.</summary>
public sealed class KitScript : IAsyncDisposable
{
    public const string Library = "fhir-kit-client/node_modules/fhir-kit-client/dist/index.js";

    private readonly ITestOutputHelper output;
    private readonly Process node;
    private readonly Task<string> errors;

    /// <param name="name">The file's.</param>
    /// <param name="fhir">URL of the server.</param>
    /// <param name="client">Whose token the script takes.</param>
    public KitScript(ITestOutputHelper output, string name, string fhir, HttpClient client)
    {
        this.output = output;
        var script = Path.Combine(AppContext.BaseDirectory, "KitClient", name);
        var token = client.DefaultRequestHeaders.Authorization!.Parameter!;
        node = Process.Start(new ProcessStartInfo("node", [script, Repository.Fetched(Library), fhir, token])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        errors = node.StandardError.ReadToEndAsync();
    }

    /// <summary>Waits until the script says the word; fails with its complaint where it ends before.</summary>
    public async Task SaysAsync(string word) =>
        Assert.Equal(word, await node.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) ?? await errors);

    public async ValueTask DisposeAsync()
    {
        node.Kill();
        output.WriteLine(await errors);
        node.Dispose();
    }
}
