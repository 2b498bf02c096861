using System.CommandLine;
using System.Text.Json;

namespace Interop.Server.Commands;

/// <summary>
/// <c>interop token</c>: an access token for a system, and nothing else, on one line. Either a caller of the running demo, or any client of
/// an issuer by its key.
/// </summary>
internal static class Token
{
    public static Command Command()
    {
        var caller = new Option<string?>("--caller") { Description = "One of the demo's callers, such as hospital." };
        var demo =
            new Option<string>("--demo") { Description = "The running demo's file.", DefaultValueFactory = _ => ".interop/demo.json" };
        var issuer = new Option<string?>("--issuer") { Description = "The issuer, where no caller is named." };
        var client = new Option<string?>("--client") { Description = "The client_id." };
        var key = new Option<string?>("--key") { Description = "PEM file with the client's private key: RSA, or EC on P-384." };
        var kid = new Option<string?>("--kid") { Description = "The key's id; the client_id by default." };
        var scope =
            new Option<string?>("--scope") { Description = "The scopes to ask for, between spaces; all of the caller's by default." };
        var command = new Command("token", "Gets an access token for a system (SMART Backend Services) and prints it.")
        {
            caller, demo, issuer, client, key, kid, scope,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var request = arguments.GetValue(caller) is { } name
                ? Of(arguments.GetValue(demo)!, name)
                : new TokenRequest(
                    Needed(arguments.GetValue(issuer), "--issuer"),
                    Needed(arguments.GetValue(client), "--client"),
                    Needed(arguments.GetValue(key), "--key"),
                    arguments.GetValue(kid) ?? arguments.GetValue(client)!,
                    Needed(arguments.GetValue(scope), "--scope"));
            request = request with { Scope = arguments.GetValue(scope) ?? request.Scope };
            Console.WriteLine(await request.SendAsync(cancellationToken));
            return 0;
        });
        return command;
    }

    private static string Needed(string? value, string option) =>
        value
            ?? throw new SettingsException($"Name a --caller of the demo, or --issuer, --client, --key and --scope: {option} is missing.");

    private static TokenRequest Of(string file, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var demo = document.RootElement;
            var all = demo.GetProperty("callers").EnumerateArray().ToDictionary(caller => caller.GetProperty("name").GetString()!);
            if (!all.TryGetValue(name, out var caller))
            {
                throw new SettingsException($"The demo has no caller {name}. It has {string.Join(", ", all.Keys)}.");
            }

            var client = caller.GetProperty("clientId").GetString()!;
            return new(
                demo.GetProperty("issuer").GetString()!,
                client,
                caller.GetProperty("key").GetString()!,
                client,
                caller.GetProperty("scope").GetString()!);
        }
        catch (Exception unreadable)
            when (unreadable is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException
                or InvalidOperationException)
        {
            throw new SettingsException($"{file} can't be read as the demo's file. Start the demo, or name its file with --demo.");
        }
    }
}
