using System.Globalization;
using System.Text.Json;
using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Prediction;
using Interop.Server.Authoring;
using Interop.Server.EarlyIntervention.Trial;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.EarlyIntervention;

/// <summary>
/// A prediction is a RiskAssessment whose method is ours. By that sharing knows it: until somebody has answered for it, it is for who is to
/// do so (label DRAFT), and then for staff and for whom the person's consent names it to (label PREDICTION).
/// </summary>
internal static class Predictions
{
    public const string Methods = CrisisProfiles.Base + "/CodeSystem/prediction-method";
    public const string Method = "repeat-encounter-90d";
    public const string Draft = "preliminary";
    public const string Final = "final";
    public const string Cancelled = "cancelled";
    public const string Mistaken = "entered-in-error";

    private const string TermUrl = CrisisProfiles.Base + "/StructureDefinition/prediction-term";

    // A coding without a system is judged by its code alone, as sharing does.
    public static bool Is(JsonElement resource) => resource.Text("resourceType") == "RiskAssessment"
        && resource.All("method.coding").Any(coding => coding.Text("code") == Method && coding.Text("system") is null or Methods);

    public static bool Is(ReadOnlyMemory<byte> resource)
    {
        using var document = JsonDocument.Parse(resource, FhirJson.Parsing);
        return Is(document.RootElement);
    }

    /// <summary>The one draft of an encounter.</summary>
    public static ResourceKey KeyOf(string encounter, ReadOnlySpan<byte> secret) =>
        new("RiskAssessment", NameBasedId.Of(secret, $"prediction|Encounter/{encounter}"));

    public static MappedResource DraftOf(ResourceKey key, Moment moment, RiskScore score, string version, ResourceKey device) =>
        MappedResource.Of(new RiskAssessment
        {
            Id = key.Id,
            Status = ObservationStatus.Preliminary,
            Method = new()
            {
                Coding = [new(Methods, Method, Moment.Target) { Version = version }],
                Text = "Logistic regression on the programme's own history: a draft of a machine, which somebody has to decide about",
            },
            Subject = new($"Patient/{moment.Person}"),
            Encounter = new($"Encounter/{moment.Encounter}"),
            Occurrence = new FhirDateTime(Text(moment.Ended)),
            Performer = device.ToReference(),
            Basis = [new($"Encounter/{moment.Encounter}")],
            Prediction =
            [
                new()
                {
                    Extension = [.. score.Terms.Select(TermOf)],
                    Outcome = new() { Text = Moment.Target },
                    Probability = new FhirDecimal(Math.Round((decimal)score.Probability, 4)),
                    When = new Period { Start = Text(moment.Ended), End = Text(moment.Known) },
                    Rationale = RationaleOf(score),
                },
            ],
        });

    /// <summary>How the probability comes about: whoever can add can follow it.</summary>
    private static string RationaleOf(RiskScore score) => string.Create(
        CultureInfo.InvariantCulture,
        $"{string.Join("; ", score.Terms.Select(TextOf))}; always {score.Intercept:+0.####;-0.####;0}; sum {score.Sum:0.####};"
        + $" probability 1/(1+e^-sum) = {score.Probability:0.####}");

    private static string TextOf(Contribution term) => string.Create(
        CultureInfo.InvariantCulture,
        $"{term.Term.Feature.Code} {term.Value:0.##} {term.Points:+0.####;-0.####;0}");

    private static Extension TermOf(Contribution term) => new()
    {
        Url = TermUrl,
        Extension =
        [
            new("feature", new Code(term.Term.Feature.Code)),
            new("value", new FhirDecimal(Math.Round((decimal)term.Value, 4))),
            new("weight", new FhirDecimal((decimal)term.Term.Weight)),
            new("points", new FhirDecimal(Math.Round((decimal)term.Points, 4))),
        ],
    };

    private static string Text(long instant) => Instants.ToDateTimeOffset(instant).ToDateTimeText();
}
