using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Interop.Identity.Tokens;

namespace Interop.Identity.Agencies;

/// <summary>The issuer as a client of the API that trusts it: it asks with short tokens of its own making.</summary>
internal sealed class FhirApi(IHttpClientFactory http, TokenMint mint)
{
    public const string HttpClient = "fhir-api";
    public const int MaxBytes = 1 << 20;

    /// <summary>A resource or an operation's answer; null where the API answers 404.</summary>
    /// <param name="fhir">The FHIR base.</param>
    /// <param name="path">Below the base.</param>
    /// <param name="asking">As whom.</param>
    /// <exception cref="ApiUnavailableException">The API does not answer, or not with what was asked for.</exception>
    public async Task<JsonElement?> GetAsync(string fhir, string path, AccessToken asking, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{fhir}/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await mint.AccessAsync(asking, cancellationToken));
        request.Headers.Accept.ParseAdd("application/fhir+json");
        try
        {
            using var client = http.CreateClient(HttpClient);
            using var response = await client.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            response.EnsureSuccessStatusCode();
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return document.RootElement.Clone();
        }
        catch (Exception failure) when (
            failure is HttpRequestException or JsonException || (failure is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ApiUnavailableException(failure);
        }
    }
}

/// <summary>The API could not be asked. The sentence names nothing of the request.</summary>
internal sealed class ApiUnavailableException(Exception cause) : Exception("The FHIR API could not be asked.", cause);
