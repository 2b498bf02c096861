using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;

namespace Interop.Server.Tests.Interactions;

/// <summary>
/// Conditions of a request (RFC 9110 section 13, https://hl7.org/fhir/R4/http.html#concurrency): those that are taken are honoured, others
/// are refused by name. And bodies that are not the whole of a resource, or not what they seem.
/// </summary>
public sealed class PreconditionTests : SceneTests
{
    private const string Past = "Sat, 01 Jan 2000 00:00:00 GMT";
    private const string Future = "Fri, 01 Jan 2100 00:00:00 GMT";

    protected override IReadOnlyList<string> Scene => [Fixtures.Patient("p1", "Own")];

    [Theory]
    [InlineData("X-Purpose-Of-Use", "BTG", 400)]
    [InlineData("purposeofuse", "TREAT", 400)]
    [InlineData("X-Break-Glass", "true", 400)]
    [InlineData("Sec-Purpose", "prefetch", 200)]
    public async Task A_purpose_in_a_header_is_refused_and_not_ignored(string header, string value, int status)
    {
        using var navigator = Server.As("navigator");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(navigator.BaseAddress!, "Patient"));
        request.Headers.Add(header, value);

        using var answer = await navigator.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.True(status == 200 || (await answer.Content.ReadAsStringAsync()).Contains(header, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("GET", "If-None-Match", "W/\"1\"", 304)]
    [InlineData("GET", "If-None-Match", "\"1\"", 304)]
    [InlineData("GET", "If-None-Match", "W/\"7\", W/\"1\"", 304)]
    [InlineData("GET", "If-None-Match", "*", 304)]
    [InlineData("GET", "If-None-Match", "W/\"7\"", 200)]
    [InlineData("GET", "If-None-Match", "1", 400)]
    [InlineData("GET", "If-Modified-Since", Future, 304)]
    [InlineData("GET", "If-Modified-Since", Past, 200)]
    [InlineData("GET", "If-Modified-Since", "yesterday", 400)]
    [InlineData("GET", "If-Match", "W/\"1\"", 200)]
    [InlineData("GET", "If-Match", "W/\"7\"", 412)]
    [InlineData("GET", "If-Unmodified-Since", Past, 412)]
    [InlineData("GET", "If-None-Exist", "name=x", 400)]
    [InlineData("PUT", "If-None-Match", "*", 412)]
    [InlineData("PUT", "If-None-Match", "W/\"1\"", 412)]
    [InlineData("PUT", "If-None-Match", "W/\"7\"", 200)]
    [InlineData("PUT", "If-Match", "*", 200)]
    [InlineData("PUT", "If-Match", "W/\"1\"", 200)]
    [InlineData("PUT", "If-Match", "\"1\"", 200)]
    [InlineData("PUT", "If-Match", "W/\"7\", W/\"1\"", 200)]
    [InlineData("PUT", "If-Match", "W/\"7\", W/\"8\"", 412)]
    [InlineData("PUT", "If-Match", "1", 400)]
    [InlineData("PUT", "If-Unmodified-Since", Future, 200)]
    [InlineData("PUT", "If-Unmodified-Since", Past, 412)]
    [InlineData("PUT", "If-Modified-Since", Past, 400)]
    [InlineData("PUT", "If-None-Exist", "name=x", 400)]
    [InlineData("PATCH", "If-Unmodified-Since", Past, 412)]
    [InlineData("PATCH", "If-Match", "W/\"1\"", 200)]
    [InlineData("PATCH", "If-None-Match", "*", 412)]
    [InlineData("DELETE", "If-Unmodified-Since", Past, 412)]
    [InlineData("DELETE", "If-None-Match", "*", 412)]
    [InlineData("DELETE", "If-Match", "W/\"7\"", 412)]
    [InlineData("POST", "If-Match", "W/\"1\"", 400)]
    [InlineData("POST", "If-None-Match", "*", 400)]
    [InlineData("POST", "If-Unmodified-Since", Past, 400)]
    public async Task A_condition_is_honoured_or_refused_by_name(string method, string header, string value, int status)
    {
        using var client = Server.As("navigator");
        using var request = new HttpRequestMessage(new(method), new Uri(method == "POST" ? "Patient" : "Patient/p1", UriKind.Relative));
        request.Headers.TryAddWithoutValidation(header, value);
        request.Content = method switch
        {
            "PUT" or "POST" => Answers.Fhir(Fixtures.Patient("p1", "Changed")),
            "PATCH" =>
                new StringContent(
                    """[{"op":"replace","path":"/gender","value":"other"}]""",
                    Encoding.UTF8,
                    new MediaTypeHeaderValue("application/json-patch+json")),
            _ => null,
        };

        using var response = await client.SendAsync(request);

        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        if (status == 400)
        {
            Assert.Contains(header, (await response.OutcomeAsync(400)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        }

        var isChanged = status == 200 && method is "PUT" or "PATCH" && status == 200;
        var versions = await client.GetJsonAsync("Patient/p1/_history");
        Assert.Equal(isChanged ? 2 : 1, versions.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("Patient/p1?_elements=name")]
    [InlineData("Patient/p1?_summary=true")]
    public async Task A_part_is_not_taken_for_the_whole(string path)
    {
        using var client = Server.As("navigator");
        var part = (await client.GetJsonAsync(path)).GetRawText();

        using var response = await client.PutFhirAsync("Patient/p1", part);
        using var entry = await client.PostFhirAsync(
            "",
            $$$"""{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{{{part}}},"request":"""
                + """{"method":"PUT","url":"Patient/p1"}}]}""");

        Assert.Equal("Patient.meta.tag", (await response.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        Assert.Equal("Bundle.entry[0].resource.meta.tag", (await entry.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    [Theory]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task A_body_that_is_encoded_otherwise_than_as_gzip_is_415(string encoding)
    {
        using var buffer = new MemoryStream();
        await using (var gzip = new GZipStream(buffer, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Fixtures.Patient("p1", "Zipped")));
        }

        using var client = Server.As("navigator");
        using var content = new ByteArrayContent(buffer.ToArray());
        content.Headers.ContentType = new("application/fhir+json");
        content.Headers.ContentEncoding.Add(encoding);

        using var response = await client.PostAsync(new Uri("Patient", UriKind.Relative), content);

        await response.OutcomeAsync(415);
    }

    [Fact]
    public async Task A_search_whose_form_is_encoded_is_415()
    {
        using var client = Server.As("navigator");
        using var content = new ByteArrayContent("family=Own"u8.ToArray());
        content.Headers.ContentType = new("application/x-www-form-urlencoded");
        content.Headers.ContentEncoding.Add("gzip");

        using var response = await client.PostAsync(new Uri("Patient/_search", UriKind.Relative), content);

        await response.OutcomeAsync(415);
    }
}
