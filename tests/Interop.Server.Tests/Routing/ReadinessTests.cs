using Microsoft.Extensions.Hosting;

namespace Interop.Server.Tests.Routing;

/// <summary>What a balancer is told: a server that lets nobody in, or is about to stop, gets no more requests.</summary>
public sealed class ReadinessTests
{
    [Fact]
    public async Task Without_an_issuer_that_answers_nobody_is_let_in_and_the_server_is_not_ready()
    {
        await using var foreign = await ForeignIssuer.StartAsync();
        await using var one = await RunningServer.StartAsync(
            settings: ["--Interop:Issuers:0:Authority=http://127.0.0.1:1", .. foreign.Settings()]);
        await using var none = await RunningServer.StartAsync(settings: "--Interop:Issuers:0:Authority=http://127.0.0.1:1");

        Assert.Equal((200, "ready"), await AskAsync(one));
        Assert.Equal((503, "No issuer of tokens answers."), await AskAsync(none));
    }

    [Fact]
    public async Task A_server_that_is_told_to_stop_says_so_and_answers_until_it_is_drained()
    {
        await using var server = await RunningServer.StartAsync(settings: ["--Interop:DrainSeconds=5"]);
        await server.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"));
        using var client = server.As("privacy");

        var stopping = Task.Run(server.Part<IHostApplicationLifetime>().StopApplication);
        var told = await AskAsync(server);
        while (told.Status == 200)
        {
            told = await AskAsync(server);
        }

        Assert.Equal((503, "The server is about to stop."), told);
        Assert.Equal("crisis-program", (await client.GetJsonAsync("Organization/crisis-program")).GetProperty("id").GetString());
        await stopping;
    }

    private static async Task<(int Status, string Text)> AskAsync(RunningServer server)
    {
        using var client = new HttpClient { BaseAddress = server.Address };
        using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
