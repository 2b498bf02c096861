using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Pages.Sessions;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;

namespace Interop.Pages.Fhir;

/// <summary>The issuer's registrations, as the person who is signed in may read and end them (<c>/clients</c>).</summary>
public sealed class IssuerApi(IHttpContextAccessor browser, PagesSettings settings, IOptionsMonitor<OpenIdConnectOptions> openId)
{
    /// <summary>The agency's clients; none where this person may not administer them.</summary>
    /// <exception cref="FhirRefusedException">The issuer can't say now: too many requests, or a fault of its own.</exception>
    public async Task<IReadOnlyList<RegisteredClient>> ClientsAsync()
    {
        using var response = await SendAsync(HttpMethod.Get, "/clients");
        using var list = IsToldNo(response) ? null : await JsonAsync(response);
        return list is null ? [] : [.. list.RootElement.EnumerateArray().Select(RegisteredClient.Of)];
    }

    /// <summary>One of them; null where it is not there, has ended, or is not this person's to administer.</summary>
    /// <inheritdoc cref="ClientsAsync"/>
    public async Task<RegisteredClient?> ClientAsync(string clientId)
    {
        using var response = await SendAsync(HttpMethod.Get, PathOf(clientId));
        using var client = IsToldNo(response) ? null : await JsonAsync(response);
        return client is null ? null : RegisteredClient.Of(client.RootElement);
    }

    /// <summary>What the client has still to try in the sandbox; null where the issuer can't say now, of which the page tells.</summary>
    /// <param name="prepares">Whether to put the invented persons there first.</param>
    public async Task<SandboxChecklist?> ChecklistAsync(string clientId, bool prepares = false)
    {
        using var response = await SendAsync(prepares ? HttpMethod.Post : HttpMethod.Get, $"{PathOf(clientId)}/checklist");
        using var list = response.IsSuccessStatusCode ? await JsonAsync(response) : null;
        return list is null ? null : SandboxChecklist.Of(list.RootElement);
    }

    /// <summary>
    /// Ends a client and all its tokens. Of this and what follows: why not, in the issuer's words, or null where it is done.
    /// </summary>
    public Task<string?> RevokeAsync(string clientId) => AskAsync(HttpMethod.Delete, PathOf(clientId));

    /// <summary>Lets a client out of the sandbox.</summary>
    public Task<string?> GoLiveAsync(string clientId) => AskAsync(HttpMethod.Post, $"{PathOf(clientId)}/live");

    /// <summary>Registers a client, members as in RFC 7591 section 2.</summary>
    public Task<string?> RegisterAsync(JsonObject client) => AskAsync(HttpMethod.Post, "/clients", client);

    /// <summary>Puts new keys in the place of the old ones, which end at once.</summary>
    /// <param name="keys"><c>jwks</c> or <c>jwks_uri</c>.</param>
    public Task<string?> SetKeysAsync(string clientId, JsonObject keys) => AskAsync(HttpMethod.Put, $"{PathOf(clientId)}/keys", keys);

    private static string PathOf(string clientId) => $"/clients/{Uri.EscapeDataString(clientId)}";

    /// <summary>Whether it is not there, or not for this person. Any other refusal is no answer to what was asked.</summary>
    private static bool IsToldNo(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound
        || (response.IsSuccessStatusCode ? false : throw new FhirRefusedException(response.StatusCode, null));

    private async Task<JsonDocument> JsonAsync(HttpResponseMessage response) =>
        await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(browser.HttpContext!.RequestAborted));

    private async Task<string?> AskAsync(HttpMethod method, string path, JsonObject? body = null)
    {
        using var response = await SendAsync(method, path, body);
        if (response.IsSuccessStatusCode)
        {
            return null;
        }

        var text = await response.Content.ReadAsStringAsync(browser.HttpContext!.RequestAborted);
        try
        {
            return JsonNode.Parse(text)?["error_description"]?.GetValue<string>() ?? string.Empty;
        }
        catch (JsonException)
        {
            return string.Empty;
        }
    }

    /// <exception cref="SessionEndedException">The person's token is no longer taken.</exception>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonObject? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(settings.Issuer + path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await PageSession.TokenAsync(browser.HttpContext!));
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        var response = await openId.Get(PageSession.OpenId).Backchannel.SendAsync(request, browser.HttpContext!.RequestAborted);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
        {
            return response;
        }

        response.Dispose();
        throw new SessionEndedException();
    }
}

/// <summary>One client of an agency at the issuer.</summary>
/// <param name="Status"><c>live</c>, <c>sandbox</c> or <c>revoked</c>.</param>
/// <param name="Scope">Between spaces.</param>
/// <param name="Purposes">Codes between spaces.</param>
/// <param name="KeyAddress">Where the agency publishes its keys; empty where they are kept at the issuer.</param>
/// <param name="Keys">Id and thumbprint (RFC 7638) of each key that the issuer keeps.</param>
public sealed record RegisteredClient(
    string Id, string Name, string Status, string Scope, string Purposes, string KeyAddress,
    IReadOnlyList<(string Kid, string Thumbprint)> Keys)
{
    internal static RegisteredClient Of(JsonElement client)
    {
        var keys = client.TryGetProperty("keys", out var all) && all.ValueKind == JsonValueKind.Array ? all.EnumerateArray().ToList() : [];
        return new(
            Text(client, "client_id"), Text(client, "client_name"), Text(client, "status"), Text(client, "scope"),
            Text(client, "purpose_of_use"), Text(client, "jwks_uri"), [.. keys.Select(key => (Text(key, "kid"), Text(key, "thumbprint")))]);
    }

    internal static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;
}

/// <summary>The sandbox's checklist for one client.</summary>
/// <param name="IsPrepared">Whether the agency's invented persons are there.</param>
public sealed record SandboxChecklist(bool IsPrepared, IReadOnlyList<SandboxCase> Cases)
{
    public bool IsPassed => IsPrepared && Cases.All(item => item.PassedAt.Length > 0);

    internal static SandboxChecklist Of(JsonElement answer) => new(
        answer.GetProperty("is_prepared").GetBoolean(),
        [
            .. answer.GetProperty("cases").EnumerateArray().Select(item => new SandboxCase(
                RegisteredClient.Text(item, "code"), RegisteredClient.Text(item, "what"), RegisteredClient.Text(item, "request"),
                RegisteredClient.Text(item, "passed_at"))),
        ]);
}

/// <param name="Request">Method and path below the sandbox's FHIR base.</param>
/// <param name="PassedAt">An instant; empty while it is open.</param>
public sealed record SandboxCase(string Code, string What, string Request, string PassedAt);
