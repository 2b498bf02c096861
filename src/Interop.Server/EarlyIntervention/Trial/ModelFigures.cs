using System.Text.Json;
using Interop.Prediction;
using Interop.Sharing.Json;

namespace Interop.Server.EarlyIntervention.Trial;

/// <summary>A validation as JSON, in model cards and in reports of drift. Of 1 to 10 moments or persons the number is not told.</summary>
internal static class ModelFigures
{
    private const int Few = 10;
    private const int Digits = 4;

    public static void Write(Utf8JsonWriter json, Validation validation)
    {
        json.WriteNumber("threshold", validation.Threshold);
        WriteShare(json, "auc", validation.Ranking.Auc);
        WriteShare(json, "aucLow", validation.Ranking.Low);
        WriteShare(json, "aucHigh", validation.Ranking.High);
        WriteShare(json, "intercept", validation.Calibration.Intercept);
        WriteShare(json, "slope", validation.Calibration.Slope);
        WriteShare(json, "brier", validation.Calibration.Brier);
        json.WriteStartArray("tenths");
        foreach (var tenth in validation.Calibration.Tenths)
        {
            json.WriteStartObject();
            WriteCount(json, "count", tenth.Count);
            WriteShare(json, "predicted", tenth.Count > Few ? tenth.Predicted : null);
            WriteShare(json, "observed", tenth.Count > Few ? tenth.Observed : null);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("everybody");
        Write(json, validation.Everybody);
        json.WriteStartArray("groups");
        foreach (var group in validation.Groups.Where(group => group.Count > 0))
        {
            Write(json, group);
        }

        json.WriteEndArray();
    }

    public static Validation Read(JsonElement json) => new(
        Number(json, "threshold") ?? double.PositiveInfinity,
        new(Number(json, "auc"), Number(json, "aucLow"), Number(json, "aucHigh")),
        new(
            Number(json, "intercept"),
            Number(json, "slope"),
            Number(json, "brier") ?? 1,
            [
                .. json.Items("tenths").Select(tenth => new Tenth(
                    Count(tenth, "count"), Number(tenth, "predicted") ?? 0, Number(tenth, "observed") ?? 0)),
            ]),
        GroupOf(json.At("everybody")),
        [.. json.Items("groups").Select(GroupOf)]);

    public static void Write(Utf8JsonWriter json, Bounds bounds)
    {
        json.WriteStartObject("bounds");
        json.WriteNumber("auc", bounds.Auc);
        json.WriteNumber("errorDifference", bounds.ErrorDifference);
        json.WriteNumber("calibrationDifference", bounds.CalibrationDifference);
        json.WriteNumber("stratumMinimum", bounds.Least);
        json.WriteNumber("stability", bounds.Stability);
        json.WriteEndObject();
    }

    /// <summary>Null where it is not told.</summary>
    public static void WriteShare(Utf8JsonWriter json, string name, double? share)
    {
        if (share is { } told)
        {
            json.WriteNumber(name, Math.Round(told, Digits));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteCount(Utf8JsonWriter json, string name, int count)
    {
        if (count is 0 or > Few)
        {
            json.WriteNumber(name, count);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static double? Number(JsonElement json, string name) =>
        json.At(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    private static void Write(Utf8JsonWriter json, GroupError group)
    {
        json.WriteStartObject();
        json.WriteString("kind", group.Kind);
        json.WriteString("group", group.Group);
        WriteCount(json, "count", group.Count);
        WriteCount(json, "persons", group.Persons);
        WriteShare(json, "falseAlarms", group.FalseAlarms);
        WriteShare(json, "misses", group.Misses);
        WriteShare(json, "predicted", group.Predicted);
        WriteShare(json, "observed", group.Observed);
        json.WriteEndObject();
    }

    private static GroupError GroupOf(JsonElement json) => new(
        json.Text("kind") ?? string.Empty,
        json.Text("group") ?? string.Empty,
        Count(json, "count"),
        Count(json, "persons"),
        Number(json, "falseAlarms"),
        Number(json, "misses"),
        Number(json, "predicted"),
        Number(json, "observed"));

    // Somebody is there where the number is not told.
    private static int Count(JsonElement json, string name) => (int)(Number(json, name) ?? 1);
}
