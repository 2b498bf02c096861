using Interop.Prediction;
using Interop.Server.Http;

namespace Interop.Server.EarlyIntervention.Trial;

/// <summary>What a month says about a model.</summary>
/// <param name="Asked">How many moments of the month the model was asked about.</param>
/// <param name="Stability">The population stability index of each feature; null where the month has too few moments to tell.</param>
/// <param name="Validation">How it did about earlier moments whose outcome is known by now.</param>
/// <param name="Breaches">For what it has to stop.</param>
internal sealed record DriftReport(
    int Asked, IReadOnlyList<(string Feature, double? Index)> Stability, Validation Validation, IReadOnlyList<string> Breaches)
{
    /// <param name="asked">The moments of the month.</param>
    /// <param name="past">Moments of which the model was not made, and whose outcome is known.</param>
    public static DriftReport Of(
        RiskModelFile file,
        Bounds bounds,
        IReadOnlyList<(string Kind, IReadOnlyList<string> Codes)> kinds,
        IReadOnlyList<Moment> asked,
        IReadOnlyList<Moment> past)
    {
        var stability = RiskFeatures.Features.Select((feature, place) => (
            feature.Code,
            asked.Count >= bounds.Least
                ? Prediction.Stability.Index(
                    file.Parts[place], Prediction.Stability.PartsOf(feature, asked.Select(moment => moment.Values[place])))
                : (double?)null)).ToList();
        var validation = Validation.Of(
            ScoredSample.Of(file.Model, past.Select(moment => moment.Sample)), file.Threshold, kinds, bounds.Least);
        return new(
            asked.Count,
            stability,
            validation,
            [
                .. stability.Where(feature => feature.Item2 > bounds.Stability).Select(feature => $"{feature.Code}: another population"),

                // Of too few outcomes nothing follows, and the report says that there were too few.
                .. validation.Everybody.IsTold ? validation.Breaches(bounds) : [],
            ]);
    }

    public byte[] Json(DateOnly month) => FhirJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("month", $"{month:yyyy-MM}");
        ModelFigures.WriteCount(json, "asked", Asked);
        json.WriteStartArray("stability");
        foreach (var (feature, index) in Stability)
        {
            json.WriteStartObject();
            json.WriteString("feature", feature);
            ModelFigures.WriteShare(json, "index", index);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("told", Validation.Everybody.IsTold);
        json.WriteStartObject("validation");
        ModelFigures.Write(json, Validation);
        json.WriteEndObject();
        json.WriteStartArray("breaches");
        foreach (var breach in Breaches)
        {
            json.WriteStringValue(breach);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
