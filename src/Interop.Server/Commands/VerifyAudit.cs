using System.CommandLine;
using Interop.Server.Accountability;
using Interop.Server.Guard;
using Interop.Server.Settings;
using Interop.Storage.Audit;

namespace Interop.Server.Commands;

/// <summary>
/// <c>interop verify-audit</c>: walks the hash chains of the audit trail, and compares them with the checkpoints; exit status 1 if one of
/// them is broken.
/// </summary>
internal static class VerifyAudit
{
    public static Command Command()
    {
        var checkpoints = new Option<string?>("--checkpoints")
        {
            Description = "The file of signed checkpoints, or a copy of it; Interop:AuditCheckpoints by default.",
        };
        var key = new Option<string?>("--key") { Description = "The key that verifies them; the one beside the file by default." };
        var database = Offline.Database();
        var verify = new Command("verify-audit", "Checks that the audit trail is whole.") { checkpoints, key, database };
        verify.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database), mayCreate: false);
            var isWhole = await RunAsync(provider, arguments.GetValue(checkpoints), arguments.GetValue(key), cancellationToken);
            return isWhole ? 0 : 1;
        });
        return verify;
    }

    /// <summary>Prints how far it is, and what it found.</summary>
    /// <param name="checkpoints">Path of the file; the configured one where it is null.</param>
    public static async Task<bool> RunAsync(
        IServiceProvider provider, string? checkpoints, string? key, CancellationToken cancellationToken)
    {
        IReadOnlyList<AuditWitness> witnesses = [];
        if ((checkpoints ?? provider.GetRequiredService<InteropSettings>().AuditCheckpoints) is { } path)
        {
            try
            {
                witnesses = CheckpointFile.Read(path, key);
            }
            catch (CheckpointException changed)
            {
                Console.WriteLine($"error {changed.Message}");
                return false;
            }
        }

        var verification = await provider.GetRequiredService<AuditTrail>().VerifyAsync(
            witnesses, rows => Console.WriteLine($"... {rows} rows hold"), cancellationToken);
        Console.WriteLine(Text(verification, witnesses.Select(witness => witness.Name).Distinct().Count()));
        return verification.Holds;
    }

    private static string Text(AuditVerification verification, int checkpoints) => verification.Holds
        ? $"ok {verification.Rows} rows of the trail, the chain holds{(checkpoints == 0 ? "" : $", as {checkpoints} checkpoints saw it")}"
        : $"error row {verification.BrokenSequence} of the trail: {verification.Problem}";
}
