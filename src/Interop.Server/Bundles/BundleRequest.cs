using System.Text.Json;
using Interop.Fhir.References;
using Interop.Fhir.Search;
using Interop.Server.Http;

namespace Interop.Server.Bundles;

/// <summary>A batch or transaction, taken apart (https://hl7.org/fhir/R4/bundle.html#transaction).</summary>
internal sealed record BundleRequest(bool IsTransaction, IReadOnlyList<BundleRequestEntry> Entries)
{
    /// <summary>
    /// The entries of a transaction stand or fall together, so all of it is checked; those of a batch are independent from the first byte
    /// on, so each brings its own refusal.
    /// </summary>
    /// <param name="body">Without a byte order mark.</param>
    /// <param name="validate">Throws what is wrong with the bytes of a Bundle.</param>
    /// <param name="mostEntries">More are refused before any is looked at.</param>
    /// <exception cref="FhirException">400: not a batch or transaction, or one that can't be carried out as a whole. 413: too many
    /// entries.</exception>
    public static BundleRequest Parse(byte[] body, Action<byte[]> validate, ServiceBases bases, int mostEntries)
    {
        using var document = Open(body);
        var root = document?.RootElement ?? default;
        var type = Text(root, "type");
        if (type == "batch" || type == "transaction")
        {
            DemandAtMost(mostEntries, EntriesOf(root).Count());
        }

        if (type == "batch")
        {
            validate(BundleWith(root, null));
            return new(IsTransaction: false, [.. EntriesOf(root).Select((entry, index) => Independent(entry, index, validate, bases))]);
        }

        validate(body);
        return type == "transaction"
            ? Transaction(root, bases)
            : throw new FhirException(IssueCode.Value, "Bundle.type must be transaction or batch here.", "Bundle.type");
    }

    private static BundleRequestEntry Independent(JsonElement entry, int index, Action<byte[]> validate, ServiceBases bases)
    {
        var path = $"Bundle.entry[{index}]";
        try
        {
            // Alone, with nothing of the Bundle around it, which would be looked at again for each.
            validate(BundleWith(default, entry));
            return BundleRequestEntry.Read(entry, path, bases);
        }
        catch (FhirException refused)
        {
            return BundleRequestEntry.Of(path, refused.Below(path));
        }
    }

    private static void DemandAtMost(int mostEntries, int entries)
    {
        if (entries > mostEntries)
        {
            throw new FhirException(
                IssueCode.TooCostly.With(413),
                $"A Bundle has {mostEntries} entries at most (Interop:Limits:BundleEntries). Send it in parts.",
                "Bundle.entry");
        }
    }

    /// <summary>
    /// Any Bundle as an operator imports it: an entry without a request stands under the id of its resource, or gets a new one.
    /// </summary>
    /// <param name="utf8">Found valid.</param>
    public static BundleRequest ParseForImport(ReadOnlyMemory<byte> utf8, ServiceBases bases)
    {
        using var document = JsonDocument.Parse(utf8, FhirJson.Parsing);
        var entries = new List<BundleRequestEntry>();
        foreach (var entry in EntriesOf(document.RootElement))
        {
            var path = $"Bundle.entry[{entries.Count}]";
            if (entry.TryGetProperty("request", out _))
            {
                entries.Add(BundleRequestEntry.Read(entry, path, bases));
            }
            else if (entry.TryGetProperty("resource", out var resource))
            {
                entries.Add(BundleRequestEntry.Content(entry, resource, path, bases));
            }
        }

        return new(IsTransaction: true, entries);
    }

    private static BundleRequest Transaction(JsonElement root, ServiceBases bases)
    {
        List<BundleRequestEntry> entries =
            [.. EntriesOf(root).Select((entry, index) => BundleRequestEntry.Read(entry, $"Bundle.entry[{index}]", bases))];
        RefuseOverlaps(entries, bases);
        return new(IsTransaction: true, entries);
    }

    /// <summary>
    /// Two entries that change one resource, or stand under one address, would leave to their order what a transaction does
    /// (https://hl7.org/fhir/R4/http.html#trules: resource identities must not overlap), however the two are written.
    /// </summary>
    private static void RefuseOverlaps(IReadOnlyList<BundleRequestEntry> entries, ServiceBases bases)
    {
        Refuse(
            entries.Where(entry => entry.FullUrl is not null),
            entry => bases.Read(entry.FullUrl!) is ReferenceReading.Local { Key: var key } ? key.ToString() : entry.FullUrl!,
            ".fullUrl",
            "Two entries have one fullUrl.");
        Refuse(
            entries.Where(entry => entry is { Method: not "GET", Id: not null }),
            entry => $"{entry.Type}/{entry.Id}",
            ".request.url",
            "Two entries change one resource.");
        Refuse(
            entries.Where(entry => entry.IfNoneExist is not null),
            entry => $"{entry.Type}?{ConditionOf(entry.IfNoneExist!)}",
            ".request.ifNoneExist",
            "Two entries create one resource: the condition of the second would find what the first creates.");
        Refuse(
            entries.Where(entry => (entry.IfNoneExist ?? entry.Condition) is not null),
            entry => $"{entry.Type}?{ConditionOf((entry.IfNoneExist ?? entry.Condition)!)}",
            ".request.url",
            "Two entries have one condition: they would be about one resource.");

        static void Refuse(IEnumerable<BundleRequestEntry> entries, Func<BundleRequestEntry, string> identity, string element, string rule)
        {
            if (entries.GroupBy(identity, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } overlap)
            {
                throw new FhirException(IssueCode.Duplicate, rule, overlap.Last().Path + element);
            }
        }
    }

    /// <summary>One text for a condition, in whatever order, escapes and letters it is written.</summary>
    private static string ConditionOf(string condition) =>
        TokenCase.Fold(
            string.Join('&', FhirRequest.Pairs(condition).Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)));

    /// <summary>Null where it is no JSON: what is wrong with it the validator says.</summary>
    private static JsonDocument? Open(byte[] utf8)
    {
        try
        {
            return JsonDocument.Parse(utf8, FhirJson.Parsing);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static IEnumerable<JsonElement> EntriesOf(JsonElement bundle) =>
        bundle.ValueKind == JsonValueKind.Object && bundle.TryGetProperty("entry", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
            : [];

    /// <summary>
    /// A batch of this one entry without its resource, which is checked by whoever stores it; or what is around the entries.
    /// </summary>
    private static byte[] BundleWith(JsonElement bundle, JsonElement? entry) => FhirJson.Write(writer =>
    {
        writer.WriteStartObject();
        if (entry is { } one)
        {
            writer.WriteString("resourceType", "Bundle");
            writer.WriteString("type", "batch");
            writer.WriteStartArray("entry");
            WriteShell(writer, one);
            writer.WriteEndArray();
        }
        else
        {
            foreach (var property
                in bundle.EnumerateObject().Where(property => property.Name != "entry" || property.Value.ValueKind != JsonValueKind.Array))
            {
                property.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    });

    private static void WriteShell(Utf8JsonWriter writer, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            entry.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        foreach (var property in entry.EnumerateObject().Where(property => property.Name != "resource"))
        {
            property.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
