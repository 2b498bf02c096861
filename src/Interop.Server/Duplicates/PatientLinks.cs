using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Duplicates;

/// <summary>
/// <c>Patient.link</c>: which records are the same person's (https://hl7.org/fhir/R4/patient.html#links). They stay two records, each with
/// its own consents.
/// </summary>
internal static class PatientLinks
{
    public const string Replaces = "replaces";
    public const string ReplacedBy = "replaced-by";

    /// <summary>What a record is linked to in one way; in any way where none is given.</summary>
    public static IReadOnlyList<ResourceKey> Of(ReadOnlyMemory<byte> patient, string? type = null)
    {
        using var document = JsonDocument.Parse(patient, FhirJson.Parsing);
        return
        [
            .. document.RootElement.Items("link")
                .Where(link => type is null || link.Text("type") == type)
                .Select(link => link.At("other").Text("reference") is { } text ? ResourceKey.TryParse(text) : null)
                .OfType<ResourceKey>(),
        ];
    }

    /// <summary>The records that were said to be the same person's.</summary>
    public static IEnumerable<ResourceKey> Merged(ReadOnlyMemory<byte> patient) => Of(patient, Replaces).Concat(Of(patient, ReplacedBy));

    /// <summary>Whether the record is nobody's to add to: it is replaced, or not in use.</summary>
    public static bool IsRetired(ReadOnlyMemory<byte> patient) => IsInactive(patient) || IsReplaced(patient);

    public static bool IsInactive(ReadOnlyMemory<byte> patient) =>
        TopLevel.Value(patient.Span, "active").SequenceEqual("false"u8);

    /// <summary>Whether another record replaces it, whatever the link says of that one.</summary>
    public static bool IsReplaced(ReadOnlyMemory<byte> patient) => LinksOf(patient.Span).Any(link => (string?)link!["type"] == ReplacedBy);

    public static byte[] With(ReadOnlySpan<byte> patient, ResourceKey other, string type)
    {
        var links = LinksOf(patient);
        links.Add(new JsonObject { ["other"] = new JsonObject { ["reference"] = other.ToString() }, ["type"] = type });
        return TopLevel.Replace(patient, "link", JsonSerializer.SerializeToUtf8Bytes(links));
    }

    public static byte[] Without(ReadOnlySpan<byte> patient, ResourceKey other, string type)
    {
        var kept = LinksOf(patient)
            .Where(link => (string?)link!["type"] != type || (string?)link["other"]?["reference"] != other.ToString())
            .Select(link => link!.DeepClone())
            .ToArray();
        return kept.Length == 0
            ? TopLevel.Remove(patient, "link")
            : TopLevel.Replace(patient, "link", JsonSerializer.SerializeToUtf8Bytes(new JsonArray(kept)));
    }

    private static JsonArray LinksOf(ReadOnlySpan<byte> patient) =>
        TopLevel.Value(patient, "link") is { IsEmpty: false } links ? (JsonArray)JsonNode.Parse(links)! : [];
}
