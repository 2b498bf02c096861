using System.CommandLine;
using Interop.Server.EarlyIntervention;
using Interop.Server.Settings;

namespace Interop.Server.Commands;

/// <summary>
/// <c>interop stop-risk-model --reason TEXT</c>: the kill switch at the machine. All servers on the database stop making drafts, and those
/// that are open end. It needs no file of a model, and works where early intervention was turned off.
/// </summary>
internal static class StopRiskModel
{
    public static Command Command()
    {
        var reason = new Option<string>("--reason") { Description = "Why, for the record: 10 to 500 characters.", Required = true };
        var database = Offline.Database();
        var command = new Command("stop-risk-model", "Stops the model for good, and ends all drafts.") { reason, database };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database), mayCreate: false);
            var said = arguments.GetValue(reason)!.Trim();
            if (said.Length is < StopModel.ShortestReason or > StopModel.LongestReason)
            {
                throw new SettingsException(
                    $"--reason must have {StopModel.ShortestReason} to {StopModel.LongestReason} characters.");
            }

            var (models, drafts) = await provider.GetRequiredService<ModelStops>().StopAsync(said, cancellationToken);
            Console.WriteLine($"{models} models are stopped, and {drafts} drafts ended.");
            if (provider.GetRequiredService<InteropSettings>().EarlyIntervention is null)
            {
                Console.WriteLine(TrainRiskModel.Off);
            }

            return 0;
        });
        return command;
    }
}
