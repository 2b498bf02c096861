using System.CommandLine;
using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.ServiceDirectory.Hsds;
using Interop.Server.Settings;

namespace Interop.Server.Commands;

/// <summary>
/// <c>interop import hsds PATH... --from URI</c>: a directory of services in the Human Services Data Specification, version 3 (JSON or CSV)
/// and the CSV of version 1. What can't be taken is told with its file and line, and stops nothing else.
/// </summary>
internal static class ImportHsds
{
    private const int Between = 1000;

    public static Command Command()
    {
        var paths = new Argument<string[]>("path")
        {
            Description = "JSON, NDJSON and CSV files of one directory, or folders with them.", Arity = ArgumentArity.OneOrMore,
        };
        var from = new Option<string>("--from")
        {
            Description = "URI of the directory, the system of its identifiers; the same each time.", Required = true,
        };
        var source = new Option<string?>("--source") { Description = "Id of the custodian Organization; Interop:Custodian by default." };
        var known = new Option<string[]>("--organization")
        {
            Description = "ID=Organization/ID: an organisation of the directory that is here already, as a partner.",
        };
        var database = Offline.Database();
        var hsds = new Command("hsds", "Imports a directory of services (HSDS).") { paths, from, source, known, database };
        hsds.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetValue(paths)!,
            arguments.GetValue(from)!,
            arguments.GetValue(source),
            arguments.GetValue(known) ?? [],
            arguments.GetValue(database),
            cancellationToken));
        return hsds;
    }

    private static async Task<int> RunAsync(
        string[] paths, string from, string? source, string[] known, string? database, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(from, UriKind.Absolute, out _))
        {
            throw new SettingsException("--from must be an absolute URI.");
        }

        var here = known.Select(Known).ToDictionary(StringComparer.Ordinal);
        await using var provider = Offline.Open(database, mayCreate: true);
        HsdsTables tables;
        try
        {
            tables = HsdsTables.Read(paths);
        }
        catch (IOException unread)
        {
            throw new SettingsException(unread.Message);
        }

        var receipt = await provider.GetRequiredService<HsdsImport>().TakeAsync(
            tables,
            from.TrimEnd('/'),
            here,
            source ?? provider.GetRequiredService<InteropSettings>().Custodian,
            done =>
            {
                if (done % Between == 0)
                {
                    Console.WriteLine($"{done} of {tables.Count} records");
                }
            },
            cancellationToken);
        await provider.GetRequiredService<GuardedStore>().AnalyzeAsync(CancellationToken.None);
        foreach (var problem in receipt.Problems)
        {
            Console.WriteLine($"{(problem.IsTaken ? "warning" : "error")} {problem.Where} {problem.Rule}");
        }

        var refused = receipt.Problems.Count(problem => !problem.IsTaken);
        Console.WriteLine($"{receipt.Stored} stored, {receipt.Unchanged} unchanged, {refused} refused");
        return refused == 0 ? 0 : 1;
    }

    private static KeyValuePair<string, string> Known(string text) =>
        text.Split('=', 2) is [{ Length: > 0 } id, var key] && ResourceKey.TryParse(key) is { Type: "Organization" }
            ? new(id, key)
            : throw new SettingsException($"--organization must be ID=Organization/ID, not {text}.");
}
