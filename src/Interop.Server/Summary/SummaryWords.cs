using System.Net;
using System.Text.Json;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Summary;

/// <summary>What a resource says in a line that a person reads on a phone: only what was disclosed of it.</summary>
internal static class SummaryWords
{
    private static readonly string[] Concepts =
        ["code", "medicationCodeableConcept", "valueCodeableConcept", "type", "category", "serviceType", "class"];

    private static readonly string[] Times =
        ["onsetDateTime", "effectiveDateTime", "occurrenceDateTime", "authoredOn", "recordedDate", "dateAsserted"];

    /// <summary>Null where it says nothing that fits a line.</summary>
    public static string? Of(ReadOnlyMemory<byte> resource)
    {
        using var document = JsonDocument.Parse(resource, FhirJson.Parsing);
        var root = document.RootElement;
        return root.Text("resourceType") switch
        {
            "Patient" => Line(NameOf(root), root.Text("birthDate") is { } born ? $"born {born}" : null, LanguageOf(root), PhoneOf(root)),
            "RelatedPerson" => Line(NameOf(root), First(root, "relationship"), PhoneOf(root)),
            "CarePlan" => Line([root.Text("title"), .. StepsOf(root)]),
            "Encounter" => Line(
                root.At("period").Text("start") ?? "undated",
                First(root, "type") ?? First(root, "class"),
                First(root, "reasonCode"),
                root.Text("status")),
            "RiskAssessment" => Line(
                root.Items("prediction").Select(prediction => First(prediction, "qualitativeRisk") ?? First(prediction, "outcome"))
                    .FirstOrDefault(),
                TimeOf(root)),
            "Observation" => Line(First(root, "code"), ValueOf(root), TimeOf(root)),
            "MedicationRequest" or "MedicationStatement" => Line(
                [First(root, "medicationCodeableConcept"), .. DosesOf(root)]),
            _ => Line(Concepts.Select(name => First(root, name)).FirstOrDefault(text => text is not null), TimeOf(root)),
        };
    }

    public static string OnDuty(string? phone) =>
        phone is null ? "The clinician on duty of the crisis programme." : $"The clinician on duty of the crisis programme: {phone}.";

    /// <summary>
    /// A list of lines as the narrative of a section (https://hl7.org/fhir/R4/narrative.html), with whatever they hold escaped.
    /// </summary>
    public static string Div(IEnumerable<string> lines)
    {
        var items = string.Concat(lines.Select(line => $"<li>{WebUtility.HtmlEncode(line)}</li>"));
        return $"<div xmlns=\"http://www.w3.org/1999/xhtml\"><ul>{items}</ul></div>";
    }

    private static string? Line(params IEnumerable<string?> parts)
    {
        var line = string.Join(", ", parts.Where(part => !string.IsNullOrWhiteSpace(part)));
        return line.Length == 0 ? null : line;
    }

    private static string? First(JsonElement element, string name) =>
        element.Items(name).Select(TextOf).FirstOrDefault(text => text is not null);

    /// <summary>A CodeableConcept or Coding in words, or by its code where it has none.</summary>
    private static string? TextOf(JsonElement concept) =>
        concept.Text("text")
        ?? concept.Items("coding").Append(concept).Select(coding => coding.Text("display")).FirstOrDefault(text => text is not null)
        ?? concept.Items("coding").Append(concept).Select(coding => coding.Text("code")).FirstOrDefault(text => text is not null);

    private static string? NameOf(JsonElement person) =>
        (person.Items("name").FirstOrDefault(name => name.Text("use") == "usual") is { ValueKind: JsonValueKind.Object } usual
            ? usual
            : person.Items("name").FirstOrDefault()) is { ValueKind: JsonValueKind.Object } name
                ? name.Text("text")
                    ?? string.Join(' ', name.Items("given").Select(given => given.GetString()).Append(name.Text("family")).OfType<string>())
                : null;

    private static string? LanguageOf(JsonElement person) =>
        person.Items("communication").Select(said => First(said, "language")).FirstOrDefault(text => text is not null) is { } language
            ? $"speaks {language}"
            : null;

    private static string? PhoneOf(JsonElement person) =>
        person.Items("telecom").Where(way => way.Text("system") is "phone" or "sms").Select(way => way.Text("value"))
            .FirstOrDefault(text => text is not null);

    private static IEnumerable<string?> StepsOf(JsonElement plan) =>
        plan.Items("activity").Select(step => step.At("detail").Text("description") ?? First(step.At("detail"), "code"));

    private static IEnumerable<string?> DosesOf(JsonElement medication) =>
        medication.Items("dosageInstruction").Concat(medication.Items("dosage")).Select(dose => dose.Text("text"));

    private static string? ValueOf(JsonElement observation) =>
        First(observation, "valueCodeableConcept") ?? observation.Text("valueString")
        ?? observation.At("valueBoolean").ValueKind switch
        {
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            _ => observation.At("valueInteger") is { ValueKind: JsonValueKind.Number } number ? number.GetRawText()
                : observation.At("valueQuantity").At("value") is { ValueKind: JsonValueKind.Number } quantity
                    ? $"{quantity.GetRawText()} {observation.At("valueQuantity").Text("unit")}".TrimEnd()
                : null,
        };

    private static string? TimeOf(JsonElement resource) =>
        Times.Select(name => resource.Text(name)).FirstOrDefault(text => text is not null);
}
