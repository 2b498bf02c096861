using System.Text.Json;
using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Workflows;
using Interop.Sharing.Redaction;

namespace Interop.Server.Operations;

/// <summary>
/// The fixed form of a crisis summary (https://hl7.org/fhir/R4/documents.html): a Composition, one Patient, a fixed number of
/// safety Flags and one CarePlan. What the person did not share, or does not have, is filled with general advice.
/// </summary>
internal static class SummaryDocument
{
    public const int Flags = 3;

    private const string GeneralAdvice = "Approach calmly, one person speaking, no sudden movements. Ask what helps. Call the clinician on duty.";
    private const string NoAlert = "No safety alert is shared. This does not mean that there is none.";

    /// <param name="seed">Makes the ids of the filled-in parts: the same incident gives the same ids.</param>
    public static Disclosure Compose(
        ReadOnlySpan<byte> seed, string incident, string custodian, string baseUrl, long instant, Disclosure? patient, IReadOnlyList<Disclosure> flags, Disclosure? plan)
    {
        var parts = new List<Disclosure> { patient ?? Filler(seed, incident, "Patient", 0, instant, writer => writer.WriteBoolean("active", true)) };
        var subject = parts[0].Key.ToString();
        parts.AddRange(flags.Take(Flags));
        for (var number = parts.Count - 1; number < Flags; number++)
        {
            parts.Add(Filler(seed, incident, "Flag", number, instant, writer => Advice(writer, subject, NoAlert)));
        }

        parts.Add(plan ?? Filler(seed, incident, "CarePlan", 0, instant, writer => PlanAdvice(writer, subject)));
        var key = new ResourceKey("Bundle", NameBasedId.Of(seed, $"summary|{incident}"));
        return Redactor.Compose(key, instant, baseUrl, Composition(seed, incident, custodian, instant, parts), parts);
    }

    private static Disclosure Filler(ReadOnlySpan<byte> seed, string incident, string type, int number, long instant, Action<Utf8JsonWriter> write)
    {
        var key = new ResourceKey(type, NameBasedId.Of(seed, $"summary|{incident}|{type}|{number}"));
        return Redactor.Nobody(key, instant, Json(writer =>
        {
            writer.WriteString("resourceType", type);
            writer.WriteString("id", key.Id);
            write(writer);
        }));
    }

    private static void Advice(Utf8JsonWriter writer, string subject, string text)
    {
        writer.WriteString("status", "active");
        writer.WriteStartObject("code");
        writer.WriteString("text", text);
        writer.WriteEndObject();
        WriteReference(writer, "subject", subject);
    }

    private static void PlanAdvice(Utf8JsonWriter writer, string subject)
    {
        writer.WriteString("status", "active");
        writer.WriteString("intent", "plan");
        WriteReference(writer, "subject", subject);
        writer.WriteStartArray("activity");
        writer.WriteStartObject();
        writer.WriteStartObject("detail");
        writer.WriteString("status", "not-started");
        writer.WriteString("description", GeneralAdvice);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static byte[] Composition(ReadOnlySpan<byte> seed, string incident, string custodian, long instant, List<Disclosure> parts)
    {
        var id = NameBasedId.Of(seed, $"summary|{incident}|Composition");
        return Json(writer =>
        {
            writer.WriteString("resourceType", "Composition");
            writer.WriteString("id", id);
            WriteHandling(writer);
            writer.WriteString("status", "final");
            WriteConcept(writer, "type", "http://loinc.org", "60591-5");
            WriteReference(writer, "subject", parts[0].Key.ToString());
            writer.WriteString("date", Instants.ToText(instant));
            writer.WriteStartArray("author");
            writer.WriteStartObject();
            writer.WriteString("reference", $"Organization/{custodian}");
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteString("title", "Crisis summary for use on scene");
            writer.WriteStartArray("section");
            WriteSection(writer, "Person", "Name, language and how to reach the person, as far as shared.", parts.Where(part => part.Key.Type == "Patient"));
            WriteSection(writer, "Safety", "Alerts that the person or the team shares.", parts.Where(part => part.Key.Type == "Flag"));
            WriteSection(writer, "Approach", GeneralAdvice, parts.Where(part => part.Key.Type == "CarePlan"));
            WriteSection(writer, "Who to call", "The clinician on duty of the crisis programme.", []);
            writer.WriteEndArray();
        });
    }

    /// <summary>Not to be reused, and to be deleted after use (v3-ActCode): the agreement binds the agency to both.</summary>
    private static void WriteHandling(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("meta");
        writer.WriteStartArray("security");
        foreach (var code in new[] { "NOREUSE", "DELAU" })
        {
            writer.WriteStartObject();
            writer.WriteString("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode");
            writer.WriteString("code", code);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteSection(Utf8JsonWriter writer, string title, string text, IEnumerable<Disclosure> entries)
    {
        writer.WriteStartObject();
        writer.WriteString("title", title);
        writer.WriteStartObject("text");
        writer.WriteString("status", "generated");
        writer.WriteString("div", $"<div xmlns=\"http://www.w3.org/1999/xhtml\">{text}</div>");
        writer.WriteEndObject();
        var keys = entries.Select(entry => entry.Key).ToList();
        if (keys.Count > 0)
        {
            writer.WriteStartArray("entry");
            foreach (var key in keys)
            {
                writer.WriteStartObject();
                writer.WriteString("reference", key.ToString());
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteConcept(Utf8JsonWriter writer, string name, string system, string code)
    {
        writer.WriteStartObject(name);
        writer.WriteStartArray("coding");
        writer.WriteStartObject();
        writer.WriteString("system", system);
        writer.WriteString("code", code);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteReference(Utf8JsonWriter writer, string name, string reference)
    {
        writer.WriteStartObject(name);
        writer.WriteString("reference", reference);
        writer.WriteEndObject();
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
