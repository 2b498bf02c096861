using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Calls;

/// <summary>
/// What the server adds to a screening: the recommendation with its rule, and as facts whether the screening kept to the protocol, complete
/// and in time. Whatever stood there before is written anew.
/// </summary>
internal static class ScreeningResult
{
    /// <param name="proposals">The proposal for each response model.</param>
    public static byte[] Told(
        byte[] body, ScreeningTable table, Screening screening, Func<string, ResourceKey> proposals)
    {
        using var document = JsonDocument.Parse(body, FhirJson.Parsing);
        var others = document.RootElement.Items("extension").Where(extension => extension.Text("url") != Screening.ResultUrl).ToList();
        var extensions = FhirJson.Write(writer =>
        {
            writer.WriteStartArray();
            others.ForEach(extension => extension.WriteTo(writer));
            if (screening.Status != "entered-in-error")
            {
                Write(writer, table, screening, proposals);
            }

            writer.WriteEndArray();
        });
        return extensions is [(byte)'[', (byte)']']
            ? TopLevel.Remove(body, "extension")
            : TopLevel.Replace(body, "extension", extensions);
    }

    private static void Write(Utf8JsonWriter writer, ScreeningTable table, Screening screening, Func<string, ResourceKey> proposals)
    {
        var rule = table.Decide(screening.Answers);
        var seconds = screening.Period is { } period ? (long?)(period.End - period.Start).TotalSeconds : null;
        writer.WriteStartObject();
        writer.WriteStartArray("extension");
        Part(writer, "table", () => writer.WriteString("valueUri", table.Canonical));
        Part(writer, "rule", () => writer.WriteString("valueCode", rule.Name));
        foreach (var model in rule.Send)
        {
            Part(writer, "model", () => writer.WriteString("valueCode", model));
        }

        foreach (var model in rule.Instead)
        {
            Part(writer, "instead", () => writer.WriteString("valueCode", model));
        }

        foreach (var model in rule.Send)
        {
            Part(writer, "request", () =>
            {
                writer.WriteStartObject("valueReference");
                writer.WriteString("reference", proposals(model).ToString());
                writer.WriteEndObject();
            });
        }

        Part(writer, "complete", () => writer.WriteBoolean("valueBoolean", screening.IsComplete));
        if (seconds is { } taken)
        {
            Part(writer, "seconds", () => writer.WriteNumber("valueInteger", Math.Min(taken, int.MaxValue)));
        }

        Part(writer, "adherent", () => writer.WriteBoolean("valueBoolean", screening.IsComplete && seconds <= table.Seconds));
        writer.WriteEndArray();
        writer.WriteString("url", Screening.ResultUrl);
        writer.WriteEndObject();
    }

    private static void Part(Utf8JsonWriter writer, string name, Action value)
    {
        writer.WriteStartObject();
        writer.WriteString("url", name);
        value();
        writer.WriteEndObject();
    }
}
