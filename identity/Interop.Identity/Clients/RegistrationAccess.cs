using Interop.Identity.Audit;
using Interop.Identity.Http;
using Interop.Identity.Tokens;

namespace Interop.Identity.Clients;

/// <summary>Who may do what to which registration. What a caller may not know of looks like what is not there.</summary>
internal sealed class RegistrationAccess(
    IdentitySettings settings, PresentedToken presented, ClientStore clients, RequestLimits limits, SecurityTrail trail)
{
    /// <summary>Runs a request of whoever its token names; what is refused is on the trail.</summary>
    /// <param name="path">The endpoint, below the issuer.</param>
    public async Task<IResult> RunAsync(
        HttpContext http, string path, Func<Registrar, Task<IResult>> work, CancellationToken cancellationToken)
    {
        var remote = http.Connection.RemoteIpAddress?.ToString();
        var (token, reason) = await presented.ReadAsync(http.Request, path, cancellationToken);
        limits.DemandForClient(token?.Content.ClientId, remote);
        if (token is null)
        {
            await trail.RecordAsync(new("clients", true, null, null, remote, reason), cancellationToken);
            return PresentedToken.Refuse(http, reason);
        }

        http.Items[OAuthErrors.ClaimedClient] = token.Content.ClientId;
        try
        {
            return await work(new Registrar(token.Content, settings.Custodian, remote));
        }
        catch (SettingsException wrong)
        {
            throw new OAuthException("invalid_client_metadata", wrong.Message);
        }
    }

    /// <summary>
    /// The same for one registration: 404 for all but its agency's administrators, the custodian's, and, as to its keys, itself.
    /// </summary>
    public Task<IResult> ForClientAsync(
        HttpContext http, string path, string id, Func<Registrar, Client, Task<IResult>> work, CancellationToken cancellationToken) =>
        RunAsync(
            http,
            path,
            async manager =>
                await clients.FindActiveAsync(id, cancellationToken) is { } client
                && (manager.Manages(client.Organization) || manager.IsKeyHolder(id))
                    ? await work(manager, client)
                    : Results.NotFound(),
            cancellationToken);
}
