using System.Diagnostics;
using Interop.Demo;
using Xunit.Abstractions;

namespace Interop.Server.Tests.Interactions;

/// <summary>A day of npm's <c>fhir-kit-client</c>, run by node, against the server; its script says what it expects.</summary>
public sealed class KitClientTests(ITestOutputHelper output)
{
    private const string Library = "fhir-kit-client/node_modules/fhir-kit-client/dist/index.js";

    [NodeFact(Library)]
    public async Task It_reads_writes_patches_searches_and_sends_bundles()
    {
        var port = LoopbackPort.Any();

        // Its own address is the public one, so that links can be followed.
        await using var server = await RunningServer.StartOnAsync(port, settings: $"--Interop:PublicUrl={port.Url}/fhir");
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Patient("p1", "One"),
            Fixtures.Patient("p2", "Two"),
            Fixtures.Patient("p3", "Three"),
            Fixtures.Condition("c1", "p1"),
            Fixtures.Condition("c2", "p1"));
        var token = server.As("navigator").DefaultRequestHeaders.Authorization!.Parameter!;
        var script = Path.Combine(AppContext.BaseDirectory, "KitClient", "kit-client.mjs");
        using var node = Process.Start(new ProcessStartInfo("node", [script, Repository.Fetched(Library), $"{port.Url}/fhir", token])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = node.StandardError.ReadToEndAsync();
        try
        {
            Assert.Equal("done", await node.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) ?? await errors);
        }
        finally
        {
            node.Kill();
            output.WriteLine(await errors);
        }
    }
}
