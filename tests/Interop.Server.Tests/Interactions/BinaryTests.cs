using System.Net.Http.Headers;
using System.Text;
using Interop.Demo;

namespace Interop.Server.Tests.Interactions;

/// <summary>Content that comes and goes as it is (https://hl7.org/fhir/R4/binary.html#rest).</summary>
public sealed class BinaryTests : SceneTests
{
    private const string Psychotherapy = "PSYTHPN";
    private static readonly byte[] Pdf = [0x25, 0x50, 0x44, 0x46, 0x00, 0xFF, 0x0A];
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1", "One"),
        Fixtures.Consent("opens", "p1", "city-hospital", tier: "full"),
        $$"""
        {"resourceType":"DocumentReference","id":"notes","status":"current","meta":{"security":[{
        "system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{{Psychotherapy}}"}]},"subject":{"reference":"Patient/p1"},
        "content":[{"attachment":{"url":"Binary/x"} }]}
        """,
    ];

    [Fact]
    public async Task Content_is_created_and_read_byte_for_byte()
    {
        using var client = Server.As(Navigator);
        using var created = await SendAsync(client, HttpMethod.Post, "Binary", "application/pdf", Pdf, "Patient/p1");
        Assert.True((int)created.StatusCode == 201, await created.Content.ReadAsStringAsync());
        var binary = await created.JsonAsync();
        var key = $"Binary/{binary.GetProperty("id").GetString()}";
        Assert.Equal("Patient/p1", binary.GetProperty("securityContext").GetProperty("reference").GetString());

        using var raw = await ReadAsync(client, key, "application/pdf");
        using var any = await ReadAsync(client, key, "image/png, application/pdf;q=0.5");
        using var resource = await ReadAsync(client, key, "application/fhir+json");
        using var other = await ReadAsync(client, key, "image/png");

        Assert.Equal(Pdf, await raw.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/pdf", raw.Content.Headers.ContentType!.ToString());
        Assert.Equal("attachment", raw.Content.Headers.ContentDisposition!.ToString());
        Assert.Equal(created.Headers.ETag, raw.Headers.ETag);
        Assert.Equal(Pdf, await any.Content.ReadAsByteArrayAsync());
        Assert.Equal(Convert.ToBase64String(Pdf), (await resource.JsonAsync()).GetProperty("data").GetString());
        await other.OutcomeAsync(406);
    }

    [Fact]
    public async Task It_is_updated_and_compared_as_any_resource()
    {
        using var client = Server.As(Navigator);
        using var created = await SendAsync(client, HttpMethod.Post, "Binary", "text/plain", Encoding.UTF8.GetBytes("one"));
        var key = $"Binary/{(await created.JsonAsync()).GetProperty("id").GetString()}";

        using var updated = await SendAsync(client, HttpMethod.Put, key, "text/plain", Encoding.UTF8.GetBytes("two"));
        using var raw = await ReadAsync(client, key, "text/*");
        using var known = await ReadAsync(client, key, "text/plain", raw.Headers.ETag);

        Assert.Equal(200, (int)updated.StatusCode);
        Assert.Equal("two", await raw.Content.ReadAsStringAsync());
        Assert.Equal(304, (int)known.StatusCode);
    }

    [Fact]
    public async Task A_resource_comes_as_a_resource()
    {
        using var client = Server.As(Navigator);

        using var created = await client.PostFhirAsync(
            "Binary", $$"""{"resourceType":"Binary","contentType":"text/plain","data":"{{Convert.ToBase64String(Pdf)}}"}""");
        using var contradicting = await SendAsync(
            client, HttpMethod.Post, "Binary", "application/fhir+json", Encoding.UTF8.GetBytes("{}"), "Patient/p1");

        Assert.Equal(201, (int)created.StatusCode);
        await contradicting.OutcomeAsync(400);
    }

    [Fact]
    public async Task It_carries_the_labels_of_what_it_belongs_to()
    {
        using var privacy = Server.As("privacy");
        using var navigator = Server.As(Navigator);
        using var hospital = Server.As("hospital");
        await Server.ImportAsync(
            Custodian,
            Held("held", "DocumentReference/notes"),
            Held("open", "Patient/p1"));

        foreach (var (client, key, status) in new[]
        {
            (navigator, "Binary/open", 200), (navigator, "Binary/held", 404),
            (hospital, "Binary/open", 404), (hospital, "Binary/held", 404),
        })
        {
            using var response = await ReadAsync(client, key, "text/plain");
            Assert.True(status == (int)response.StatusCode, $"{key}: {(int)response.StatusCode}");
        }

        using var seen = await ReadAsync(privacy, "Binary/held", "text/plain");
        Assert.Equal("one", await seen.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("Patient/nobody", 422)]
    [InlineData("nonsense of no kind", 400)]
    public async Task What_it_belongs_to_must_be_known(string context, int status)
    {
        using var client = Server.As(Navigator);

        using var response = await SendAsync(client, HttpMethod.Post, "Binary", "text/plain", Pdf, context);

        Assert.Contains((int)response.StatusCode, new[] { status, 422 });
    }

    [Fact]
    public async Task Other_types_come_as_FHIR_only()
    {
        using var client = Server.As(Navigator);

        using var sent = await SendAsync(client, HttpMethod.Post, "Basic", "text/plain", Pdf);
        using var asked = await ReadAsync(client, "Patient/p1", "text/plain");

        await sent.OutcomeAsync(415);
        await asked.OutcomeAsync(406);
    }

    private static string Held(string id, string context) => $$"""
        {"resourceType":"Binary","id":"{{id}}","contentType":"text/plain","securityContext":{"reference":"{{context}}"},"data":"b25l"}
        """;

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, HttpMethod method, string path, string contentType, byte[] content, string? context = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(content) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (context is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Security-Context", context);
        }

        return await client.SendAsync(request);
    }

    private static async Task<HttpResponseMessage> ReadAsync(
        HttpClient client, string path, string accept, EntityTagHeaderValue? known = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (known is not null)
        {
            request.Headers.IfNoneMatch.Add(known);
        }

        return await client.SendAsync(request);
    }
}
