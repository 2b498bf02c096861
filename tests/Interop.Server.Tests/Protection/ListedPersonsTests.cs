using Interop.Demo;

namespace Interop.Server.Tests.Protection;

/// <summary>What an answer shows counts, not only what was asked for: a list of persons is as many lookups.</summary>
public sealed class ListedPersonsTests : IAsyncLifetime
{
    private const string Alerts = "Task?code=snooping-alert&_total=accurate";
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");
    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync(null, null, "--Interop:Limits:PersonsPerHour=20");
        await server.ImportAsync(
            "crisis-program",
            [
                Fixtures.Organization("crisis-program", "crisis-program"),
                .. Enumerable.Range(0, 30).Select(number => Fixtures.Patient($"p{number}", $"Name{number:D2}x")),
                .. Enumerable.Range(0, 30).Select(number => Fixtures.Encounter($"e{number}", $"p{number}")),
            ]);
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Theory]
    [InlineData("Patient?_count=1000")]
    [InlineData("Patient?gender=female&_count=25")]
    [InlineData("Patient?_lastUpdated=gt2020-01-01")]
    [InlineData("Patient?family=Name")]
    [InlineData("Patient?_has:Encounter:patient:status=in-progress")]
    [InlineData("Encounter?_include=Encounter:patient")]
    [InlineData("Encounter?_include=Encounter:subject:Patient&_count=1000")]
    [InlineData("Encounter?patient.gender=female&_include=Encounter:patient")]
    public async Task A_list_of_persons_is_as_many_lookups(string search)
    {
        using var client = server.As(Navigator);
        await client.GetJsonAsync(search);

        Assert.Equal(1, await AlertsAsync());
    }

    [Fact]
    public async Task Page_after_page_in_a_batch_and_by_history_count_too()
    {
        using var client = server.As(Navigator);
        var path = "Patient?_count=4";
        for (var page = 0; page < 5; page++)
        {
            var answer = await client.GetJsonAsync(path);
            path = answer.GetProperty("link").EnumerateArray().Single(link => link.GetProperty("relation").GetString() == "next")
                .GetProperty("url").GetString()![(RunningServer.PublicUrl.Length + 1)..];
            Assert.Equal(0, await AlertsAsync());
        }

        using (var batch = await client.PostFhirAsync(
            "", """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient?_count=20"}}]}"""))
        {
            Assert.Equal(200, (int)batch.StatusCode);
        }

        // Those were the same twenty persons again.
        Assert.Equal(0, await AlertsAsync());
        await client.GetJsonAsync("Patient/p29/_history");
        Assert.Equal(1, await AlertsAsync());
    }

    [Theory]
    [InlineData("Patient?_id=p1,p2,p3,p4,p5,p6,p7,p8,p9,p10,p11,p12,p13,p14,p15,p16,p17,p18,p19,p20,p21,p22,p23")]
    [InlineData("Patient?_summary=count")]
    [InlineData("Encounter?_count=1000")]
    public async Task Whom_one_knows_by_id_and_numbers_are_none(string search)
    {
        using var client = server.As(Navigator);
        await client.GetJsonAsync(search);

        Assert.Equal(0, await AlertsAsync());
    }

    [Fact]
    public async Task A_limit_is_judged_beforehand_by_the_page_that_is_asked_for()
    {
        await using var strict = await RunningServer.StartAsync(null, null, "--Interop:Limits:LookupsPerMinute=100");
        await strict.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"));
        using var client = strict.As(Navigator);

        Assert.Equal(200, await StatusAsync(client, "Patient?_count=60"));
        Assert.Equal(429, await StatusAsync(client, "Patient?_count=60"));
        Assert.Equal(429, await StatusAsync(client, "Patient?family=a&_count=1000"));
        Assert.Equal(429, await StatusAsync(client, "Encounter?_include=Encounter:patient&_count=60"));
        Assert.Equal(200, await StatusAsync(client, "Patient?family=a"));
        Assert.Equal(200, await StatusAsync(client, "Patient?_id=a&_count=60"));
        Assert.Equal(200, await StatusAsync(client, "Encounter?_count=1000"));
        Assert.Equal(200, await StatusAsync(client, "Patient?_summary=count"));
    }

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return (int)response.StatusCode;
    }

    private async Task<int> AlertsAsync()
    {
        using var privacy = server.As("privacy");
        return (await privacy.GetJsonAsync(Alerts)).GetProperty("total").GetInt32();
    }
}
