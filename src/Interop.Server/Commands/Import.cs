using System.CommandLine;
using Interop.Fhir.Validation;
using Interop.Server.Dispatch;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Commands;

/// <summary>
/// <c>interop import eido FILE</c>, <c>interop import bundle FILE...</c>, <c>interop import hsds PATH...</c>. A bad record is reported and
/// stops no other.
/// </summary>
internal static class Import
{
    public static Command Command() => new("import", "Brings in data from files.") { Eido(), Bundle(), ImportHsds.Command() };

    private static Command Eido()
    {
        var file =
            new Argument<string[]>("file") { Description = "NDJSON, one EIDO message a line, or JSON.", Arity = ArgumentArity.OneOrMore };
        var database = Offline.Database();
        var eido = new Command("eido", "Imports dispatch messages (NENA EIDO-JSON).") { file, database };
        eido.SetAction((arguments, cancellationToken) =>
            RunAsync(
                arguments.GetValue(database),
                arguments.GetValue(file)!,
                async (provider, bytes) =>
                {
                    var receipt = await provider.GetRequiredService<IncidentIntake>().TakeAsync(Caller.Operator, bytes, cancellationToken);
                    return (receipt.ToString(), receipt.Issues);
                }));
        return eido;
    }

    private static Command Bundle()
    {
        var file = new Argument<string[]>("file")
        {
            Description = "Transaction, batch or collection Bundles, in this order.", Arity = ArgumentArity.OneOrMore
        };
        var source = new Option<string?>("--source") { Description = "Id of the custodian Organization; Interop:Custodian by default." };
        var database = Offline.Database();
        var bundle = new Command("bundle", "Imports FHIR Bundles, each in one transaction.") { file, source, database };
        bundle.SetAction((arguments, cancellationToken) =>
            RunAsync(
                arguments.GetValue(database),
                arguments.GetValue(file)!,
                async (provider, bytes) =>
                {
                    var (count, remarks) = await provider.GetRequiredService<Importer>()
                        .ImportBundleAsync(arguments.GetValue(source), bytes, cancellationToken);
                    return ($"{count} resources", remarks);
                }));
        return bundle;
    }

    private static async Task<int> RunAsync(
        string? database, string[] files, Func<ServiceProvider, byte[], Task<(string Done, IReadOnlyList<Issue> Issues)>> import)
    {
        await using var provider = Offline.Open(database, mayCreate: true);
        var (done, refused) = (0, 0);
        foreach (var (name, bytes, problem) in ResourceFiles.Read(files))
        {
            try
            {
                if (problem is not null)
                {
                    throw new FhirException(IssueCode.NotFound.With(400), problem);
                }

                var (text, issues) = await import(provider, bytes);
                Console.WriteLine($"ok {name} {text}");
                foreach (var issue in issues)
                {
                    Console.WriteLine($"{Outcome.Severity(issue.Severity)} {name} {Words(issue)}");
                }

                done++;
            }
            catch (FhirException known)
            {
                refused++;
                var errors = known.Issues.Where(issue => issue.Severity <= IssueSeverity.Error).Select(Words);
                Console.WriteLine($"error {name} {string.Join("; ", errors)}");
            }
        }

        await provider.GetRequiredService<GuardedStore>().AnalyzeAsync(CancellationToken.None);
        Console.WriteLine($"{done} imported, {refused} refused");
        return refused == 0 ? 0 : 1;
    }

    private static string Words(Issue issue) => $"{issue.Expression ?? "(document)"}: {issue.Diagnostics}";
}
