using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Interop.Testing;

/// <summary>Short ways to send FHIR and read the answer.</summary>
internal static class Answers
{
    public static StringContent Fhir(string json) => new(json, new UTF8Encoding(false), new MediaTypeHeaderValue("application/fhir+json"));

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync();
        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.Clone();
    }

    public static async Task<JsonElement> GetJsonAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        var json = await response.JsonAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {json}");
        return json;
    }

    public static Task<HttpResponseMessage> GetAsync(this HttpClient client, string path) =>
        client.GetAsync(new Uri(path, UriKind.Relative));

    public static Task<HttpResponseMessage> PostFhirAsync(this HttpClient client, string path, string json) =>
        client.PostAsync(new Uri(path, UriKind.Relative), Fhir(json));

    /// <summary>Creates a resource, and gives its <c>Type/id</c>.</summary>
    public static async Task<string> CreatedAsync(this HttpClient client, string type, string json)
    {
        using var response = await client.PostFhirAsync(type, json);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 201, $"{type}: {(int)response.StatusCode} {text}");
        return $"{type}/{(await response.JsonAsync()).GetProperty("id").GetString()}";
    }

    public static async Task<HttpResponseMessage> PutFhirAsync(this HttpClient client, string path, string json, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(path, UriKind.Relative)) { Content = Fhir(json) };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await client.SendAsync(request);
    }

    /// <summary>Types and ids of a Bundle's entries.</summary>
    public static List<string> Keys(this JsonElement bundle) => bundle.TryGetProperty("entry", out var entries)
        ? [.. entries.EnumerateArray().Select(entry => entry.GetProperty("resource"))
            .Select(resource => $"{resource.GetProperty("resourceType").GetString()}/{resource.GetProperty("id").GetString()}")]
        : [];

    /// <summary>Asserts that the answer is an OperationOutcome with this status, and gives its first issue.</summary>
    public static async Task<JsonElement> OutcomeAsync(this HttpResponseMessage response, int status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} {text}");
        Assert.Equal("application/fhir+json", response.Content.Headers.ContentType?.MediaType);
        var outcome = await response.JsonAsync();
        Assert.Equal("OperationOutcome", outcome.GetProperty("resourceType").GetString());
        return outcome.GetProperty("issue")[0];
    }
}
