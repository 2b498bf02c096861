using Interop.Demo;

namespace Interop.Server.Tests.Sandbox;

/// <summary>The sandbox: who gets in, and that its checklist is passed by doing alone.</summary>
public sealed class SandboxTests : IAsyncLifetime
{
    private const string Checklist = "Organization/city-hospital/$onboarding-checklist";
    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");
    private RunningServer server = null!;
    private HttpClient hospital = null!;

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync(null, null, "--Interop:Sandbox=true");
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Organization("city-police", "police"),
            Fixtures.Agreement("city-hospital", "full", ["TREAT"], ["MH", "PSY", "SUD"]),
            Fixtures.Agreement("city-police", "basic", ["OVRPS"]));
        hospital = WithSandboxToken(Hospital);
    }

    public async Task DisposeAsync()
    {
        hospital.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_sandbox_token_opens_the_sandbox_and_no_other_server()
    {
        await using var live = await RunningServer.StartAsync();
        using var atLive = live.WithToken(hospital.DefaultRequestHeaders.Authorization!.Parameter);
        using var liveToken = server.As(Hospital);

        using (var refused = await atLive.GetAsync("Organization"))
        {
            Assert.Equal("The token is for the sandbox only.", (await refused.OutcomeAsync(401)).GetProperty("diagnostics").GetString());
        }

        using var other = await liveToken.GetAsync("Organization");
        await other.OutcomeAsync(401);
        using var taken = await hospital.GetAsync("Organization");
        Assert.Equal(200, (int)taken.StatusCode);
    }

    [Fact]
    public async Task The_checklist_is_passed_by_trying_each_request_and_by_nothing_else()
    {
        var cases = await CasesAsync(await hospital.PostFhirAsync(Checklist, """{"resourceType":"Parameters"}"""));
        Assert.Equal(6, cases.Count);
        Assert.DoesNotContain(cases, item => item.Passed);

        foreach (var (index, (_, request, _)) in cases.Index())
        {
            var parts = request.Split(' ');
            using var response = parts[0] == "GET"
                ? await hospital.GetAsync(parts[1])
                : await hospital.PutFhirAsync(parts[1], Fixtures.Patient(parts[1].Split('/')[1]));
            var after = await CasesAsync(await hospital.GetAsync(Checklist));
            Assert.Equal(index + 1, after.Count(item => item.Passed));
        }

        Assert.True((await hospital.GetJsonAsync(Checklist)).GetProperty("parameter")[0].GetProperty("valueBoolean").GetBoolean());
        Assert.DoesNotContain(await CasesAsync(await hospital.GetAsync(Checklist + "?client=another")), item => item.Passed);
    }

    [Fact]
    public async Task An_agency_that_may_see_no_diagnosis_is_not_asked_to_read_one()
    {
        using var police = WithSandboxToken(DemoCaller.All.Single(caller => caller.Name == "police"));
        var cases = await CasesAsync(await police.PostFhirAsync(
            Checklist.Replace("hospital", "police", StringComparison.Ordinal), """{"resourceType":"Parameters"}"""));

        Assert.Equal(5, cases.Count);
        Assert.DoesNotContain(cases, item => item.Code == "consented-read");
    }

    [Fact]
    public async Task Before_the_persons_are_there_and_for_strangers_there_is_no_checklist()
    {
        using var police = WithSandboxToken(DemoCaller.All.Single(caller => caller.Name == "police"));
        using var early = await hospital.GetAsync(Checklist);
        using var foreign = await police.GetAsync(Checklist);

        await early.OutcomeAsync(404);
        await foreign.OutcomeAsync(403);
    }

    [Fact]
    public async Task A_server_that_is_no_sandbox_has_none()
    {
        await using var live = await RunningServer.StartAsync();
        using var client = live.As(Hospital);
        using var response = await client.GetAsync(Checklist);

        await response.OutcomeAsync(404);
    }

    private HttpClient WithSandboxToken(DemoCaller caller)
    {
        var claims = LoopbackIssuer.Claims(caller);
        claims["sandbox"] = true;
        return server.WithToken(server.Issuer.Token(claims, DateTimeOffset.UtcNow, TimeSpan.FromHours(1)));
    }

    private static async Task<List<(string Code, string Request, bool Passed)>> CasesAsync(HttpResponseMessage response)
    {
        using var answer = response;
        var json = await answer.JsonAsync();
        Assert.True(answer.IsSuccessStatusCode, json.GetRawText());
        return
        [
            .. json.GetProperty("parameter").EnumerateArray().Where(parameter => parameter.TryGetProperty("part", out _))
                .Select(parameter =>
            {
                var parts = parameter.GetProperty("part").EnumerateArray().ToDictionary(part => part.GetProperty("name").GetString()!);
                return (
                    parts["code"].GetProperty("valueCode").GetString()!,
                    parts["request"].GetProperty("valueString").GetString()!,
                    parts["passed"].GetProperty("valueBoolean").GetBoolean());
            }),
        ];
    }
}
