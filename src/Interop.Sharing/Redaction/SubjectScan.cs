using System.Text;
using System.Text.Json;
using Interop.Fhir;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Redaction;

/// <summary>Finds only the patient that a resource is about, skipping everything else.</summary>
internal static class SubjectScan
{
    /// <summary>Id of the first Patient at the type's subject paths, or null.</summary>
    public static string? Find(ReadOnlySpan<byte> body, FactNode facts)
    {
        var reader = new Utf8JsonReader(body, JsonReading.ReaderOptions);
        reader.Read();
        return Find(ref reader, facts);
    }

    /// <summary>
    /// Ids of the Patients that root extensions with the url point at, null for one that can't be read; found tells whether there is
    /// any.
    /// </summary>
    public static List<string?> FindByExtension(ReadOnlySpan<byte> body, byte[] url, out bool found)
    {
        var patients = new List<string?>();
        using var document = JsonDocument.Parse(body.ToArray(), new() { MaxDepth = JsonReading.ReaderOptions.MaxDepth });
        if (document.RootElement.TryGetProperty("extension", out var extensions) && extensions.ValueKind == JsonValueKind.Array)
        {
            foreach (var extension in extensions.EnumerateArray().Where(extension => extension.ValueKind == JsonValueKind.Object))
            {
                if (extension.TryGetProperty("url", out var text) && text.ValueEquals(url))
                {
                    patients.Add(extension.TryGetProperty("valueReference", out var value)
                        && value.TryGetProperty("reference", out var reference)
                        && ResourceKey.TryParse(reference.GetString()!) is { Type: "Patient" } patient
                            ? patient.Id
                            : null);
                }
            }
        }

        found = patients.Count > 0;
        return patients;
    }

    private static string? Find(ref Utf8JsonReader reader, FactNode node)
    {
        string? found = null;
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (found is null && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                found = Find(ref reader, node);
            }

            return found;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        // The first is the only one: what concerns two patients leaves nowhere. So the rest need not be read.
        while (found is null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isReference = (node.Kind & FactKind.Subject) != 0 && reader.ValueTextEquals("reference"u8);
            var child = reader.ValueIsEscaped ? node.Find(Encoding.UTF8.GetBytes(reader.GetString()!)) : node.Find(reader.ValueSpan);
            reader.Read();
            if (isReference && reader.TokenType == JsonTokenType.String)
            {
                var text = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
                found ??= ResourceKey.TryParse(text) is { Type: "Patient" } patient ? patient.Id : null;
            }
            else if (child is { LeadsToSubject: true })
            {
                found = Find(ref reader, child);
            }
            else
            {
                reader.Skip();
            }
        }

        return found;
    }
}
