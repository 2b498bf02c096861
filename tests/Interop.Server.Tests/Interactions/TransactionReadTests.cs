
namespace Interop.Server.Tests.Interactions;

/// <summary>A transaction is refused before it is carried out, or not at all: what it reads is judged with the rest.</summary>
public sealed class TransactionReadTests : SceneTests
{
    private const string Write = """
        {"fullUrl":"urn:uuid:7d0e2b1c-3f43-4a52-9b43-0f5a5e1c2a21","resource":{"resourceType":"Patient","name":[{"family":"Written"}]},
        "request":{"method":"POST","url":"Patient"}}
        """;

    [Theory]
    [InlineData("Patient?no-such-parameter=1", 400)]
    [InlineData("Patient?birthdate=yesterday", 400)]
    [InlineData("Patient?_cursor=made-up", 400)]
    [InlineData("Patient?_count=many", 400)]
    [InlineData("Patient?_sort=nothing", 400)]
    [InlineData("Patient?_include=Patient:nothing", 400)]
    [InlineData("Observation?subject.nothing=1", 400)]
    [InlineData("Patient/an_id", 400)]
    [InlineData("NoType?name=a", 400)]
    public async Task A_bad_read_leaves_nothing_written(string url, int status)
    {
        using var client = Server.As("navigator");

        using var response = await client.PostFhirAsync("", Transaction(url));

        var issue = await response.OutcomeAsync(status);
        Assert.Equal("Bundle.entry[0].request.url", issue.GetProperty("expression")[0].GetString());
        Assert.Empty((await client.GetJsonAsync("Patient")).Keys());
    }

    [Fact]
    public async Task A_read_without_its_scope_leaves_nothing_written()
    {
        using var client =
            Server.As(Demo.DemoCaller.All.Single(caller => caller.Name == "navigator") with { Scope = "system/Patient.cruds" });

        using var response = await client.PostFhirAsync("", Transaction("Observation?status=final"));

        await response.OutcomeAsync(403);
        Assert.Empty((await client.GetJsonAsync("Patient")).Keys());
    }

    [Fact]
    public async Task What_only_then_turns_out_is_the_answer_of_its_own_entry()
    {
        using var client = Server.As("navigator");

        using var response = await client.PostFhirAsync("", Transaction("Patient/nobody"));

        var answer = await response.JsonAsync();
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(["404", "201 Created"], answer.GetProperty("entry").EnumerateArray()
            .Select(entry => entry.GetProperty("response").GetProperty("status").GetString()));
        Assert.Single((await client.GetJsonAsync("Patient")).Keys());
    }

    [Fact]
    public async Task A_limit_that_a_read_meets_is_the_answer_of_its_own_entry()
    {
        await using var server = await RunningServer.StartAsync(settings: "--Interop:Limits:LookupsPerMinute=1");
        await server.ImportAsync(Custodian, Fixtures.Organization(Custodian, "crisis-program"));
        using var client = server.As("navigator");
        await client.GetJsonAsync("Patient?name=Somebody");

        using var response = await client.PostFhirAsync("", Transaction("Patient?name=Another"));

        var answer = await response.JsonAsync();
        Assert.Equal(["429", "201 Created"], answer.GetProperty("entry").EnumerateArray()
            .Select(entry => entry.GetProperty("response").GetProperty("status").GetString()));
        var written = answer.GetProperty("entry")[1].GetProperty("response").GetProperty("location").GetString()!;
        await client.GetJsonAsync(written[(RunningServer.PublicUrl.Length + 1)..written.IndexOf("/_history", StringComparison.Ordinal)]);
    }

    private static string Transaction(string url) => $$"""
        {"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"{{url}}"} },{{Write}}]}
        """;
}
