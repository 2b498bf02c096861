using System.Net.Http.Headers;
using System.Text;

namespace Interop.Server.Tests.Interactions;

/// <summary>Histories in part, deletions told, media types as HTTP writes them, and paths that are no resource's.</summary>
public sealed class AnswerFormTests : SceneTests
{
    protected override IReadOnlyList<string> Scene => [Fixtures.Patient("p1", "One"), Fixtures.Patient("p2", "Two")];

    [Fact]
    public async Task A_history_is_given_in_pages_and_in_part()
    {
        using var client = Server.As("navigator");
        var times = new List<string>();
        for (var version = 2; version <= 5; version++)
        {
            Server.Clock.Advance(TimeSpan.FromHours(1));
            times.Add(Server.Clock.GetUtcNow().ToString("O"));
            using var response = await client.PutFhirAsync("Patient/p1", Fixtures.Patient("p1", $"Version{version}"));
            Assert.Equal(200, (int)response.StatusCode);
        }

        var first = await client.GetJsonAsync("Patient/p1/_history?_count=2");
        Assert.Equal(["5", "4"], Versions(first));
        Assert.Equal(5, first.GetProperty("total").GetInt32());
        var next = first.GetProperty("link")[1].GetProperty("url").GetString()!;
        Assert.Equal(["3", "2"], Versions(await client.GetJsonAsync(next[(RunningServer.PublicUrl.Length + 1)..])));
        Assert.Equal(["5", "4"], Versions(await client.GetJsonAsync($"Patient/p1/_history?_since={Uri.EscapeDataString(times[2])}")));
        Assert.Equal(
            ["3"],
            Versions(await client.GetJsonAsync(
                $"Patient/p1/_history?_at={Uri.EscapeDataString(Server.Clock.GetUtcNow().AddMinutes(-90).ToString("O"))}")));
        using var wrong = await client.GetAsync("Patient/p1/_history?_count=-1");
        await wrong.OutcomeAsync(400);
        using var unknown = await client.GetAsync("Patient/p1/_history?nonsense=1");
        await unknown.OutcomeAsync(400);
    }

    [Fact]
    public async Task A_deletion_is_told_with_its_time_and_again_when_it_is_repeated()
    {
        using var client = Server.As("navigator");
        Server.Clock.Advance(TimeSpan.FromHours(1));
        using var first = await client.DeleteAsync(new Uri("Patient/p2", UriKind.Relative));
        Assert.Equal(204, (int)first.StatusCode);

        using var second = await client.DeleteAsync(new Uri("Patient/p2", UriKind.Relative));
        await second.OutcomeAsync(410);
        using var unknown = await client.DeleteAsync(new Uri("Patient/nobody", UriKind.Relative));
        await unknown.OutcomeAsync(404);
        using var deleter =
            Server.As(Interop.Demo.DemoCaller.All.Single(caller => caller.Name == "navigator") with { Scope = "system/Patient.d" });
        using var untold = await deleter.DeleteAsync(new Uri("Patient/p2", UriKind.Relative));
        await untold.OutcomeAsync(404);
        using var partner = Server.As("social");
        using var hidden = await partner.DeleteAsync(new Uri("Patient/p2", UriKind.Relative));
        Assert.NotEqual(410, (int)hidden.StatusCode);

        var deletion = (await client.GetJsonAsync("Patient/p2/_history")).GetProperty("entry")[0].GetProperty("response");
        Assert.Equal(Server.Clock.GetUtcNow(), deletion.GetProperty("lastModified").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
    }

    [Theory]
    [InlineData("Application/FHIR+JSON", 200)]
    [InlineData("application/fhir+json; fhirVersion=4.0", 200)]
    [InlineData("application/fhir+json;FHIRVersion=\"4.0\"; charset=UTF-8", 200)]
    [InlineData("application/json;q=0.9, application/fhir+xml;q=0.5", 200)]
    [InlineData("application/fhir+json; fhirVersion=5.0", 406)]
    [InlineData("application/fhir+xml; fhirVersion=3.0", 406)]
    [InlineData("application/fhir+turtle", 406)]
    public async Task Media_types_ignore_case_and_take_parameters(string mediaType, int status)
    {
        using var client = Server.As("navigator");
        using var read = new HttpRequestMessage(HttpMethod.Get, new Uri("Patient/p1", UriKind.Relative));
        read.Headers.TryAddWithoutValidation("Accept", mediaType);
        using var answer = await client.SendAsync(read);
        Assert.Equal(status, (int)answer.StatusCode);

        if (!mediaType.Contains(',', StringComparison.Ordinal))
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Fixtures.Patient("p1", "New")));
            content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
            using var written = await client.PostAsync(new Uri("Patient", UriKind.Relative), content);
            Assert.Equal(status == 200 ? 201 : 415, (int)written.StatusCode);
        }

        using var asked = await client.GetAsync($"Patient/p1?_format={Uri.EscapeDataString(mediaType.Split(',')[0])}");
        Assert.Equal(status, (int)asked.StatusCode);
    }

    [Theory]
    [InlineData("Patient/$export", "Patient/$export")]
    [InlineData("Encounter/p1/$everything", "")]
    [InlineData("$export", "")]
    public async Task What_is_not_offered_is_said_to_be(string path, string name)
    {
        using var client = Server.As("navigator");

        using var response = await client.GetAsync(path);

        var issue = await response.OutcomeAsync(404);
        Assert.Equal("not-supported", issue.GetProperty("code").GetString());
        Assert.Contains(name, issue.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient/p1")]
    [InlineData("Patient/p1/_history")]
    [InlineData("Patient/p1/_history/1")]
    [InlineData("Patient")]
    [InlineData("metadata")]
    public async Task A_HEAD_answers_like_a_GET_without_its_body(string path)
    {
        using var client = Server.As("navigator");
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(path, UriKind.Relative));

        using var head = await client.SendAsync(request);
        using var get = await client.GetAsync(path);

        Assert.Equal(200, (int)head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
    }

    [Theory]
    [InlineData("Patient/p1", "DELETE, GET, HEAD, PATCH, PUT, OPTIONS")]
    [InlineData("Patient", "DELETE, GET, HEAD, PATCH, POST, PUT, OPTIONS")]
    [InlineData("Patient/p1/_history", "GET, HEAD, OPTIONS")]
    [InlineData("", "GET, HEAD, POST, OPTIONS")]
    public async Task OPTIONS_tells_anybody_the_methods_of_a_path(string path, string methods)
    {
        using var client = Server.As("navigator");
        using var stranger = Server.WithToken(null);
        using var known = new HttpRequestMessage(HttpMethod.Options, new Uri(path, UriKind.Relative));
        using var unknown = new HttpRequestMessage(HttpMethod.Options, new Uri(path, UriKind.Relative));

        using var answer = await client.SendAsync(known);
        using var same = await stranger.SendAsync(unknown);

        Assert.All([answer, same], response => Assert.Equal(204, (int)response.StatusCode));
        Assert.All(
            [answer, same],
            response => Assert.Equal(methods.Split(", ").Order(), response.Content.Headers.Allow.Order()));
    }

    [Theory]
    [InlineData("application/EmergencyCallData.eido+json", 400)]
    [InlineData("Application/JSON", 400)]
    [InlineData("text/plain", 415)]
    public async Task Dispatch_is_told_the_media_type_of_an_EIDO(string mediaType, int status)
    {
        using var client = Server.As("dispatch");
        using var content = new StringContent("{}", Encoding.UTF8, MediaTypeHeaderValue.Parse(mediaType));

        using var response = await client.PostAsync(new Uri("/cad/eido", UriKind.Relative), content);

        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        if (status == 415)
        {
            Assert.Contains(
                "eido+json", (await response.OutcomeAsync(415)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_lenient_search_says_what_it_left_out_and_its_links_work_without_the_header()
    {
        using var client = Server.As("navigator");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("Patient?nonsense=1&_sort=nonsense&_count=1", UriKind.Relative));
        request.Headers.Add("Prefer", "handling=lenient");

        using var response = await client.SendAsync(request);

        var bundle = await response.JsonAsync();
        var links = bundle.GetProperty("link").EnumerateArray().ToDictionary(
            link => link.GetProperty("relation").GetString()!, link => link.GetProperty("url").GetString()!);
        Assert.Equal($"{RunningServer.PublicUrl}/Patient?_count=1", links["self"]);
        var last = bundle.GetProperty("entry").EnumerateArray().Last();
        Assert.Equal("outcome", last.GetProperty("search").GetProperty("mode").GetString());
        Assert.Equal(2, last.GetProperty("resource").GetProperty("issue").GetArrayLength());
        Assert.Equal("warning", last.GetProperty("resource").GetProperty("issue")[0].GetProperty("severity").GetString());
        Assert.Single((await client.GetJsonAsync(links["next"][(RunningServer.PublicUrl.Length + 1)..])).Keys());
    }

    private static List<string?> Versions(System.Text.Json.JsonElement bundle) =>
        [.. bundle.GetProperty("entry").EnumerateArray()
            .Select(entry => entry.GetProperty("resource").GetProperty("meta").GetProperty("versionId").GetString())];
}
