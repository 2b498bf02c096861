using System.Text.Json;
using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.FollowUp;

/// <summary>What a Communication says, read as an attempt to reach somebody.</summary>
/// <param name="Tasks">What it is based on or about.</param>
/// <param name="Outcome">Code of the code system contact-outcome; null where it says none.</param>
internal sealed record ContactAttempt(
    string Status, string? Outcome, ResourceKey? Subject, ResourceKey? Encounter, IReadOnlyList<ResourceKey> Tasks)
{
    public const string Outcomes = CrisisProfiles.Base + "/CodeSystem/contact-outcome";
    public const string Reached = "reached";
    public const string Refused = "refused";

    /// <summary>So many attempts in vain are enough.</summary>
    public const int Most = 3;

    public static readonly IReadOnlyList<string> Codes = [Reached, "no-answer", "left-message", Refused];

    public static ContactAttempt Read(ReadOnlyMemory<byte> communication)
    {
        using var document = JsonDocument.Parse(communication, FhirJson.Parsing);
        var root = document.RootElement;
        return new(
            root.Text("status") ?? string.Empty,
            root.Code("statusReason", Outcomes),
            KeyOf(root.At("subject")),
            KeyOf(root.At("encounter")),
            [
                .. root.Items("basedOn").Concat(root.Items("about")).Select(KeyOf).OfType<ResourceKey>()
                    .Where(key => key.Type == "Task").Distinct(),
            ]);
    }

    private static ResourceKey? KeyOf(JsonElement reference) =>
        reference.Text("reference") is { } text ? ResourceKey.TryParse(text) : null;
}
