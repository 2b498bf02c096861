using System.CommandLine;
using Interop.Server.Guard;
using Interop.Storage.Audit;

namespace Interop.Server.Commands;

/// <summary><c>interop verify-audit</c>: walks the hash chain of the audit trail; exit status 1 if it is broken.</summary>
internal static class VerifyAudit
{
    public static Command Command()
    {
        var database = Offline.Database();
        var verify = new Command("verify-audit", "Checks that the audit trail is whole.") { database };
        verify.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database), mayCreate: false);
            var verification = await provider.GetRequiredService<AuditTrail>().VerifyAsync(
                [], rows => Console.WriteLine($"... {rows} rows hold"), cancellationToken);
            Console.WriteLine(Text(verification));
            return verification.Holds ? 0 : 1;
        });
        return verify;
    }

    public static string Text(AuditVerification verification) => verification.Holds
        ? $"ok {verification.Rows} rows of the trail, the chain holds"
        : $"error row {verification.BrokenSequence} of the trail: {verification.Problem}";
}
