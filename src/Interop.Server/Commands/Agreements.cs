using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Interop.Fhir;
using Interop.Server.Agreements;
using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Agreements;

namespace Interop.Server.Commands;

/// <summary>
/// <c>interop agreement add|list|suspend|resume|terminate</c>: what the privacy officer does over HTTP, at the machine. The next
/// request counts it.
/// </summary>
internal static class Agreements
{
    public static Command Command() =>
        new("agreement", "Agreements with partner agencies.") { Add(), List(), Suspend(), Resume(), Terminate() };

    private static Command Add()
    {
        var file = new Argument<FileInfo>("file") { Description = "A Contract of the profile sharing-agreement." };
        var database = Offline.Database();
        var add = new Command("add", "Records an agreement.") { file, database };
        add.SetAction(async (arguments, cancellationToken) =>
        {
            var source = arguments.GetValue(file)!;
            if (!source.Exists)
            {
                throw new SettingsException($"There is no file {source.Name}.");
            }

            await using var provider = Offline.Open(arguments.GetValue(database), mayCreate: true);
            var body = await File.ReadAllBytesAsync(source.FullName, cancellationToken);
            Report(await provider.GetRequiredService<GuardedWrites>()
                .CreateAsync(Officer(provider), "Contract", body, condition: null, cancellationToken), "Recorded");
            return 0;
        });
        return add;
    }

    private static Command List()
    {
        var agency = new Argument<string>("agency") { Description = "Id of the agency's Organization." };
        var database = Offline.Database();
        var list = new Command("list", "Shows the agreements with an agency, and why one is not in force.") { agency, database };
        list.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database), mayCreate: false);
            var instant = Instants.ToMicroseconds(provider.GetRequiredService<TimeProvider>().GetUtcNow());
            var agreements = await provider.GetRequiredService<AgreementBook>().WithAsync(
                Officer(provider), WithoutType(arguments.GetValue(agency)!), cancellationToken);
            foreach (var agreement in agreements)
            {
                var standing = agreement.InForceAt(instant) ? "in force"
                    : agreement.IsBinding ? "not in its period"
                    : string.Join("; ", agreement.Problems);
                var purposes = string.Join(' ', agreement.Purposes);
                Console.WriteLine($"Contract/{agreement.Id}\t{agreement.Status}\t{standing}\t{agreement.Ceiling}\t{purposes}");
            }

            return 0;
        });
        return list;
    }

    private static Command Suspend()
    {
        var reason = new Option<string>("--reason") { Description = "Why, for the record.", Required = true };
        var suspend = Step("suspend", "Suspended", "Stops all sharing under an agreement until it is resumed.", (contract, arguments) =>
            contract["modifierExtension"] = new JsonArray(
                new JsonObject { ["url"] = AgreementReader.Suspension, ["valueString"] = arguments.GetValue(reason) }));
        suspend.Add(reason);
        return suspend;
    }

    private static Command Resume() => Step("resume", "Resumed", "Lets a suspended agreement count again.", (contract, _) =>
    {
        if (!contract.Remove("modifierExtension"))
        {
            throw new SettingsException("The agreement is not suspended.");
        }
    });

    private static Command Terminate() => Step(
        "terminate", "Terminated", "Ends an agreement for good.", (contract, _) => contract["status"] = "terminated");

    private static Command Step(string name, string done, string description, Action<JsonObject, ParseResult> change)
    {
        var id = new Argument<string>("id") { Description = "Id of the Contract." };
        var database = Offline.Database();
        var step = new Command(name, description) { id, database };
        step.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database), mayCreate: false);
            var result = await provider.GetRequiredService<GuardedWrites>().PatchAsync(
                Officer(provider),
                new ResourceKey("Contract", WithoutType(arguments.GetValue(id)!)),
                body =>
                {
                    var contract = JsonNode.Parse(body.Span)!.AsObject();
                    change(contract, arguments);
                    return Encoding.UTF8.GetBytes(contract.ToJsonString());
                },
                Preconditions.None,
                cancellationToken);
            Report(result, done);
            return 0;
        });
        return step;
    }

    /// <summary>The id, of an id or of Type/id.</summary>
    private static string WithoutType(string text) => text[(text.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static void Report(WriteResult result, string done) => Console.WriteLine(result switch
    {
        WriteResult.Stored stored => $"{done} {stored.Disclosure.Key}.",
        WriteResult.Refused refused => throw new FhirException(refused.Status, refused.Issues),
        _ => throw new SettingsException("There is no such agreement."),
    });

    /// <summary>An operator at the machine acts as the custodian's privacy officer: the same rules, the same trail.</summary>
    private static Caller Officer(ServiceProvider provider) => new(
        "interop",
        "interop",
        provider.GetRequiredService<InteropSettings>().Custodian,
        null,
        [],
        ["privacy-officer"],
        Scopes.All);
}
