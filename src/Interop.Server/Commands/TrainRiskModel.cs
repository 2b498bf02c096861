using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Interop.Prediction;
using Interop.Server.EarlyIntervention.Trial;
using Interop.Server.Settings;

namespace Interop.Server.Commands;

/// <summary>
/// <c>interop train-risk-model</c>: a model of the site's own history, tried on what came later, written where the server reads it. It
/// works when an administrator has accepted its card, not before.
/// </summary>
internal static class TrainRiskModel
{
    public const string Off =
        "Early intervention is off here: Interop:EarlyIntervention:Model, the path of the model's file, turns it on.";

    public static Command Command()
    {
        var share = new Option<double>("--share")
        {
            Description = "Of how many navigators are to be told, as a share of those who were met.", DefaultValueFactory = _ => 0.1,
        };
        var replace = new Option<bool>("--replace") { Description = "Overwrite the file that is there." };
        var database = Offline.Database();
        var command = new Command(
            "train-risk-model",
            "Makes a model of who is met in another crisis within 90 days; exit status 2 where it is out of bounds and can't be accepted.")
        {
            share, replace, database,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(share) is not (> 0 and < 1))
            {
                result.AddError("--share must lie between 0 and 1.");
            }
        });
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var provider = Offline.Open(arguments.GetValue(database), mayCreate: false);
            var settings = provider.GetRequiredService<InteropSettings>();
            if (settings.EarlyIntervention is not { } early)
            {
                throw new SettingsException(Off);
            }

            if (File.Exists(early.Model) && !arguments.GetValue(replace))
            {
                throw new SettingsException($"There is a model at {early.Model}: --replace overwrites it.");
            }

            var training = provider.GetRequiredService<ModelTraining>();
            var moments = await training.MomentsAsync(
                (month, count) => Console.Error.WriteLine(Text($"{month:yyyy-MM} read, {count} encounters")), cancellationToken);
            var trained = training.Train(moments, arguments.GetValue(share));
            var json = RiskModelFile.Write(trained, settings.Custodian, early.Contact, early.Bounds);
            await WriteAsync(early.Model, json, cancellationToken);
            return Tell(trained, early.Bounds, Convert.ToHexStringLower(SHA256.HashData(json)), Console.Out);
        });
        return command;
    }

    /// <summary>Its owner's alone, and there as a whole or not at all: a server may start while it is written.</summary>
    private static async Task WriteAsync(string path, byte[] json, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var beside = $"{path}.new";
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var file = new FileStream(beside, options))
        {
            await file.WriteAsync(json, cancellationToken);
        }

        File.Move(beside, path, overwrite: true);
    }

    private static int Tell(TrainedModel trained, Bounds bounds, string sha256, TextWriter output)
    {
        var (validation, ranking, calibration) = (trained.Validation, trained.Validation.Ranking, trained.Validation.Calibration);
        output.WriteLine($"target {Moment.Target}");
        output.WriteLine(Text($"trained {trained.Training.Count} encounters, {trained.Training.Outcomes} with the outcome"));
        output.WriteLine(Text($"tried {trained.Held.Count} later encounters, {trained.Held.Outcomes} with the outcome"));
        output.WriteLine(Text($"always {trained.Model.Intercept}"));
        foreach (var term in trained.Model.Terms)
        {
            output.WriteLine(Text($"term {term.Feature.Code} {term.Weight}"));
        }

        output.WriteLine(Text($"threshold {validation.Threshold}"));
        output.WriteLine(Text($"auc {ranking.Auc:0.000} ({ranking.Low:0.000} to {ranking.High:0.000})"));
        output.WriteLine(Text(
            $"calibration intercept {calibration.Intercept:0.000} slope {calibration.Slope:0.000} brier {calibration.Brier:0.0000}"));
        foreach (var tenth in calibration.Tenths)
        {
            output.WriteLine(Text($"tenth {tenth.Count} predicted {tenth.Predicted:0.000} observed {tenth.Observed:0.000}"));
        }

        output.WriteLine($"everybody {Errors(validation.Everybody)}");
        foreach (var group in validation.Groups.Where(group => group.IsTold))
        {
            output.WriteLine($"group {group.Kind} {group.Group} {Errors(group)}");
        }

        foreach (var group in validation.Untold)
        {
            output.WriteLine($"too-few {group.Kind} {group.Group}");
        }

        var breaches = validation.Breaches(bounds);
        foreach (var breach in breaches)
        {
            output.WriteLine($"out-of-bounds {breach}");
        }

        output.WriteLine($"sha256 {sha256}");
        return breaches.Count == 0 ? 0 : 2;
    }

    private static string Errors(GroupError group) =>
        Text($"{group.Count} false-alarms {group.FalseAlarms:0.000} misses {group.Misses:0.000}")
        + Text($" predicted {group.Predicted:0.000} observed {group.Observed:0.000}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
