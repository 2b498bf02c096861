using System.Net.Http.Headers;
using System.Text.Json;
using Interop.Pages.Sessions;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;

namespace Interop.Pages.Fhir;

/// <summary>The issuer's registrations, as the person who is signed in may read and end them (<c>/clients</c>).</summary>
public sealed class IssuerApi(IHttpContextAccessor browser, PagesSettings settings, IOptionsMonitor<OpenIdConnectOptions> openId)
{
    /// <summary>The agency's clients; none where this person may not administer them.</summary>
    public async Task<IReadOnlyList<RegisteredClient>> ClientsAsync()
    {
        using var response = await SendAsync(HttpMethod.Get, "/clients");
        if (!response.IsSuccessStatusCode)
        {
            return [];
        }

        using var list = JsonDocument.Parse(await response.Content.ReadAsStreamAsync(browser.HttpContext!.RequestAborted));
        return [.. list.RootElement.EnumerateArray().Select(RegisteredClient.Of)];
    }

    /// <summary>Ends a client and all its tokens; false where the issuer says no.</summary>
    public async Task<bool> RevokeAsync(string clientId)
    {
        using var response = await SendAsync(HttpMethod.Delete, $"/clients/{Uri.EscapeDataString(clientId)}");
        return response.IsSuccessStatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri(settings.Issuer + path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await PageSession.TokenAsync(browser.HttpContext!));
        return await openId.Get(PageSession.OpenId).Backchannel.SendAsync(request, browser.HttpContext!.RequestAborted);
    }
}

/// <summary>One client of an agency at the issuer.</summary>
/// <param name="Status"><c>live</c>, <c>sandbox</c> or <c>revoked</c>.</param>
/// <param name="Scope">Between spaces.</param>
public sealed record RegisteredClient(string Id, string Name, string Status, string Scope)
{
    internal static RegisteredClient Of(JsonElement client)
    {
        string Text(string name) => client.TryGetProperty(name, out var value) ? value.GetString() ?? string.Empty : string.Empty;
        return new(Text("client_id"), Text("client_name"), Text("status"), Text("scope"));
    }
}
