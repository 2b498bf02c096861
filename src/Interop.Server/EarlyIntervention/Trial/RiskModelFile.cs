using System.Security.Cryptography;
using System.Text.Json;
using Interop.Prediction;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.EarlyIntervention.Trial;

/// <summary>
/// A trained model with its card, as one file: what is scored by, what it was made of, how it did on later moments, and within which
/// bounds. Its SHA-256 is what an administrator accepts.
/// </summary>
/// <param name="Made">UTC, as text.</param>
/// <param name="HeldFrom">From when on moments are none that it was made of, UTC microseconds.</param>
/// <param name="Parts">How the values of each feature lay when it was made.</param>
/// <param name="Sha256">Of the file, in hexadecimal.</param>
internal sealed record RiskModelFile(
    RiskModel Model,
    string Made,
    long HeldFrom,
    Validation Validation,
    IReadOnlyList<IReadOnlyList<int>> Parts,
    string Sha256,
    byte[] Json)
{
    private const string Format = "interop-risk-model/1";
    private const long MostBytes = 4 * 1024 * 1024;

    /// <summary>From which probability on a navigator is told.</summary>
    public double Threshold => Validation.Threshold;

    /// <summary>By what a score says which model it is of.</summary>
    public string Version => Sha256[..12];

    /// <exception cref="SettingsException">There is no such file, or it is no model of this server's.</exception>
    public static RiskModelFile From(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return !file.Exists ? throw new SettingsException(
                    "Interop:EarlyIntervention:Model: there is no such file. The verb train-risk-model makes it.")
                : file.Length > MostBytes ? throw new FormatException("is too long")
                : Read(File.ReadAllBytes(path));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new SettingsException($"Interop:EarlyIntervention:Model: the file {wrong.Message}");
        }
    }

    public static byte[] Write(TrainedModel trained, string programme, string contact, Bounds bounds) => FhirJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteString("made", Instants.ToText(trained.Made));
        json.WriteString("programme", programme);
        json.WriteString("contact", contact);
        json.WriteString("target", Moment.Target);
        json.WriteStartObject("model");
        json.WriteNumber("intercept", trained.Model.Intercept);
        json.WriteStartArray("terms");
        foreach (var (term, parts) in trained.Model.Terms.Zip(trained.Parts))
        {
            Write(json, term, parts);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        Write(json, "training", trained.Training);
        Write(json, "held", trained.Held);
        json.WriteStartObject("validation");
        ModelFigures.Write(json, trained.Validation);
        json.WriteEndObject();
        ModelFigures.Write(json, bounds);
        json.WriteEndObject();
    });

    public static RiskModelFile Read(byte[] json)
    {
        using var document = JsonDocument.Parse(json, FhirJson.Parsing);
        var root = document.RootElement;
        var terms = root.At("model").Items("terms").Select(TermOf).ToList();
        return root.Text("format") == Format
            && terms.Select(term => term.Feature.Code).SequenceEqual(RiskFeatures.Features.Select(feature => feature.Code))
            && ModelFigures.Number(root.At("model"), "intercept") is { } intercept
            && DateTimeOffset.TryParse(root.At("held").Text("from"), out var held)
                ? new(
                    new(intercept, terms),
                    root.Text("made") ?? string.Empty,
                    held.ToMicroseconds(),
                    ModelFigures.Read(root.At("validation")),
                    [.. root.At("model").Items("terms").Select(PartsOf)],
                    Convert.ToHexStringLower(SHA256.HashData(json)),
                    json)
                : throw new FormatException("is no model of this server's features.");
    }

    private static IReadOnlyList<int> PartsOf(JsonElement term) => [.. term.Items("parts").Select(part => part.GetInt32())];

    private static Term TermOf(JsonElement json) =>
        RiskFeatures.Features.FirstOrDefault(feature => feature.Code == json.Text("feature")) is { } feature
        && ModelFigures.Number(json, "cap") == feature.Cap && ModelFigures.Number(json, "unit") == feature.Unit
        && json.Items("parts").Count() == feature.Edges.Count + 1
        && ModelFigures.Number(json, "weight") is { } weight
            ? new(feature, weight)
            : throw new FormatException("has a term that this server does not reckon.");

    private static void Write(Utf8JsonWriter json, Term term, IReadOnlyList<int> parts)
    {
        var known = RiskFeatures.All.Single(feature => feature.Feature.Code == term.Feature.Code);
        json.WriteStartObject();
        json.WriteString("feature", term.Feature.Code);
        json.WriteString("words", known.Words);
        json.WriteString("source", known.Source);
        json.WriteNumber("weight", term.Weight);
        json.WriteNumber("cap", term.Feature.Cap);
        json.WriteNumber("unit", term.Feature.Unit);
        json.WriteStartArray("edges");
        foreach (var edge in term.Feature.Edges)
        {
            json.WriteNumberValue(edge);
        }

        json.WriteEndArray();
        json.WriteStartArray("parts");
        foreach (var part in parts)
        {
            json.WriteNumberValue(part);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, MomentsOfTraining moments)
    {
        json.WriteStartObject(name);
        json.WriteString("from", Instants.ToText(moments.From));
        json.WriteString("to", Instants.ToText(moments.To));
        json.WriteNumber("moments", moments.Count);
        json.WriteNumber("persons", moments.Persons);
        json.WriteNumber("outcomes", moments.Outcomes);
        json.WriteEndObject();
    }
}
