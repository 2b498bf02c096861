using System.CommandLine;
using Interop.Identity.Agencies;
using Interop.Identity.Clients;
using Interop.Identity.Tokens;

namespace Interop.Identity.Verbs;

/// <summary>
/// <c>interop-identity client add|list|live|keys|revoke</c>. Agreements are asked of the API, which has to be running for partners.
/// </summary>
internal static class Clients
{
    public static Command Command() => new("client", "Registered clients.") { Add(), List(), Live(), Keys(), Revoke() };

    private static Command Add()
    {
        var id = new Argument<string>("id") { Description = "The client_id." };
        var name = new Option<string>("--name") { Description = "What people see when they are asked to consent.", Required = true };
        var agency = new Option<string>("--agency") { Description = "Organization/id.", Required = true };
        var scope = new Option<string>("--scope") { Description = "The scopes that it may ask for, between spaces.", Required = true };
        var purpose =
            new Option<string>("--purpose") { Description = "v3-ActReason codes between spaces.", DefaultValueFactory = _ => string.Empty };
        var role = new Option<string>("--role")
        {
            Description = "Roles of its own tokens, between spaces.", DefaultValueFactory = _ => string.Empty
        };
        var redirect = new Option<string[]>("--redirect-uri")
        {
            Description = "An exact redirect URI; makes it a client for people.", DefaultValueFactory = _ => []
        };
        var jwks = new Option<FileInfo?>("--jwks") { Description = "File with its public key set." };
        var jwksUri = new Option<string?>("--jwks-uri") { Description = "URL of its public key set." };
        var backend = new Option<bool>("--backend") { Description = "It may use client_credentials." };
        var dpop = new Option<bool>("--dpop") { Description = "It must prove possession of a key (DPoP)." };
        var sandbox = new Option<bool>("--sandbox") { Description = "Its tokens are for the sandbox; a partner's are at first anyway." };
        var declaration = new Option<string?>("--without-checklist")
        {
            Description = "Why a partner's client is live without the sandbox's checklist; goes on the trail.",
        };
        var database = Offline.Database();
        var add = new Command(
            "add",
            "Registers a client.")
            {
                id, name, agency, scope, purpose, role, redirect, jwks, jwksUri, backend, dpop, sandbox, declaration, database
            };
        add.SetAction(async (arguments, cancellationToken) =>
        {
            var redirects = arguments.GetValue(redirect)!;
            string[] grants = [.. arguments.GetValue(backend) ? [Client.ClientCredentials] : Array.Empty<string>(), .. redirects.Length > 0
                ? [Client.AuthorizationCode]
                : Array.Empty<string>()];
            var keys = arguments.GetValue(jwks);
            var client = new Client(
                arguments.GetValue(id)!,
                arguments.GetValue(name)!,
                arguments.GetValue(agency)!,
                grants,
                SpaceDelimited.Split(arguments.GetValue(scope)),
                SpaceDelimited.Split(arguments.GetValue(purpose)),
                SpaceDelimited.Split(arguments.GetValue(role)),
                redirects,
                await ReadAsync(keys, cancellationToken),
                arguments.GetValue(jwksUri),
                arguments.GetValue(dpop),
                arguments.GetValue(sandbox));
            await using var provider = Offline.Open(arguments.GetValue(database));
            var added = await provider.GetRequiredService<Registrations>().AddAsync(
                client, Actor.Operator, arguments.GetValue(declaration), cancellationToken);
            Console.WriteLine($"Registered {added.ClientId}{(added.IsSandbox ? " for the sandbox" : string.Empty)}.");
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
                var state = client.IsRevoked ? "revoked" : client.IsSandbox ? "sandbox" : "live";
                Console.WriteLine($"{client.ClientId}\t{state}\t{client.Organization}\t{SpaceDelimited.Join(client.Scopes)}");
            }

            return 0;
        });
        return list;
    }

    private static Command Live()
    {
        var id = new Argument<string>("id") { Description = "The client_id." };
        var database = Offline.Database();
        var live = new Command("live", "Lets a client out of the sandbox that has passed its checklist.") { id, database };
        live.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database));
            var client = await ActiveAsync(provider, arguments.GetValue(id)!, cancellationToken);
            await provider.GetRequiredService<Registrations>().GoLiveAsync(client, Actor.Operator, cancellationToken);
            Console.WriteLine($"{client.ClientId} is live.");
            return 0;
        });
        return live;
    }

    private static Command Keys()
    {
        var id = new Argument<string>("id") { Description = "The client_id." };
        var jwks = new Option<FileInfo?>("--jwks") { Description = "File with its new public key set." };
        var jwksUri = new Option<string?>("--jwks-uri") { Description = "URL of its new public key set." };
        var database = Offline.Database();
        var keys = new Command("keys", "Puts other keys in the place of a client's.") { id, jwks, jwksUri, database };
        keys.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database));
            var client = await ActiveAsync(provider, arguments.GetValue(id)!, cancellationToken);
            await provider.GetRequiredService<Registrations>().SetKeysAsync(
                client,
                await ReadAsync(arguments.GetValue(jwks), cancellationToken),
                arguments.GetValue(jwksUri),
                Actor.Operator,
                cancellationToken);
            Console.WriteLine($"{client.ClientId} has new keys.");
            return 0;
        });
        return keys;
    }

    private static async Task<Client> ActiveAsync(ServiceProvider provider, string clientId, CancellationToken cancellationToken) =>
        await provider.GetRequiredService<ClientStore>().FindActiveAsync(clientId, cancellationToken)
        ?? throw new SettingsException($"There is no active client {clientId}.");

    private static async Task<string?> ReadAsync(FileInfo? file, CancellationToken cancellationToken) => file switch
    {
        null => null,
        { Exists: false } => throw new SettingsException("The key set's file does not exist."),
        _ => await File.ReadAllTextAsync(file.FullName, cancellationToken),
    };

    private static Command Revoke()
    {
        var id = new Argument<string>("id") { Description = "The client_id." };
        var database = Offline.Database();
        var revoke = new Command("revoke", "Ends a client and everything issued to it.") { id, database };
        revoke.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database));
            var clientId = arguments.GetValue(id)!;
            await provider.GetRequiredService<Registrations>().RevokeAsync(clientId, Actor.Operator, cancellationToken);
            Console.WriteLine($"Revoked {clientId}.");
            return 0;
        });
        return revoke;
    }
}
