using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Interop.Demo.City;
using Interop.Server;
using Interop.Server.Guard;
using Spectre.Console;

namespace Interop.Demo;

/// <summary>Issuer, server and seeded city in one process, until Ctrl-C.</summary>
public static class Demo
{
    private const int Seed = 20_261_122;
    private const string DemoFile = "demo.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly TimeSpan TokenLife = TimeSpan.FromHours(1);

    public static async Task<int> RunAsync(int port, string path, CancellationToken cancellationToken)
    {
        if (port is < 1 or > 65535)
        {
            await Console.Error.WriteLineAsync($"{port} is not a port. Choose one from 1 to 65535 with --port N.");
            return 1;
        }

        if (!IsFree(port))
        {
            await Console.Error.WriteLineAsync($"Port {port} is in use. Choose another with --port N.");
            return 1;
        }

        var folder = new PrivateFolder(path);
        using var inUse = folder.TryLock();
        if (inUse is null)
        {
            await Console.Error.WriteLineAsync($"{folder.Path} is in use by another demo. Choose another with --data FOLDER.");
            return 1;
        }

        using var key = await SigningKeyAsync(folder, cancellationToken);
        await using var issuer = await LoopbackIssuer.StartAsync(key, cancellationToken);
        await using var server = Server(port, folder, issuer);
        await SeedAsync(server, folder, cancellationToken);
        await server.StartAsync(cancellationToken);

        var now = DateTimeOffset.UtcNow;
        var callers = DemoCaller.All.Select(caller => (Caller: caller, Token: issuer.Token(caller, now, TokenLife))).ToList();
        var fhir = $"http://127.0.0.1:{port}/fhir";
        await WriteDemoFileAsync(folder, fhir, callers, cancellationToken);
        Print(fhir, folder, callers);
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("Stopping.");
        }

        await server.StopAsync(CancellationToken.None);
        return 0;
    }

    private static WebApplication Server(int port, PrivateFolder folder, LoopbackIssuer issuer) => InteropServer.Build(
    [
        $"--urls=http://127.0.0.1:{port}",
        $"--Interop:Database=sqlite:{folder.File("interop.db")}",
        $"--Interop:PublicUrl=http://127.0.0.1:{port}/fhir",
        "--Interop:Custodian=crisis-program",
        $"--Interop:Issuers:0:Authority={issuer.Authority}",
        $"--Interop:Issuers:0:Audience={LoopbackIssuer.Audience}",
        "--Interop:Issuers:0:Agencies:0=*",
        "--Logging:LogLevel:Default=Warning",
    ]);

    /// <summary>Fills an empty database with the city; one that has it already is left as it is.</summary>
    private static async Task SeedAsync(WebApplication server, PrivateFolder folder, CancellationToken cancellationToken)
    {
        var store = server.Services.GetRequiredService<GuardedStore>();
        if (await store.IsSeededAsync(cancellationToken))
        {
            Console.WriteLine($"Using the city in {folder.Path}.");
            return;
        }

        Console.WriteLine($"Seeding a city into {folder.Path} ...");
        var count = 0;
        foreach (var bundle in CityGenerator.Generate(Seed, DateTimeOffset.UtcNow))
        {
            count += bundle.Resources.Count;
            await store.ImportAsync(
                bundle.Source,
                [.. bundle.Resources.Select(resource => (new Fhir.ResourceKey(resource.Type, resource.Id), resource.Json))],
                cancellationToken);
        }

        await store.MarkSeededAsync(cancellationToken);
        Console.WriteLine($"{count} resources seeded.");
    }

    private static async Task<RSA> SigningKeyAsync(PrivateFolder folder, CancellationToken cancellationToken)
    {
        const string Name = "issuer-key.pem";
        if (File.Exists(folder.File(Name)))
        {
            var known = RSA.Create();
            known.ImportFromPem(await File.ReadAllTextAsync(folder.File(Name), cancellationToken));
            return known;
        }

        var made = RSA.Create(2048);
        await folder.WriteAsync(Name, Encoding.ASCII.GetBytes(made.ExportPkcs8PrivateKeyPem()), cancellationToken);
        return made;
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task WriteDemoFileAsync(
        PrivateFolder folder, string fhir, List<(DemoCaller Caller, string Token)> callers, CancellationToken cancellationToken)
    {
        var persons = CityGenerator.Persons(Seed);
        var content = new
        {
            fhir,
            callers = callers.Select(item => new
            {
                name = item.Caller.Name,
                organization = $"Organization/{item.Caller.Organization}",
                purposes = item.Caller.Purposes,
                roles = item.Caller.Roles,
                token = item.Token,
            }),
            persons = new { noConsent = persons.NoConsent.Reference, intermediateConsent = persons.IntermediateConsent.Reference, fullConsent = persons.FullConsent.Reference },
        };
        await folder.WriteAsync(DemoFile, JsonSerializer.SerializeToUtf8Bytes(content, Indented), cancellationToken);
    }

    private static void Print(string fhir, PrivateFolder folder, List<(DemoCaller Caller, string Token)> callers)
    {
        var table = new Table().AddColumns("caller", "organization", "purpose", "roles");
        foreach (var (caller, _) in callers)
        {
            table.AddRow(caller.Name, caller.Organization, string.Join(' ', caller.Purposes), string.Join(' ', caller.Roles));
        }

        AnsiConsole.Write(table);
        var demo = folder.File(DemoFile);
        Console.WriteLine("Tokens are valid for an hour. One request for each caller, ready to paste:");
        foreach (var (caller, token) in callers)
        {
            Console.WriteLine();
            Console.WriteLine($"# {caller.Name}: {Example(caller.Name).Comment}");
            Console.WriteLine(
                $"curl -s -H 'Authorization: Bearer {token}' {Example(caller.Name).Arguments.Replace("$FHIR", fhir, StringComparison.Ordinal)}");
        }

        Console.WriteLine();
        Console.WriteLine($"Serving {fhir}; callers, tokens and the three persons to try are in {demo}. Ctrl-C ends it.");
    }

    private static (string Comment, string Arguments) Example(string caller)
    {
        var persons = CityGenerator.Persons(Seed);
        return caller switch
        {
            "hospital" =>
                ("the referrals that wait for it", "'$FHIR/Task?owner=Organization/city-hospital&status=requested&_include=Task:focus'"),
            "police" =>
                (
                    "a summary on scene",
                    $"-H 'Content-Type: application/fhir+json' -d '{SummaryRequest(persons)}' '$FHIR/Patient/$crisis-summary'"),
            "social" => ("a person without consent: basic facts only", $"'$FHIR/{persons.NoConsent.Reference}'"),
            "navigator" => ("follow-ups by due time", "'$FHIR/Task?code=follow-up-48h&status=requested,accepted,in-progress&_sort=due'"),
            "dispatch" => ("the directory of services", "'$FHIR/HealthcareService'"),
            _ => ("every consent in force", "'$FHIR/Consent?status=active'"),
        };
    }

    private static string SummaryRequest(NamedPersons persons) => JsonSerializer.Serialize(new
    {
        resourceType = "Parameters",
        parameter = new object[]
        {
            new { name = "incident", valueString = persons.FullConsent.Incident },
            new { name = "family", valueString = persons.FullConsent.Family },
            new { name = "birthDate", valueDate = persons.FullConsent.BirthDate },
            new { name = "officer", valueString = "badge-1201" },
        },
    });
}
