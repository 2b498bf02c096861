using System.Net.WebSockets;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Server.Conveyance;

/// <summary>
/// Where agencies subscribe to incidents over a WebSocket, as NENA-STA-024.1a describes (section 2.1; sub-protocol
/// <c>emergency-ent1.0</c>). The token comes with the handshake.
/// </summary>
internal sealed class EidoSubscriptions(
    Incidents incidents, TokenVerifier verifier, AuditTrail audit, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    public const string Path = "/IncidentData/ent";
    public const string Protocol = "emergency-ent1.0";

    // Each looks once a second.
    private const int MostOfOne = 10;

    private readonly Dictionary<string, int> connections = new(StringComparer.Ordinal);

    public static void Map(IEndpointRouteBuilder builder) =>
        builder.MapGet(Path, (RequestDelegate)(http => http.RequestServices.GetRequiredService<EidoSubscriptions>().HandleAsync(http)))
            .WithMetadata(new DeclaredInteraction(FhirInteraction.Operation)).DisableRequestTimeout().RequireAuthorization();

    private async Task HandleAsync(HttpContext http)
    {
        var caller = Caller.From(http.User);
        await incidents.DemandAsync(caller, http.RequestAborted);
        var objection = !http.WebSockets.IsWebSocketRequest ? "This address answers WebSockets."
            : http.WebSockets.WebSocketRequestedProtocols is { Count: > 0 } asked && !asked.Contains(Protocol)
                ? $"The sub-protocol is {Protocol}."
            : null;
        if (objection is not null)
        {
            await audit.RefusedAsync(caller, FhirInteraction.Operation, Path, $"400 invalid: {objection}", http.RequestAborted);
            await FhirResult.Problem(IssueCode.Invalid, objection).ExecuteAsync(http);
            return;
        }

        if (!TryConnect(caller.Organization))
        {
            await audit.RefusedAsync(caller, FhirInteraction.Operation, Path, "429 throttled", http.RequestAborted);
            await FhirResult.Problem(IssueCode.Throttled, $"An agency has {MostOfOne} connections at most.").ExecuteAsync(http);
            return;
        }

        try
        {
            await audit.PermittedAsync(caller, FhirInteraction.Operation, Path, http.RequestAborted);
            var token = http.Request.Headers.Authorization.ToString().Split(' ')[^1];
            using var socket = await http.WebSockets.AcceptWebSocketAsync(
                http.WebSockets.WebSocketRequestedProtocols.Count > 0 ? Protocol : null);
            await new ConveyanceSocket(socket, caller, () => HoldsAsync(token), incidents, audit, clock)
                .RunAsync(http.RequestAborted, lifetime.ApplicationStopping);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The subscriber has gone without a word.
        }
        finally
        {
            Disconnect(caller.Organization);
        }
    }

    private bool TryConnect(string organization)
    {
        lock (connections)
        {
            var own = connections.GetValueOrDefault(organization);
            connections[organization] = Math.Min(own + 1, MostOfOne);
            return own < MostOfOne;
        }
    }

    private void Disconnect(string organization)
    {
        lock (connections)
        {
            if (--connections[organization] == 0)
            {
                connections.Remove(organization);
            }
        }
    }

    /// <summary>Whether the token is still good: neither over nor revoked, nor its client ended.</summary>
    private async Task<bool> HoldsAsync(string token) =>
        (await verifier.ValidateTokenAsync(token, new TokenValidationParameters())).IsValid;
}
