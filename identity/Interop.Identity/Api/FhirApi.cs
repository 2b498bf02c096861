using System.Net;
using System.Net.Http.Headers;
using Hl7.Fhir.Model;
using Hl7.Fhir.Rest;
using Hl7.Fhir.Serialization;
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
    private static readonly FhirClientSettings Settings = new() { PreferredFormat = ResourceFormat.Json };

    /// <summary>The answer of an operation; null where the API answers 404.</summary>
    /// <param name="fhir">The FHIR base.</param>
    /// <param name="path">Below it.</param>
    /// <param name="asking">As whom.</param>
    /// <param name="changes">Whether it changes something: then it is asked by POST.</param>
    /// <exception cref="ApiUnavailableException">The API does not answer, or not with what was asked for.</exception>
    public Task<Parameters?> OperationAsync(
        string fhir, string path, AccessToken asking, CancellationToken cancellationToken, bool changes = false) =>
        AskAsync(
            fhir,
            asking,
            async api => (Parameters?)await (changes
                ? api.OperationAsync(new Uri($"{fhir.TrimEnd('/')}/{path}"), new Parameters(), useGet: false, cancellationToken)
                : api.GetAsync(path, cancellationToken)),
            cancellationToken);

    /// <summary>The matches of a search. By POST: names of persons do not belong into addresses, which are logged on the way.</summary>
    /// <exception cref="ApiUnavailableException">The API does not answer, or not with a Bundle.</exception>
    public async Task<IReadOnlyList<T>> SearchAsync<T>(
        string fhir, SearchParams search, AccessToken asking, CancellationToken cancellationToken)
        where T : Resource, new()
    {
        var bundle = await AskAsync(fhir, asking, api => api.SearchUsingPostAsync<T>(search, cancellationToken), cancellationToken);
        return [.. bundle?.GetResources().OfType<T>() ?? []];
    }

    private async Task<T?> AskAsync<T>(
        string fhir, AccessToken asking, Func<FhirClient, Task<T?>> ask, CancellationToken cancellationToken)
        where T : Resource
    {
        using var http = clients.CreateClient(HttpClient);
        http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", await mint.AccessAsync(asking, cancellationToken, TokenLife));
        using var api = new FhirClient(fhir, http, Settings);
        try
        {
            return await ask(api);
        }
        catch (FhirOperationException answer) when (answer.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (Exception failure) when (
            failure is FhirOperationException or DeserializationFailedException or FormatException or InvalidCastException
            || OutgoingCalls.IsFailure(failure, cancellationToken))
        {
            throw new ApiUnavailableException(failure);
        }
    }
}
