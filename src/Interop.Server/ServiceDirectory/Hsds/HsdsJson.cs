using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Server.Http;

namespace Interop.Server.ServiceDirectory.Hsds;

/// <summary>
/// HSDS 3 as its API gives it (https://docs.openreferral.org/en/3.1/hsds/api_reference.html): a record with those that belong to it inside,
/// a list, a page with <c>contents</c>, or one a line. Taken apart, each is in its table and names the one that it stood in.
/// </summary>
internal static class HsdsJson
{
    private const int Deepest = 12;

    public static void Read(string file, HsdsTables tables)
    {
        if (Path.GetExtension(file) == ".ndjson")
        {
            var line = 0;
            foreach (var text in ResourceLines(file))
            {
                Read(text, $"{file}:{++line}", tables);
            }
        }
        else
        {
            Read(ByteOrderMark.Skip(File.ReadAllBytes(file)), file, tables);
        }
    }

    private static IEnumerable<byte[]> ResourceLines(string file) => Settings.ResourceFiles.Lines(file).Where(line => line.Length > 0);

    private static void Read(byte[] text, string where, HsdsTables tables)
    {
        try
        {
            using var document = JsonDocument.Parse(text, FhirJson.Parsing);
            var root = document.RootElement;
            var records = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("contents", out var page) ? page : root;
            if (records.ValueKind != JsonValueKind.Array)
            {
                Take(records, TableOf(records), null, where, 0, tables);
                return;
            }

            var number = 0;
            foreach (var record in records.EnumerateArray())
            {
                Take(record, TableOf(record), null, $"{where}[{number++}]", 0, tables);
            }
        }
        catch (JsonException malformed)
        {
            tables.Problems.Add(new(where, $"It is not JSON (line {malformed.LineNumber + 1})."));
        }
    }

    /// <summary>What a record is that stands alone: the specification's API has an address for each kind, a file has not.</summary>
    private static string? TableOf(JsonElement record) =>
        record.ValueKind != JsonValueKind.Object ? null
        : Has(record, "service") || Has(record, "location") ? "service_at_location"
        : Has(record, "organization") || Has(record, "organization_id") || Has(record, "service_at_locations") ? "service"
        : Has(record, "location_type") || Has(record, "latitude") ? "location"
        : Has(record, "taxonomy") || Has(record, "term_uri") ? "taxonomy_term"
        : Has(record, "name") ? "organization"
        : null;

    private static bool Has(JsonElement record, string name) => record.TryGetProperty(name, out _);

    private static void Take(
        JsonElement record, string? table, HsdsRecord? outer, string where, int depth, HsdsTables tables)
    {
        if (table is null || record.ValueKind != JsonValueKind.Object || depth > Deepest)
        {
            tables.Problems.Add(new(where, "It is no record of the specification."));
            return;
        }

        var fields = new List<KeyValuePair<string, string>>();
        foreach (var property in record.EnumerateObject())
        {
            if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
            {
                fields.Add(new(property.Name, property.Value.ToString()));
            }
            else if (property.Value is { ValueKind: JsonValueKind.Object } part
                && HsdsRecord.TableOf(property.Name) is var named && HsdsTables.Independent.Contains(named)
                && part.TryGetProperty("id", out var id))
            {
                fields.Add(new($"{named}_id", id.ToString()));
            }
        }

        // A part belongs to what it stands in, as the services and locations of an organisation do.
        if (outer?.Id is { } owner && (!HsdsTables.Independent.Contains(table) || outer.Table == "organization"))
        {
            fields.Add(new($"{outer.Table}_id", owner));
        }

        var taken = HsdsRecord.Of(table, where, fields);
        tables.Add(taken);
        foreach (var property in record.EnumerateObject())
        {
            var inner = HsdsRecord.TableOf(property.Name);
            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                Take(property.Value, inner, taken, $"{where}.{property.Name}", depth + 1, tables);
            }
            else if (property.Value.ValueKind == JsonValueKind.Array)
            {
                foreach (var (item, number) in property.Value.EnumerateArray().Select((item, number) => (item, number)))
                {
                    if (item.ValueKind == JsonValueKind.Object)
                    {
                        Take(item, inner, taken, $"{where}.{property.Name}[{number}]", depth + 1, tables);
                    }
                }
            }
        }
    }
}
