using System.Net.Sockets;
using System.Text.Json;
using Interop.Demo.City;
using Interop.Server;
using Interop.Server.Commands;
using Interop.Storage;
using Spectre.Console;

namespace Interop.Demo;

/// <summary>Issuer, server and seeded city in one process, until Ctrl-C.</summary>
public static class Demo
{
    private const int Seed = 20_261_122;

    private const string SeededSetting = "seeded";
    private const string DemoFile = "demo.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly TimeSpan TokenRenewal = TimeSpan.FromMinutes(4);

    public static async Task<int> RunAsync(int port, DemoPlace place, CancellationToken cancellationToken)
    {
        var addresses = new DemoAddresses(port);
        if (port is < 1 or > 65533)
        {
            await Console.Error.WriteLineAsync(
                $"{port} is not a port. Choose one from 1 to 65533 with --port N: the demo takes it and the next two.");
            return 1;
        }

        var ports = new List<LoopbackPort>();
        try
        {
            return await RunAsync(addresses, ports, place, cancellationToken);
        }
        finally
        {
            ports.ForEach(held => held.Dispose());
        }
    }

    private static async Task<int> RunAsync(
        DemoAddresses addresses, List<LoopbackPort> ports, DemoPlace place, CancellationToken cancellationToken)
    {
        // All three are ours before anything is seeded, which takes a while.
        foreach (var number in addresses.Ports)
        {
            try
            {
                ports.Add(LoopbackPort.Numbered(number));
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                await Console.Error.WriteLineAsync(
                    $"Port {number} is in use. Choose others with --port N: the demo takes N and the next two.");
                return 1;
            }
        }

        var folder = new PrivateFolder(place.Folder);
        using var inUse = folder.TryLock();
        if (inUse is null)
        {
            await Console.Error.WriteLineAsync($"{folder.Path} is in use by another demo. Choose another with --data FOLDER.");
            return 1;
        }

        await using var issuer = await DemoIssuer.StartAsync(addresses, ports[1], folder, place, cancellationToken);
        await PagesKey.MakeAsync(folder, cancellationToken);
        var evaluation = await DemoEvaluation.MakeAsync(folder, DateTimeOffset.UtcNow, cancellationToken);
        await using var server = Server(
            addresses,
            ports[0],
            addresses.Fhir,
            place.Of(folder, "interop"),
            folder.File("interop.exports"),
            [
                .. Pages(folder.File(PagesKey.FileName)), $"--Interop:Evaluation={evaluation}", "--Interop:PublicReports=true",
                .. place.OfModel,
            ]);
        await using var sandbox = Server(
            addresses,
            ports[2],
            addresses.Sandbox,
            place.Of(folder, "sandbox"),
            folder.File("sandbox.exports"),
            "--Interop:Sandbox=true");
        var isNew = await SeedAsync(server, place, "a city", _ => true, cancellationToken);
        await SeedAsync(sandbox, place, "a sandbox", resource => resource.Type is "Organization" or "Contract", cancellationToken);
        foreach (var part in (WebApplication[])[server, sandbox])
        {
            await part.StartAsync(cancellationToken);
        }

        await issuer.RegisterAsync(cancellationToken);
        await RenewAsync(issuer, folder, cancellationToken);
        if (isNew)
        {
            var dispatch = DemoCaller.All.Single(caller => caller.Name == "dispatch");
            await DemoCalls.SendAsync(
                addresses.Fhir, await issuer.TokenAsync(dispatch, cancellationToken), DateTimeOffset.UtcNow, cancellationToken);
            await DemoReports.SignAsync(server.Services, cancellationToken);
        }

        await DemoShell.WriteAsync(addresses, folder, folder.File(DemoFile), CityGenerator.Persons(Seed), cancellationToken);
        Print(issuer, folder);
        try
        {
            using var timer = new PeriodicTimer(TokenRenewal);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await RenewAsync(issuer, folder, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("Stopping.");
        }

        foreach (var part in (WebApplication[])[sandbox, server])
        {
            await part.StopAsync(CancellationToken.None);
        }

        return 0;
    }

    private static WebApplication Server(
        DemoAddresses addresses, LoopbackPort port, string fhir, string database, string exports, params string[] settings) =>
        InteropServer.Build(
    [
        $"--urls={port.Url}",
        $"--Interop:Database={database}",
        $"--Interop:Exports:Folder={exports}",
        $"--Interop:PublicUrl={fhir}",
        "--Interop:Custodian=crisis-program",
        "--Interop:CadAgencies:psap.city.example=dispatch-center",
        $"--Interop:Issuers:0:Authority={addresses.Issuer}",
        $"--Interop:Issuers:0:Audience={DemoIssuer.Audience}",
        "--Interop:Issuers:0:Agencies:0=*",
        "--Logging:LogLevel:Default=Warning",
        .. settings,
    ],
    builder => port.HandTo(builder.Services));

    /// <summary>The pages of three agencies, and the ten people who are signed in with one click.</summary>
    private static IEnumerable<string> Pages(string key) =>
    [
        $"--Interop:Pages:Key={key}",
        "--Interop:Pages:Map:0=Northfield,,Millbrook",
        "--Interop:Pages:Map:1=Old Town,Harbor",
        "--Interop:Pages:NewsSeconds=2", // a visitor looks at several people side by side
        "--Interop:TimeZone=America/New_York",
        "--Interop:DutyPhone=555-0142",
        "--Interop:VerbalConsent=true",
        .. DemoPerson.Agencies.SelectMany((agency, number) => (string[])
        [
            $"--Interop:Pages:Agencies:{number}:Organization={agency.Organization}",
            $"--Interop:Pages:Agencies:{number}:Name={agency.Name}",
            $"--Interop:Pages:Agencies:{number}:ClientId={DemoPerson.ClientOf(agency.Organization)}",
            $"--Interop:Pages:Agencies:{number}:Scope={agency.Scope}",
        ]),
        .. DemoPerson.All.SelectMany((person, number) => (string[])
        [
            $"--Interop:Pages:Visitors:{number}:UserName={person.UserName}",
            $"--Interop:Pages:Visitors:{number}:Name={person.Name}",
            $"--Interop:Pages:Visitors:{number}:Work={person.Work}",
            $"--Interop:Pages:Visitors:{number}:Organization={person.Organization}",
        ]),
    ];

    /// <summary>Fills an empty database with what is wanted of the city; one that is filled already is left as it is.</summary>
    /// <returns>Whether it was empty.</returns>
    private static async Task<bool> SeedAsync(
        WebApplication server, DemoPlace place, string what, Func<CityResource, bool> isWanted, CancellationToken cancellationToken)
    {
        var store = server.Services.GetRequiredService<ResourceStore>();
        if (await IsSeededAsync(store, cancellationToken))
        {
            Console.WriteLine($"Using {what} in {place}.");
            return false;
        }

        Console.WriteLine($"Seeding {what} into {place} ...");
        var count = 0;
        foreach (var bundle in CityGenerator.Generate(Seed, DateTimeOffset.UtcNow))
        {
            var resources = bundle.Resources.Where(isWanted).ToList();
            count += resources.Count;
            await server.Services.GetRequiredService<Importer>().ImportAsync(
                bundle.Source,
                [.. resources.Select(resource => (new Fhir.ResourceKey(resource.Type, resource.Id), resource.Json))],
                cancellationToken);
        }

        await store.AnalyzeAsync(cancellationToken);
        await store.WriteAsync(session => session.SetSetting(SeededSetting, "1"), cancellationToken);
        Console.WriteLine($"{count} resources seeded.");
        return true;
    }

    private static async Task<bool> IsSeededAsync(ResourceStore store, CancellationToken cancellationToken)
    {
        await using var read = await store.OpenReadAsync(cancellationToken);
        return read.Rows.Setting(SeededSetting) is not null;
    }

    /// <summary>Gets every caller a fresh token and writes them down with the rest that scripts want.</summary>
    private static async Task RenewAsync(DemoIssuer issuer, PrivateFolder folder, CancellationToken cancellationToken)
    {
        var callers = new List<(DemoCaller Caller, string Token)>();
        foreach (var caller in DemoCaller.All)
        {
            callers.Add((caller, await issuer.TokenAsync(caller, cancellationToken)));
        }

        var persons = CityGenerator.Persons(Seed);
        var content = new
        {
            fhir = issuer.Addresses.Fhir,
            issuer = issuer.Addresses.Issuer,
            sandbox = issuer.Addresses.Sandbox,
            sandboxToken = await issuer.TokenAsync(DemoCaller.SandboxOffice, cancellationToken),
            pages = issuer.Addresses.Pages,
            callers = callers.Select(item => new
            {
                name = item.Caller.Name,
                clientId = item.Caller.ClientId,
                key = folder.File(DemoIssuer.KeyFile(item.Caller)),
                organization = $"Organization/{item.Caller.Organization}",
                purposes = item.Caller.Purposes,
                roles = item.Caller.Roles,
                scope = item.Caller.Scope,
                token = item.Token,
            }),
            persons = new
            {
                noConsent = persons.NoConsent.Reference, intermediateConsent = persons.IntermediateConsent.Reference,
                fullConsent = persons.FullConsent.Reference
            },
        };
        await folder.WriteAsync(DemoFile, JsonSerializer.SerializeToUtf8Bytes(content, Indented), cancellationToken);
    }

    private static void Print(DemoIssuer issuer, PrivateFolder folder)
    {
        var table = new Table().AddColumns("caller", "organization", "purpose", "roles");
        foreach (var caller in DemoCaller.All)
        {
            table.AddRow(caller.Name, caller.Organization, string.Join(' ', caller.Purposes), string.Join(' ', caller.Roles));
        }

        AnsiConsole.Write(table);
        Console.WriteLine("One request for each caller, ready to paste into another shell, after this line:");
        Console.WriteLine();
        Console.WriteLine($". {folder.File(DemoShell.FileName)}");
        foreach (var caller in DemoCaller.All)
        {
            Console.WriteLine();
            Console.WriteLine($"# {caller.Name}: {Example(caller.Name).Comment}");
            Console.WriteLine($"curl -s -H \"Authorization: Bearer $(token {caller.Name})\" {Example(caller.Name).Arguments}");
        }

        Console.WriteLine();
        Console.WriteLine($"In a browser: {issuer.Addresses.Pages} , as any of ten people with one click.");
        Console.WriteLine($"The issuer is {issuer.Addresses.Issuer}, the sandbox for new agencies {issuer.Addresses.Sandbox}.");
        Console.WriteLine(
            $"Serving {issuer.Addresses.Fhir}; callers, fresh tokens and three persons to try are in {folder.File(DemoFile)}. "
                + "Ctrl-C ends it.");
    }

    private static (string Comment, string Arguments) Example(string caller)
    {
        return caller switch
        {
            "hospital" =>
                ("the referrals that wait for it", "\"$fhir/Task?owner=Organization/city-hospital&status=requested&_include=Task:focus\""),
            "police" =>
                (
                    "a summary on scene",
                    $"-H 'Content-Type: application/fhir+json' \\\n  -d '{SummaryRequest(CityGenerator.Persons(Seed))}' \\\n  "
                        + "\"$fhir/Patient/\\$crisis-summary\""),
            "social" => ("a person without consent: basic facts only", "\"$fhir/$noConsent\""),
            "navigator" => ("follow-ups by due time", "\"$fhir/Task?code=follow-up-48h&status=requested,accepted,in-progress&_sort=due\""),
            "dispatch" => ("the directory of services", "\"$fhir/HealthcareService\""),
            _ => ("every consent in force", "\"$fhir/Consent?status=active\""),
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
