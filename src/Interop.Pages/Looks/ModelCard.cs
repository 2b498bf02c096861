using System.Globalization;
using System.Text.Json;
using Hl7.Fhir.Model;

namespace Interop.Pages.Looks;

/// <summary>A model's card, and what a month says about it, as pages tell it: read from the Library that the server keeps.</summary>
public sealed class ModelCard
{
    private readonly JsonElement card;

    private ModelCard(Library library, JsonElement card) => (Library, this.card) = (library, card);

    public Library Library { get; }

    public bool IsDraft => Library.Status == PublicationStatus.Draft;

    public bool Works => Library.Status == PublicationStatus.Active;

    /// <summary>SHA-256 of the file, in hexadecimal: what an administrator accepts.</summary>
    public string Sha256 => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Library.Content[0].Data!));

    public string? Contact => Text(card, "contact");

    /// <summary>Each feature's code, and what a unit of it adds.</summary>
    public IReadOnlyList<(string Code, double Weight)> Terms =>
        [.. Items(At(card, "model"), "terms").Select(term => (Text(term, "feature") ?? string.Empty, Number(term, "weight") ?? 0))];

    public double Intercept => Number(At(card, "model"), "intercept") ?? 0;

    public (string From, string To, string Moments, string Persons, string Outcomes) Training => MomentsOf("training");

    public (string From, string To, string Moments, string Persons, string Outcomes) Held => MomentsOf("held");

    public ModelFigures Figures => new(At(card, "validation"));

    public IReadOnlyDictionary<string, double> Bounds => At(card, "bounds") is { ValueKind: JsonValueKind.Object } bounds
        ? bounds.EnumerateObject().ToDictionary(bound => bound.Name, bound => bound.Value.GetDouble())
        : new Dictionary<string, double>();

    /// <summary>Null where the Library holds no card.</summary>
    public static ModelCard? Of(Library? library) => library is { Content: [{ Data: { } data }, ..] }
        ? new(library, Parsed(data))
        : null;

    /// <summary>What a month says about a model; null where the Library holds no report.</summary>
    public static DriftFacts? DriftOf(Library? library)
    {
        if (library is not { Content: [{ Data: { } data }, ..] })
        {
            return null;
        }

        var report = Parsed(data);
        return new(
            Text(report, "month") ?? string.Empty,
            At(report, "told").ValueKind == JsonValueKind.True,
            [.. Items(report, "stability").Select(feature => (Text(feature, "feature") ?? string.Empty, Number(feature, "index")))],
            [.. Items(report, "breaches").Select(breach => breach.GetString()!)]);
    }

    internal static string? Text(JsonElement json, string name) =>
        At(json, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    internal static double? Number(JsonElement json, string name) =>
        At(json, name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    internal static JsonElement At(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;

    internal static IEnumerable<JsonElement> Items(JsonElement json, string name) =>
        At(json, name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    private static JsonElement Parsed(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private (string From, string To, string Moments, string Persons, string Outcomes) MomentsOf(string name)
    {
        var moments = At(card, name);
        return (Text(moments, "from") ?? string.Empty, Text(moments, "to") ?? string.Empty, Count("moments"), Count("persons"),
            Count("outcomes"));

        string Count(string of) => (Number(moments, of) ?? 0).ToString("N0", CultureInfo.CurrentCulture);
    }
}

/// <summary>How a model did.</summary>
public sealed class ModelFigures(JsonElement validation)
{
    public double? Threshold => ModelCard.Number(validation, "threshold");

    public double? Auc => ModelCard.Number(validation, "auc");

    public double? Low => ModelCard.Number(validation, "aucLow");

    public double? High => ModelCard.Number(validation, "aucHigh");

    public double? Intercept => ModelCard.Number(validation, "intercept");

    public double? Slope => ModelCard.Number(validation, "slope");

    public double? Brier => ModelCard.Number(validation, "brier");

    public IReadOnlyList<(double? Count, double? Predicted, double? Observed)> Tenths =>
    [
        .. ModelCard.Items(validation, "tenths").Select(tenth => (
            ModelCard.Number(tenth, "count"), ModelCard.Number(tenth, "predicted"), ModelCard.Number(tenth, "observed"))),
    ];

    public GroupFigures Everybody => GroupFigures.Of(ModelCard.At(validation, "everybody"));

    public IReadOnlyList<GroupFigures> Groups => [.. ModelCard.Items(validation, "groups").Select(GroupFigures.Of)];
}

/// <summary>How it did about one group; null is what too few people were there to tell.</summary>
public sealed record GroupFigures(
    string Kind, string Group, double? Count, double? FalseAlarms, double? Misses, double? Predicted, double? Observed)
{
    public bool IsTold => FalseAlarms is not null && Misses is not null && Predicted is not null;

    internal static GroupFigures Of(JsonElement group) => new(
        ModelCard.Text(group, "kind") ?? string.Empty,
        ModelCard.Text(group, "group") ?? string.Empty,
        ModelCard.Number(group, "count"),
        ModelCard.Number(group, "falseAlarms"),
        ModelCard.Number(group, "misses"),
        ModelCard.Number(group, "predicted"),
        ModelCard.Number(group, "observed"));
}

/// <summary>A month of a model.</summary>
/// <param name="IsTold">Whether enough outcomes are known to tell how it did.</param>
/// <param name="Stability">How much each feature has changed; null where there were too few to tell.</param>
/// <param name="Breaches">Why it had to stop.</param>
public sealed record DriftFacts(
    string Month, bool IsTold, IReadOnlyList<(string Code, double? Index)> Stability, IReadOnlyList<string> Breaches);
