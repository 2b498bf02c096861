using Interop.Demo;

namespace Interop.Server.Tests.Guard;

/// <summary>What a partner writes is its own record: none of it gives that partner, or another, a right to somebody else's.</summary>
public class PartnerRightsTests : IAsyncLifetime
{
    private const string OnlyAtFull = "only at full";
    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");
    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync();
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Organization("family-services", "social-services"),
            Fixtures.Organization("city-police", "police"),
            Fixtures.Organization("dispatch-center", "dispatch"),
            Fixtures.Agreement("city-hospital"),
            Fixtures.Agreement("city-police", "basic", ["OVRPS"]),
            Fixtures.Patient("p1"),
            Fixtures.Consent("c1", "p1", "city-hospital", tier: "full"),
            Fixtures.Condition("d1", "p1"));
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Theory]
    [InlineData(
        "Encounter",
        """{"resourceType":"Encounter","status":"in-progress","class":{"code":"EMER"},"subject":"""
            + """{"reference":"Patient/p1"},"serviceProvider":{"reference":"Organization/city-hospital"}}""")]
    [InlineData(
        "CareTeam",
        """{"resourceType":"CareTeam","status":"active","subject":{"reference":"Patient/p1"},"managingOrganization":["""
            + """{"reference":"Organization/city-hospital"}]}""")]
    [InlineData(
        "Task",
        """{"resourceType":"Task","status":"in-progress","intent":"order","for":{"reference":"Patient/p1"},"owner":"""
            + """{"reference":"Organization/city-hospital"},"requester":{"reference":"Organization/city-hospital"}}""")]
    public async Task A_case_that_a_partner_writes_for_itself_opens_nobody_elses_records(string type, string json)
    {
        using var hospital = server.As(Hospital);
        using (var created = await hospital.PostFhirAsync(type, json))
        {
            Assert.Equal(201, (int)created.StatusCode);
        }

        Assert.DoesNotContain(OnlyAtFull, await ConditionAsync(hospital), StringComparison.Ordinal);

        await server.ImportAsync("crisis-program", Fixtures.Encounter("e1", "p1", provider: "city-hospital"));
        Assert.Contains(OnlyAtFull, await ConditionAsync(hospital), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_its_owner_completes_with_a_time_to_come_is_over_all_the_same()
    {
        await server.ImportAsync(
            "crisis-program", Fixtures.Referral("sr1", "p1"), Fixtures.ReferralTask("t1", "p1", "sr1", status: "in-progress"));
        using var hospital = server.As(Hospital);
        Assert.Contains(OnlyAtFull, await ConditionAsync(hospital), StringComparison.Ordinal);

        using var read = await hospital.GetAsync("Task/t1");
        var task = (await read.Content.ReadAsStringAsync())
            .Replace("\"in-progress\"", "\"completed\",\"lastModified\":\"2099-01-01T00:00:00Z\"", StringComparison.Ordinal);
        using var completed = await hospital.PutFhirAsync("Task/t1", task, read.Headers.ETag!.ToString());
        Assert.True(completed.IsSuccessStatusCode, await completed.Content.ReadAsStringAsync());
        server.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.DoesNotContain(OnlyAtFull, await ConditionAsync(hospital), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agreement_that_partners_make_with_each_other_lets_nobody_in()
    {
        var administrator = Hospital with { Roles = ["privacy-officer"] };
        using (var hospital = server.As(administrator))
        {
            using var created =
                await hospital.PostFhirAsync("Contract", Fixtures.Agreement("family-services", "full", ["COC"], grantor: "city-hospital"));
            Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());
        }

        using var social = server.As("social");
        using var directory = await social.GetAsync("Organization/crisis-program");
        using var write = await social.PostFhirAsync("Basic", """{"resourceType":"Basic","code":{"text":"x"}}""");

        await directory.OutcomeAsync(403);
        await write.OutcomeAsync(403);
    }

    [Fact]
    public async Task The_scope_of_dispatch_in_the_token_of_another_agency_writes_no_incident()
    {
        var message = Dispatch.EidoSamples.Message(0, "Active").ToJsonString();
        using var police = server.As(new DemoCaller("police", "city-police", ["OVRPS"], ["officer"], "cad.write"));
        using var response = await police.PostAsync(new Uri(server.Address, "/cad/eido"), Answers.Fhir(message));

        await response.OutcomeAsync(403);
    }

    private static async Task<string> ConditionAsync(HttpClient client) => (await client.GetJsonAsync("Condition/d1")).GetRawText();
}
