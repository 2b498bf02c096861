using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Interop.Pages.Sessions;

namespace Interop.Pages.Fhir;

/// <summary>
/// The FHIR endpoints as the person who is signed in may ask them: with her token, in this process. The pages have nothing else, so
/// nobody's page shows what the same caller's request would not. One for each request of a browser.
/// </summary>
public sealed class FhirApi(IHttpContextAccessor browser, PagesSettings settings, Func<Action<HttpContext>, HttpMessageHandler> handlers)
{
    private static readonly FhirJsonDeserializer Reader = FhirJsonDeserializer.RECOVERABLE;
    private static readonly FhirJsonSerializer Writer = new();
    private HttpClient? client;

    public Task<Bundle> SearchAsync(string query) => SendAsync<Bundle>(HttpMethod.Get, query);

    /// <summary>What a search finds of one type, without what came with it.</summary>
    public async Task<IReadOnlyList<T>> FindAsync<T>(string query)
        where T : Resource =>
        [.. (await SearchAsync(query)).Entry.Select(entry => entry.Resource).OfType<T>()];

    /// <summary>The first that a search finds of one type, or null.</summary>
    public async Task<T?> FirstAsync<T>(string query)
        where T : Resource => await FindAsync<T>(query) is [var first, ..] ? first : null;

    /// <summary>How many a search finds, as far as <c>_total=estimate</c> counts.</summary>
    public async Task<int> EstimateAsync(string query) => (await SearchAsync($"{query}&_summary=count&_total=estimate")).Total ?? 0;

    /// <summary>How many a search finds.</summary>
    public async Task<int> CountAsync(string query) => (await SearchAsync($"{query}&_summary=count")).Total ?? 0;

    /// <summary>Null for what is not there, or not for this person: the two are one.</summary>
    public async Task<T?> ReadAsync<T>(string path)
        where T : Resource
    {
        try
        {
            return await SendAsync<T>(HttpMethod.Get, path);
        }
        catch (FhirRefusedException absent) when (absent.IsAbsent)
        {
            return null;
        }
    }

    public Task<T> PostAsync<T>(string path, Resource body)
        where T : Resource => SendAsync<T>(HttpMethod.Post, path, Fhir(body));

    /// <summary>For what is everybody's: nobody's token goes along.</summary>
    public Task<T> ReadOpenAsync<T>(string path)
        where T : Resource => SendAsync<T>(HttpMethod.Get, path, isOpen: true);

    /// <summary>For the few operations that take a code instead of a token: nobody's token goes along.</summary>
    public Task<T> PostOpenAsync<T>(string path, Resource body)
        where T : Resource => SendAsync<T>(HttpMethod.Post, path, Fhir(body), isOpen: true);

    /// <summary>For an operation that files something: the id of what it stored.</summary>
    public async Task<string> FileAsync(string path, Resource body)
    {
        string? location = null;
        await SendAsync<OperationOutcome>(HttpMethod.Post, path, Fhir(body), null, headers => location = headers.Location?.AbsolutePath);
        var parts = (location ?? string.Empty).Split('/');
        return Array.IndexOf(parts, "_history") is > 0 and var history ? parts[history - 1] : parts[^1];
    }

    /// <summary>Stores something once, however often it is sent, and gives what the server warns of.</summary>
    /// <param name="condition">A search that finds it where it is stored already (<c>If-None-Exist</c>).</param>
    public async Task<IReadOnlyList<string>> RecordAsync(string type, string condition, Resource body)
    {
        var content = Fhir(body);
        content.Headers.Add("If-None-Exist", condition);
        var outcome = await SendAsync<OperationOutcome>(HttpMethod.Post, type, content);
        return
        [
            .. outcome.Issue.Where(issue => issue.Severity == OperationOutcome.IssueSeverity.Warning).Select(issue => issue.Diagnostics)
                .OfType<string>(),
        ];
    }

    /// <param name="version">The version that the person saw: who comes second is told so.</param>
    /// <param name="operations">A JSON Patch (RFC 6902).</param>
    public Task<T> PatchAsync<T>(string path, string? version, object operations)
        where T : Resource => SendAsync<T>(
            HttpMethod.Patch,
            path,
            new StringContent(System.Text.Json.JsonSerializer.Serialize(operations), Encoding.UTF8, "application/json-patch+json"),
            version);

    public Task<T> PutAsync<T>(string path, string? version, Resource body)
        where T : Resource => SendAsync<T>(HttpMethod.Put, path, Fhir(body), version);

    /// <exception cref="FhirRefusedException">The server said no.</exception>
    /// <exception cref="SessionEndedException">The person's token is no longer taken.</exception>
    private async Task<T> SendAsync<T>(
        HttpMethod method, string path, HttpContent? body = null, string? version = null, Action<HttpResponseHeaders>? told = null,
        bool isOpen = false)
        where T : Resource
    {
        using var request = new HttpRequestMessage(method, new Uri(settings.FhirBase, path)) { Content = body };
        request.Headers.Accept.ParseAdd("application/fhir+json");
        if (method != HttpMethod.Get)
        {
            request.Headers.Add("Prefer", typeof(T) == typeof(OperationOutcome) ? "return=OperationOutcome" : "return=representation");
        }

        if (version is not null)
        {
            request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{version}\"", isWeak: true));
        }

        var http = browser.HttpContext!;
        if (!isOpen)
        {
            request.Headers.Authorization = new("Bearer", await PageSession.TokenAsync(http));
        }

        using var response = await Client(http).SendAsync(request, http.RequestAborted);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            throw new SessionEndedException();
        }

        told?.Invoke(response.Headers);
        var text = await response.Content.ReadAsStringAsync(http.RequestAborted);
        var answer = text.Length > 0 && response.Content.Headers.ContentType?.MediaType == "application/fhir+json"
            ? Reader.Deserialize<Resource>(text)
            : null;
        return response.IsSuccessStatusCode && answer is T wanted ? wanted : throw new FhirRefusedException(
            response.IsSuccessStatusCode ? HttpStatusCode.BadGateway : response.StatusCode, answer as OperationOutcome);
    }

    private HttpClient Client(HttpContext http) => client ??= new(handlers(inner =>
    {
        // Limits and the trail know the address that the browser came from.
        var (mine, theirs) = (inner.Connection, http.Connection);
        (mine.RemoteIpAddress, mine.RemotePort) = (theirs.RemoteIpAddress, theirs.RemotePort);
    }));

    private static StringContent Fhir(Resource body) => new(Writer.SerializeToString(body), Encoding.UTF8, "application/fhir+json");

    /// <summary>Learns the classes of R4 once, before anybody waits for it.</summary>
    internal static void WarmUp() =>
        Reader.Deserialize<Resource>(Writer.SerializeToString(new Bundle { Type = Bundle.BundleType.Searchset }));
}
