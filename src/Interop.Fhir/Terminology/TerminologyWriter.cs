using System.Text.Json;
using Interop.Fhir.Json;

namespace Interop.Fhir.Terminology;

/// <summary>Writes the answers of terminology operations as FHIR resources.</summary>
internal static class TerminologyWriter
{
    public static byte[] Expansion(
        string url, ValueSetFacts? valueSet, IReadOnlyList<ListedCode> page, int total, DateTimeOffset time, string? filter, int? count,
            int? offset) => Write(writer =>
    {
        var bar = url.IndexOf('|', StringComparison.Ordinal);
        writer.WriteString("resourceType", "ValueSet");
        writer.WriteString("url", bar < 0 ? url : url[..bar]);
        Optional(writer, "version", valueSet is not null ? valueSet.Version : bar < 0 ? null : url[(bar + 1)..]);
        Optional(writer, "name", valueSet?.Name);
        writer.WriteString("status", valueSet?.Status ?? "active");
        writer.WriteStartObject("expansion");
        writer.WriteString("timestamp", ResourceJson.Instant(time));
        writer.WriteNumber("total", total);
        if (offset is not null || count is not null)
        {
            writer.WriteNumber("offset", offset ?? 0);
        }

        Asked(writer, filter, count, offset);
        if (page.Count > 0)
        {
            writer.WriteStartArray("contains");
            foreach (var code in page)
            {
                writer.WriteStartObject();
                Optional(writer, "system", code.System);
                if (code.IsInactive)
                {
                    writer.WriteBoolean("inactive", true);
                }

                writer.WriteString("code", code.Code);
                Optional(writer, "display", code.Display);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    });

    public static byte[] Validation(bool result, string? message, string? display) => Parameters(writer =>
    {
        Parameter(writer, "result", () => writer.WriteBoolean("valueBoolean", result));
        Text(writer, "message", message);
        Text(writer, "display", display);
    });

    public static byte[] Concept(CodeSystemFacts system, ConceptFacts concept) => Parameters(writer =>
    {
        Text(writer, "name", system.Name);
        Text(writer, "version", system.Version);
        Text(writer, "display", concept.Display ?? concept.Code);
        foreach (var designation in concept.Designations)
        {
            Part(writer, "designation", "value", "valueString", designation, null);
        }

        if (concept.Definition is not null)
        {
            Part(writer, "property", "value", "valueString", concept.Definition, "definition");
        }

        foreach (var parent in concept.Parents.Distinct())
        {
            Part(writer, "property", "value", "valueCode", parent, "parent");
        }

        foreach (var property in concept.Properties.Where(property => property.Key is not ("parent" or "subsumedBy")))
        {
            foreach (var value in property)
            {
                Part(writer, "property", "value", "valueString", value, property.Key);
            }
        }
    });

    private static void Asked(Utf8JsonWriter writer, string? filter, int? count, int? offset)
    {
        if (filter is null && count is null && offset is null)
        {
            return;
        }

        writer.WriteStartArray("parameter");
        Text(writer, "filter", filter);
        foreach (var (name, value) in new[] { ("count", count), ("offset", offset) })
        {
            if (value is { } number)
            {
                Parameter(writer, name, () => writer.WriteNumber("valueInteger", number));
            }
        }

        writer.WriteEndArray();
    }

    private static byte[] Parameters(Action<Utf8JsonWriter> write) => Write(writer =>
    {
        writer.WriteString("resourceType", "Parameters");
        writer.WriteStartArray("parameter");
        write(writer);
        writer.WriteEndArray();
    });

    private static byte[] Write(Action<Utf8JsonWriter> write)
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

    private static void Parameter(Utf8JsonWriter writer, string name, Action value)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        value();
        writer.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            Parameter(writer, name, () => writer.WriteString("valueString", value));
        }
    }

    private static void Part(Utf8JsonWriter writer, string name, string part, string valueName, string value, string? code)
    {
        if (value.Length == 0)
        {
            return;
        }

        Parameter(writer, name, () =>
        {
            writer.WriteStartArray("part");
            if (code is not null)
            {
                Parameter(writer, "code", () => writer.WriteString("valueCode", code));
            }

            Parameter(writer, part, () => writer.WriteString(valueName, value));
            writer.WriteEndArray();
        });
    }

    private static void Optional(Utf8JsonWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            writer.WriteString(name, value);
        }
    }
}
