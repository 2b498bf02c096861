using System.CommandLine;
using Interop.Identity.Tables;

namespace Interop.Identity.Verbs;

/// <summary><c>interop-identity client add|list|revoke</c>.</summary>
internal static class Clients
{
    public static Command Command() => new("client", "Registered clients.") { Add(), List(), Revoke() };

    private static Command Add()
    {
        var id = new Argument<string>("id") { Description = "The client_id." };
        var name = new Option<string>("--name") { Description = "What people see when they are asked to consent.", Required = true };
        var agency = new Option<string>("--agency") { Description = "Organization/id.", Required = true };
        var scope = new Option<string>("--scope") { Description = "The scopes that it may ask for, between spaces.", Required = true };
        var purpose = new Option<string>("--purpose") { Description = "v3-ActReason codes between spaces.", DefaultValueFactory = _ => string.Empty };
        var role = new Option<string>("--role") { Description = "Roles of its own tokens, between spaces.", DefaultValueFactory = _ => string.Empty };
        var redirect = new Option<string[]>("--redirect-uri") { Description = "An exact redirect URI; makes it a client for people.", DefaultValueFactory = _ => [] };
        var jwks = new Option<FileInfo?>("--jwks") { Description = "File with its public key set." };
        var jwksUri = new Option<string?>("--jwks-uri") { Description = "URL of its public key set." };
        var backend = new Option<bool>("--backend") { Description = "It may use client_credentials." };
        var dpop = new Option<bool>("--dpop") { Description = "It must prove possession of a key (DPoP)." };
        var sandbox = new Option<bool>("--sandbox") { Description = "Its tokens say sandbox." };
        var database = Offline.Database();
        var add = new Command(
            "add",
            "Registers a client.") { id, name, agency, scope, purpose, role, redirect, jwks, jwksUri, backend, dpop, sandbox, database };
        add.SetAction(async (arguments, cancellationToken) =>
        {
            var redirects = arguments.GetValue(redirect)!;
            string[] grants = [.. arguments.GetValue(backend) ? [Client.ClientCredentials] : Array.Empty<string>(), .. redirects.Length > 0 ? [Client.AuthorizationCode] : Array.Empty<string>()];
            var keys = arguments.GetValue(jwks);
            if (keys is { Exists: false })
            {
                throw new SettingsException("The key set's file does not exist.");
            }

            var client = new Client(
                arguments.GetValue(id)!,
                arguments.GetValue(name)!,
                arguments.GetValue(agency)!,
                grants,
                Words.Split(arguments.GetValue(scope)),
                Words.Split(arguments.GetValue(purpose)),
                Words.Split(arguments.GetValue(role)),
                redirects,
                keys is null ? null : await File.ReadAllTextAsync(keys.FullName, cancellationToken),
                arguments.GetValue(jwksUri),
                arguments.GetValue(dpop),
                arguments.GetValue(sandbox));
            await using var provider = Offline.Open(arguments.GetValue(database));
            await provider.GetRequiredService<ClientStore>().AddAsync(client, cancellationToken);
            await provider.GetRequiredService<SecurityTrail>().RecordAsync(
                new("client-added", false, client.ClientId, null, null, null), cancellationToken);
            Console.WriteLine($"Registered {client.ClientId}.");
            return 0;
        });
        return add;
    }

    private static Command List()
    {
        var database = Offline.Database();
        var list = new Command("list", "Shows the clients.") { database };
        list.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database));
            foreach (var client in await provider.GetRequiredService<ClientStore>().ListAsync(cancellationToken))
            {
                Console.WriteLine(
                    $"{client.ClientId}\t{(client.IsRevoked ? "revoked" : client.IsSandbox ? "sandbox" : "live")}\t{client.Organization}\t{Words.Join(client.Scopes)}");
            }

            return 0;
        });
        return list;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("id") { Description = "The client_id." };
        var database = Offline.Database();
        var revoke = new Command("revoke", "Ends a client and everything issued to it.") { id, database };
        revoke.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database));
            var clientId = arguments.GetValue(id)!;
            if (!await provider.GetRequiredService<ClientStore>().RevokeAsync(clientId, cancellationToken))
            {
                throw new SettingsException($"There is no active client {clientId}.");
            }

            await provider.GetRequiredService<SecurityTrail>().RecordAsync(
                new("client-revoked", false, clientId, null, null, null), cancellationToken);
            Console.WriteLine($"Revoked {clientId}.");
            return 0;
        });
        return revoke;
    }
}
