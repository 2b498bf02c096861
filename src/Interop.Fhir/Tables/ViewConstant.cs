using System.Globalization;
using System.Text.Json;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Tables;

/// <summary>Reads <c>constant.value[x]</c>.</summary>
internal static class ViewConstant
{
    /// <summary>Null where it is no primitive value of its type.</summary>
    public static PathItem? Of(JsonProperty value)
    {
        var name = value.Name["value".Length..];
        var type = name.Length == 0 ? null : FhirFacts.R4.Type(char.ToLowerInvariant(name[0]) + name[1..]);
        if (type is null or { Kind: PrimitiveKind.None })
        {
            return null;
        }

        var text = value.Value.Said();
        return type.Kind switch
        {
            PrimitiveKind.Boolean => value.Value.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? PathItem.Of(value.Value.GetBoolean())
                : null,
            PrimitiveKind.Integer or PrimitiveKind.PositiveInt or PrimitiveKind.UnsignedInt =>
                value.Value.ValueKind == JsonValueKind.Number && value.Value.TryGetInt32(out var whole) ? PathItem.Of(whole) : null,
            PrimitiveKind.Decimal => value.Value.ValueKind == JsonValueKind.Number
                && decimal.TryParse(value.Value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    ? PathItem.Of(number)
                    : null,
            PrimitiveKind.Date => Time(text, TimeKind.Date),
            PrimitiveKind.DateTime or PrimitiveKind.Instant => Time(text, TimeKind.DateTime),
            PrimitiveKind.Time => Time(text, TimeKind.Time),
            _ => text is null ? null : PathItem.Of(text),
        };
    }

    /// <summary>The text of a JSON string; null for anything else.</summary>
    public static string? Said(this JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;

    /// <summary>The text of a property; null where it is no string, or not there.</summary>
    public static string? Said(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.Said() : null;

    private static PathItem? Time(string? text, TimeKind kind) =>
        text is not null && PathTime.Parse(text, kind == TimeKind.Time) is { } time ? PathItem.Of(time with { Kind = kind }) : null;
}
