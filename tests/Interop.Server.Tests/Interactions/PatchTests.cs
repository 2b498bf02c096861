using System.Text;

namespace Interop.Server.Tests.Interactions;

/// <summary>PATCH as both of its languages, on what the caller sees, and the parts of a resource that a client asks for.</summary>
public sealed class PatchTests : SceneTests
{
    private const string FhirPathAccept = """
        {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path",
        "valueString":"Task.status"},{"name":"value","valueCode":"accepted"}]}]}
        """;

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"),
        Fixtures.Referral("sr1", "p1"),
        Fixtures.ReferralTask("t1", "p1", "sr1"),
    ];

    [Fact]
    public async Task A_JSON_patch_changes_what_it_names()
    {
        using var navigator = Server.As("navigator");

        using var response = await SendAsync(
            navigator,
            "Patient/p1",
            """[{"op":"test","path":"/gender","value":"female"},{"op":"replace","path":"/birthDate","value":"1990-01-01"}]""");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("1990-01-01", (await navigator.GetJsonAsync("Patient/p1")).GetProperty("birthDate").GetString());
    }

    [Theory]
    [InlineData("""[{"op":"replace","path":"/birthDate","value":"2021-02-30"}]""", 422)]
    [InlineData("""[{"op":"test","path":"/gender","value":"male"}]""", 422)]
    [InlineData("""[{"op":"remove","path":"/nowhere"}]""", 422)]
    [InlineData("""[{"op":"replace","path":"/id","value":"other"}]""", 422)]
    [InlineData("""[{"op":"jump","path":"/id"}]""", 400)]
    [InlineData("""{}""", 400)]
    public async Task A_patch_that_fails_changes_nothing(string patch, int status)
    {
        using var navigator = Server.As("navigator");
        var before = (await navigator.GetJsonAsync("Patient/p1")).GetRawText();

        using var response = await SendAsync(navigator, "Patient/p1", patch);

        await response.OutcomeAsync(status);
        Assert.Equal(before, (await navigator.GetJsonAsync("Patient/p1")).GetRawText());
    }

    [Fact]
    public async Task A_party_patches_its_task_and_cannot_test_what_it_does_not_see()
    {
        using var hospital = Server.As("hospital");
        var tag = $"W/\"{(await hospital.GetJsonAsync("Task/t1")).GetProperty("meta").GetProperty("versionId").GetString()}\"";

        using var oracle = await SendAsync(
            hospital, "Task/t1", """[{"op":"test","path":"/note/0/text","value":"only the custodian and full see this"}]""", tag);
        using var without = await SendAsync(hospital, "Task/t1", """[{"op":"replace","path":"/status","value":"accepted"}]""");
        using var accepted = await hospital.SendAsync(Request("Task/t1", FhirPathAccept, "application/fhir+json", tag));

        await oracle.OutcomeAsync(422);
        await without.OutcomeAsync(400);
        Assert.Equal(200, (int)accepted.StatusCode);
        using var navigator = Server.As("navigator");
        var stored = await navigator.GetJsonAsync("Task/t1");
        Assert.Equal("accepted", stored.GetProperty("status").GetString());
        Assert.Equal(1, stored.GetProperty("note").GetArrayLength());
    }

    [Fact]
    public async Task A_patch_of_what_is_hidden_is_one_of_what_is_not_there()
    {
        using var hospital = Server.As("hospital");
        await Server.ImportAsync("crisis-program", Fixtures.Condition("c1", "p1"));

        using var hidden = await SendAsync(hospital, "Condition/c1", "[]");
        using var unknown = await SendAsync(hospital, "Condition/c2", "[]");

        await hidden.OutcomeAsync(404);
        await unknown.OutcomeAsync(404);
    }

    [Fact]
    public async Task A_client_may_ask_for_elements_or_a_summary()
    {
        using var navigator = Server.As("navigator");

        var elements = await navigator.GetJsonAsync("Patient/p1?_elements=birthDate");
        var page = await navigator.GetJsonAsync("Patient?_elements=gender&_count=1");
        var text = await navigator.GetJsonAsync("Patient/p1?_summary=data");
        using var wrong = await navigator.GetAsync("Patient/p1?_summary=some");

        Assert.Equal(["resourceType", "id", "meta", "active", "birthDate"], elements.EnumerateObject().Select(property => property.Name));
        Assert.Equal("SUBSETTED", elements.GetProperty("meta").GetProperty("tag")[0].GetProperty("code").GetString());
        Assert.False(page.GetProperty("entry")[0].GetProperty("resource").TryGetProperty("birthDate", out _));
        Assert.Equal("1988-02-29", text.GetProperty("birthDate").GetString());
        await wrong.OutcomeAsync(400);
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string patch, string? ifMatch = null) =>
        client.SendAsync(Request(path, patch, "application/json-patch+json", ifMatch));

    private static HttpRequestMessage Request(string path, string body, string mediaType, string? ifMatch)
    {
        var request = new HttpRequestMessage(
            HttpMethod.Patch, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, mediaType) };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return request;
    }
}
