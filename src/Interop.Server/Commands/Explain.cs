using System.CommandLine;
using Interop.Server.Guard.Trail;
using Interop.Server.Security;

namespace Interop.Server.Commands;

/// <summary>
/// <c>interop explain</c>: which tier and labels an organisation has over a patient's records now, and the rules that led there.
/// </summary>
internal static class Explain
{
    public static Command Command()
    {
        var caller = new Option<string>("--caller") { Description = "Organization/id of the requester.", Required = true };
        var patient = new Option<string>("--patient") { Description = "Patient/id.", Required = true };
        var purpose = new Option<string[]>("--purpose")
        {
            Description = "v3-ActReason codes; TREAT by default.", DefaultValueFactory = _ => ["TREAT"]
        };
        var role = new Option<string[]>("--role") { Description = "Roles of the requester's token.", DefaultValueFactory = _ => [] };
        var resource =
            new Option<string?>("--resource") { Description = "Type/id of one resource to decide about; the patient's by default." };
        var database = Offline.Database();
        var explain = new Command(
            "explain", "Says what an organisation may see of a patient, and why.") { caller, patient, purpose, role, resource, database };
        explain.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database), mayCreate: false);
            var lines = await provider.GetRequiredService<Explanation>().OfAsync(
                Caller.Operator,
                arguments.GetValue(caller)!,
                arguments.GetValue(patient)!,
                arguments.GetValue(purpose)!,
                arguments.GetValue(role)!,
                arguments.GetValue(resource),
                cancellationToken);
            foreach (var line in lines)
            {
                Console.WriteLine(line);
            }

            return 0;
        });
        return explain;
    }
}
