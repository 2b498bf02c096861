using System.Globalization;
using Interop.Prediction;

namespace Interop.Server.Settings;

/// <summary>Predictions for navigators, from <c>Interop:EarlyIntervention:</c>. Without a path of a model there is nothing of it.</summary>
/// <param name="Model">Path of the file that the verb <c>train-risk-model</c> writes and the server reads.</param>
/// <param name="Contact">Whom to ask about the model, as its card says it.</param>
/// <param name="DraftDays">After how many days a draft lapses that nobody has decided about.</param>
/// <param name="OutreachDays">Within how many days somebody is to be reached after that.</param>
/// <param name="Bounds">How bad the model may be before it stops.</param>
public sealed record EarlyInterventionSettings(string Model, string Contact, int DraftDays, int OutreachDays, Bounds Bounds)
{
    /// <summary>Nothing waits longer for a decision than this.</summary>
    public const int MostDraftDays = 60;

    /// <summary>Where a site says nothing else.</summary>
    public const int UsualOutreachDays = 7;

    /// <summary>Null where the site has not turned it on.</summary>
    /// <param name="evaluation">From <c>Interop:Evaluation</c>: its file has the groups about which the model must not err.</param>
    /// <exception cref="SettingsException">A value is none, or something is missing.</exception>
    internal static EarlyInterventionSettings? From(IConfigurationSection section, string? evaluation)
    {
        if (section["Model"] is not { Length: > 0 } model)
        {
            return section.GetChildren().Any()
                ? throw new SettingsException($"{section.Path}:Model is missing: the path of the model's file turns it on.")
                : null;
        }

        if (evaluation is null)
        {
            throw new SettingsException($"{section.Path} needs Interop:Evaluation: its file has the groups that a model must not fail.");
        }

        return new(
            Path.GetFullPath(model),
            section["Contact"] is { Length: > 0 and <= 200 } contact
                ? contact
                : throw new SettingsException($"{section.Path}:Contact is missing: whom to ask about the model, in 200 characters."),
            Days("DraftDays", 14, MostDraftDays),
            Days("OutreachDays", UsualOutreachDays, MostDraftDays),
            new(
                Share("MinimumAuc", 0.65, 0.5),
                Share("ErrorDifference", 0.1, 0),
                Share("CalibrationDifference", 0.1, 0),
                Days("StratumMinimum", 100, 100_000),
                Share("Stability", 0.25, 0)));

        int Days(string name, int usual, int most) => section[name] is not { } given ? usual
            : int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number
            : throw new SettingsException($"{section.Path}:{name} must be a number from 1 to {most}.");

        double Share(string name, double usual, double least) => section[name] is not { } given ? usual
            : double.TryParse(given, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number >= least && number <= 1 ? number
            : throw new SettingsException(string.Create(
                CultureInfo.InvariantCulture, $"{section.Path}:{name} must be a number from {least} to 1."));
    }
}
