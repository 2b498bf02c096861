using Interop.Demo;
using Interop.Server.Tests.KitClient;
using Xunit.Abstractions;

namespace Interop.Server.Tests.Interactions;

/// <summary>A day of npm's <c>fhir-kit-client</c>, run by node, against the server; its script says what it expects.</summary>
public sealed class KitClientTests(ITestOutputHelper output)
{
    [NodeFact(KitScript.Library)]
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
        using var navigator = server.As("navigator");
        await using var script = new KitScript(output, "kit-client.mjs", $"{port.Url}/fhir", navigator);
        await script.SaysAsync("done");
    }
}
