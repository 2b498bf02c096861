using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Interop.Identity.Tokens;

namespace Interop.Identity.Api;

/// <summary>
/// The issuer as a client of the API that trusts it: it asks with tokens of its own making, good for one minute, and keeps nothing of the
/// answers.
/// </summary>
internal sealed class FhirApi(IHttpClientFactory clients, TokenMint mint)
{
    public const string HttpClient = "fhir-api";
    public const int MaxBytes = 1 << 20;

    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(1);

    /// <summary>A resource or an operation's answer; null where the API answers 404.</summary>
    /// <param name="address">Absolute.</param>
    /// <param name="asking">As whom.</param>
    /// <exception cref="ApiUnavailableException">The API does not answer, or not with what was asked for.</exception>
    public async Task<JsonElement?> GetAsync(string address, AccessToken asking, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        return await SendAsync(request, asking, cancellationToken);
    }

    /// <summary>The matches of a search. By POST: names of persons do not belong into addresses, which are logged on the way.</summary>
    /// <param name="fhir">The FHIR base.</param>
    /// <exception cref="ApiUnavailableException">The API does not answer, or not with a Bundle.</exception>
    public async Task<IReadOnlyList<JsonElement>> SearchAsync(
        string fhir, string type, IEnumerable<(string Name, string Value)> parameters, AccessToken asking, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{fhir}/{type}/_search")
        {
            Content = new FormUrlEncodedContent(parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value))),
        };
        if (await SendAsync(request, asking, cancellationToken) is not { } bundle || !bundle.TryGetProperty("entry", out var entries))
        {
            return [];
        }

        return
        [
            .. entries.EnumerateArray()
                .Select(entry => entry.GetProperty("resource"))
                .Where(resource => resource.GetProperty("resourceType").ValueEquals(type)),
        ];
    }

    private async Task<JsonElement?> SendAsync(HttpRequestMessage request, AccessToken asking, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await mint.AccessAsync(asking, cancellationToken, TokenLife));
        request.Headers.Accept.ParseAdd("application/fhir+json");
        try
        {
            using var client = clients.CreateClient(HttpClient);
            using var response = await client.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            response.EnsureSuccessStatusCode();
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return document.RootElement.Clone();
        }
        catch (Exception failure) when (failure is JsonException || OutgoingCalls.IsFailure(failure, cancellationToken))
        {
            throw new ApiUnavailableException(failure);
        }
    }
}
