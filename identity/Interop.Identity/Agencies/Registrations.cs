using Interop.Identity.Api;
using Interop.Identity.Audit;
using Interop.Identity.Clients;

namespace Interop.Identity.Agencies;

/// <summary>
/// The life of a registration: within the agreement when it is made, in the sandbox until its checklist is passed, then live. Every
/// step is on the trail.
/// </summary>
internal sealed class Registrations(IdentitySettings settings, ClientStore clients, Agreements agreements, SecurityTrail trail)
{
    /// <summary>Lets an agency administrator register and end clients.</summary>
    public const string ManageScope = "client.manage";

    /// <summary>Lets a client put new keys in the place of its own.</summary>
    public const string KeysScope = "client.keys";

    /// <summary>Registers a client. One of a partner begins in the sandbox, unless an operator declares why it need not.</summary>
    /// <param name="declaration">The operator's reason to leave the sandbox out, or null.</param>
    /// <exception cref="SettingsException">It contradicts itself, is beyond the agreement, or the id is taken.</exception>
    public async Task<Client> AddAsync(Client asked, Actor actor, string? declaration, CancellationToken cancellationToken)
    {
        var needsSandbox = settings.FollowsAgreements && asked.Organization != settings.Custodian && declaration is null;
        var client = needsSandbox ? asked with { IsSandbox = true } : asked;
        ClientRules.Check(client);
        DemandOutside(client.JwksUri, actor);
        await DemandAsync(client, cancellationToken);
        await clients.AddAsync(client, cancellationToken);
        await RecordAsync("client-added", client.ClientId, actor, declaration, cancellationToken);
        return client;
    }

    /// <summary>Key roll-over: assertions signed with the old keys are refused from now on.</summary>
    /// <exception cref="SettingsException">The keys are none that a client can have, or the client is not active.</exception>
    public async Task SetKeysAsync(Client client, string? jwks, string? jwksUri, Actor actor, CancellationToken cancellationToken)
    {
        if (jwks is null && jwksUri is null)
        {
            throw new SettingsException("Keys are given as jwks or as jwks_uri.");
        }

        DemandOutside(jwksUri, actor);

        if (!await clients.SetKeysAsync(client, jwks, jwksUri, cancellationToken))
        {
            throw new SettingsException("There is no such active client.");
        }

        await RecordAsync("client-keys", client.ClientId, actor, null, cancellationToken);
    }

    /// <inheritdoc cref="Agreements.ChecklistAsync"/>
    public async Task<IReadOnlyList<ChecklistCase>?> ChecklistAsync(Client client, bool prepares, CancellationToken cancellationToken)
    {
        try
        {
            return await agreements.ChecklistAsync(client, prepares, cancellationToken);
        }
        catch (ApiUnavailableException)
        {
            throw new SettingsException("The sandbox does not answer: whether the client passed its checklist is not known.");
        }
    }

    /// <summary>Lets a client out of the sandbox, once it has passed every case of the checklist there.</summary>
    /// <exception cref="SettingsException">Cases are open, or the live agreement does not cover the client.</exception>
    public async Task GoLiveAsync(Client client, Actor actor, CancellationToken cancellationToken)
    {
        if (!client.IsSandbox)
        {
            throw new SettingsException("The client is live already.");
        }

        var cases = await ChecklistAsync(client, prepares: false, cancellationToken)
            ?? throw new SettingsException("The sandbox has no checklist for the agency: its persons are not in place yet.");
        if (cases.Where(item => item.PassedAt is null).Select(item => item.Code).ToList() is { Count: > 0 } open)
        {
            throw new SettingsException(
                $"The client has not passed these cases of the sandbox's checklist: {string.Join(", ", open)}.");
        }

        await DemandAsync(client with { IsSandbox = false }, cancellationToken);
        if (!await clients.SetLiveAsync(client.ClientId, cancellationToken))
        {
            throw new SettingsException("There is no such active client.");
        }

        await RecordAsync("client-live", client.ClientId, actor, null, cancellationToken);
    }

    /// <exception cref="SettingsException">There is no such active client.</exception>
    public async Task RevokeAsync(string clientId, Actor actor, CancellationToken cancellationToken)
    {
        if (!await clients.RevokeAsync(clientId, cancellationToken))
        {
            throw new SettingsException($"There is no active client {clientId}.");
        }

        await RecordAsync("client-revoked", clientId, actor, null, cancellationToken);
    }

    /// <summary>
    /// The issuer fetches what agencies name: over TLS, which whatever else it can reach will not answer under a name of theirs. What
    /// listens on its own machine is named by an operator.
    /// </summary>
    private static void DemandOutside(string? jwksUri, Actor actor)
    {
        if (actor != Actor.Operator && jwksUri?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == false)
        {
            throw new SettingsException("The key URL must be https.");
        }
    }

    private async Task DemandAsync(Client client, CancellationToken cancellationToken)
    {
        try
        {
            if (await agreements.ObjectionAsync(client, isFresh: true, cancellationToken) is { } objection)
            {
                throw new SettingsException(objection);
            }
        }
        catch (ApiUnavailableException)
        {
            throw new SettingsException("The API does not answer: what the agreement with the agency allows is not known.");
        }
    }

    private Task RecordAsync(string kind, string clientId, Actor actor, string? reason, CancellationToken cancellationToken) =>
        trail.RecordAsync(new(kind, false, clientId, actor.AccountId, actor.Remote, reason), cancellationToken);
}

/// <summary>Who changes a registration: an account or client over HTTP, or an operator at the machine.</summary>
internal sealed record Actor(string? AccountId, string? Remote)
{
    public static Actor Operator { get; } = new(null, null);
}
