using System.Text.Json;
using System.Text.Json.Serialization;
using Interop.Identity.Agencies;
using Interop.Identity.Http;
using Interop.Identity.Tokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Clients;

/// <summary>
/// <c>/clients</c>: registrations, for agency administrators and, as to its keys, for a client itself. Members are named as in
/// RFC 7591 section 2; it is no dynamic registration, every request carries a token of this issuer.
/// </summary>
internal static class ClientRegistrations
{
    private const string Path = "/clients";
    private const string InvalidMetadata = "invalid_client_metadata";

    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, ListAsync);
        routes.MapPost(Path, AddAsync);
        routes.MapGet(Path + "/{id}", ReadAsync);
        routes.MapPut(Path + "/{id}/keys", SetKeysAsync);
        routes.MapGet(Path + "/{id}/checklist", ReadChecklistAsync);
        routes.MapPost(Path + "/{id}/checklist", PrepareChecklistAsync);
        routes.MapPost(Path + "/{id}/live", GoLiveAsync);
        routes.MapDelete(Path + "/{id}", RevokeAsync);
    }

    private static Task<IResult> ListAsync(
        HttpContext http, RegistrationAccess managers, ClientStore clients, CancellationToken cancellationToken) =>
        managers.RunAsync(
            http,
            Path,
            async manager =>
            {
                Registrar.Demand(manager.IsAdministrator);
                var all = await clients.ListAsync(cancellationToken);
                return Results.Json(all.Where(client => manager.Manages(client.Organization)).Select(Shown), Strict);
            },
            cancellationToken);

    private static Task<IResult> AddAsync(
        HttpContext http, RegistrationAccess managers, Registrations registrations, CancellationToken cancellationToken) =>
        managers.RunAsync(
            http,
            Path,
            async manager =>
            {
                var client = (await BodyAsync<Registration>(http.Request, cancellationToken)).ToClient();
                Registrar.Demand(manager.Manages(client.Organization));
                var added = await registrations.AddAsync(client, manager.Actor, declaration: null, cancellationToken);
                return Results.Json(Shown(added), Strict, statusCode: StatusCodes.Status201Created);
            },
            cancellationToken);

    private static Task<IResult> ReadAsync(string id, HttpContext http, RegistrationAccess managers, CancellationToken cancellationToken) =>
        managers.ForClientAsync(
            http, $"{Path}/{id}", id, (_, client) => Task.FromResult(Results.Json(Shown(client), Strict)), cancellationToken);

    private static Task<IResult> SetKeysAsync(
        string id, HttpContext http, RegistrationAccess managers, Registrations registrations, CancellationToken cancellationToken) =>
        ChangeAsync(
            http,
            managers,
            $"{Path}/{id}/keys",
            id,
            async (manager, client) =>
            {
                var sent = await BodyAsync<Keys>(http.Request, cancellationToken);
                await registrations.SetKeysAsync(client, sent.Jwks?.GetRawText(), sent.JwksUri, manager.Actor, cancellationToken);
            },
            cancellationToken);

    private static Task<IResult> ReadChecklistAsync(
        string id, HttpContext http, RegistrationAccess managers, Registrations registrations, CancellationToken cancellationToken) =>
        ChecklistAsync(id, http, managers, registrations, prepares: false, cancellationToken);

    private static Task<IResult> PrepareChecklistAsync(
        string id, HttpContext http, RegistrationAccess managers, Registrations registrations, CancellationToken cancellationToken) =>
        ChecklistAsync(id, http, managers, registrations, prepares: true, cancellationToken);

    private static Task<IResult> ChecklistAsync(
        string id, HttpContext http, RegistrationAccess managers, Registrations registrations, bool prepares,
        CancellationToken cancellationToken) =>
        managers.ForClientAsync(
            http,
            $"{Path}/{id}/checklist",
            id,
            async (manager, client) =>
            {
                Registrar.Demand(manager.IsAdministrator);
                var cases = await registrations.ChecklistAsync(client, prepares, cancellationToken);
                return Results.Json(new { IsPrepared = cases is not null, Cases = cases ?? [] }, Strict);
            },
            cancellationToken);

    private static Task<IResult> GoLiveAsync(
        string id, HttpContext http, RegistrationAccess managers, Registrations registrations, CancellationToken cancellationToken) =>
        ChangeAsync(
            http,
            managers,
            $"{Path}/{id}/live",
            id,
            (manager, client) =>
            {
                Registrar.Demand(manager.IsOfCustodian);
                return registrations.GoLiveAsync(client, manager.Actor, cancellationToken);
            },
            cancellationToken);

    private static Task<IResult> RevokeAsync(
        string id, HttpContext http, RegistrationAccess managers, Registrations registrations, CancellationToken cancellationToken) =>
        ChangeAsync(
            http,
            managers,
            $"{Path}/{id}",
            id,
            (manager, client) =>
            {
                Registrar.Demand(manager.IsAdministrator);
                return registrations.RevokeAsync(client.ClientId, manager.Actor, cancellationToken);
            },
            cancellationToken);

    private static Task<IResult> ChangeAsync(
        HttpContext http,
        RegistrationAccess managers,
        string path,
        string id,
        Func<Registrar, Client, Task> change,
        CancellationToken cancellationToken) =>
        managers.ForClientAsync(
            http,
            path,
            id,
            async (manager, client) =>
            {
                await change(manager, client);
                return Results.NoContent();
            },
            cancellationToken);

    private static async Task<T> BodyAsync<T>(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, Strict, cancellationToken)
                ?? throw new OAuthException(InvalidMetadata, "The body is empty.");
        }
        catch (JsonException malformed)
        {
            throw new OAuthException(InvalidMetadata, $"The body is not what is expected at {malformed.Path ?? "its beginning"}.");
        }
    }

    private static object Shown(Client client) => new
    {
        client.ClientId,
        ClientName = client.Name,
        Agency = client.Organization,
        GrantTypes = client.Grants,
        Scope = SpaceDelimited.Join(client.Scopes),
        PurposeOfUse = SpaceDelimited.Join(client.Purposes),
        client.Roles,
        client.RedirectUris,
        client.JwksUri,
        Keys = client.Jwks is { } jwks ? new JsonWebKeySet(jwks).Keys.Select(KeyFacts) : null,
        DpopBoundAccessTokens = client.RequiresDpop,
        Status = client.IsRevoked ? "revoked" : client.IsSandbox ? "sandbox" : "live",
    };

    /// <summary>What tells one key from another: the thumbprint is that of RFC 7638.</summary>
    private static object KeyFacts(JsonWebKey key) => new
    {
        key.Kid, key.Kty, Thumbprint = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint()),
    };

    private sealed record Keys(JsonElement? Jwks, string? JwksUri);

    private sealed record Registration(
        string? ClientId,
        string? ClientName,
        string? Agency,
        string[]? GrantTypes,
        string? Scope,
        string? PurposeOfUse,
        string[]? Roles,
        string[]? RedirectUris,
        JsonElement? Jwks,
        string? JwksUri,
        bool? DpopBoundAccessTokens,
        bool? Sandbox)
    {
        public Client ToClient() => new(
            ClientId ?? string.Empty,
            ClientName ?? string.Empty,
            Agency ?? string.Empty,
            GrantTypes ?? [],
            SpaceDelimited.Split(Scope),
            SpaceDelimited.Split(PurposeOfUse),
            Roles ?? [],
            RedirectUris ?? [],
            Jwks?.GetRawText(),
            JwksUri,
            DpopBoundAccessTokens ?? false,
            Sandbox ?? false);
    }
}
