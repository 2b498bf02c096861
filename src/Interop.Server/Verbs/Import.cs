using System.CommandLine;
using Interop.Fhir.Validation;
using Interop.Server.Guard;
using Interop.Server.Http;

namespace Interop.Server.Verbs;

/// <summary>
/// <c>interop import eido FILE</c> and <c>interop import bundle FILE...</c>. A bad record is reported and stops no other.
/// </summary>
internal static class Import
{
    public static Command Command() => new("import", "Brings in data from files.") { Eido(), Bundle() };

    private static Command Eido()
    {
        var file = new Argument<string[]>("file") { Description = "NDJSON, one EIDO message a line, or JSON.", Arity = ArgumentArity.OneOrMore };
        var database = Offline.Database();
        var eido = new Command("eido", "Imports dispatch messages (NENA EIDO-JSON).") { file, database };
        eido.SetAction((arguments, cancellationToken) =>
            RunAsync(
                arguments.GetValue(database),
                arguments.GetValue(file)!,
                (store, bytes) => store.IncidentAsync(null, bytes, cancellationToken)));
        return eido;
    }

    private static Command Bundle()
    {
        var file = new Argument<string[]>("file") { Description = "Transaction, batch or collection Bundles, in this order.", Arity = ArgumentArity.OneOrMore };
        var source = new Option<string?>("--source") { Description = "Id of the custodian Organization; Interop:Custodian by default." };
        var database = Offline.Database();
        var bundle = new Command("bundle", "Imports FHIR Bundles, each in one transaction.") { file, source, database };
        bundle.SetAction((arguments, cancellationToken) =>
            RunAsync(
                arguments.GetValue(database),
                arguments.GetValue(file)!,
                (store, bytes) => store.ImportBundleAsync(arguments.GetValue(source), bytes, cancellationToken)));
        return bundle;
    }

    private static async Task<int> RunAsync<T>(string? database, string[] files, Func<GuardedStore, byte[], Task<T>> import)
    {
        await using var provider = Offline.Open(database, mayCreate: true);
        var store = provider.Store();
        var (done, refused) = (0, 0);
        foreach (var (name, bytes, problem) in ResourceFiles.Read(files))
        {
            try
            {
                if (problem is not null)
                {
                    throw new FhirException(400, "not-found", problem);
                }

                Console.WriteLine($"ok {name} {await import(store, bytes)}");
                done++;
            }
            catch (FhirException known)
            {
                refused++;
                Console.WriteLine(
                    $"error {name} {string.Join("; ", known.Issues.Where(issue => issue.Severity <= IssueSeverity.Error).Select(issue => $"{issue.Expression ?? "(document)"}: {issue.Diagnostics}"))}");
            }
        }

        Console.WriteLine($"{done} imported, {refused} refused");
        return refused == 0 ? 0 : 1;
    }
}
