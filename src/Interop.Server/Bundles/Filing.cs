using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Bundles;

/// <summary>
/// What an operation stores, it stores as a transaction of its caller's: by the rights and rules that a Bundle with the same entries
/// meets, all or nothing.
/// </summary>
internal sealed class Filing(BundleReader reader, Transactions transactions)
{
    /// <returns>The answers, entry by entry.</returns>
    /// <exception cref="FhirException">As a transaction; places are those of the request.</exception>
    public async Task<IReadOnlyList<BundleItem>> StoreAsync(
        Caller caller, IReadOnlyList<FiledEntry> entries, CancellationToken cancellationToken)
    {
        try
        {
            var bundle = await reader.ReadAsync(caller, BundleOf(entries), cancellationToken);
            return await transactions.RunAsync(caller, bundle, ChangeOf, cancellationToken);
        }
        catch (FhirException refused)
        {
            throw entries.Index().Aggregate(refused, (told, entry) => told.In($"Bundle.entry[{entry.Index}].resource", entry.Item.Place));
        }

        Func<ReadOnlyMemory<byte>, byte[]> ChangeOf(BundleRequestEntry entry) =>
            entries.Single(filed => filed.Method == entry.Method && filed.Url == $"{entry.Type}/{entry.Id}").Change!;
    }

    private static byte[] BundleOf(IReadOnlyList<FiledEntry> entries) => FhirJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("resourceType", "Bundle");
        writer.WriteString("type", "transaction");
        writer.WriteStartArray("entry");
        foreach (var entry in entries)
        {
            writer.WriteStartObject();
            if (entry.Method == "POST")
            {
                writer.WriteString("fullUrl", entry.Address);
            }

            writer.WritePropertyName("resource");
            writer.WriteRawValue(entry.Resource, skipInputValidation: true);
            writer.WriteStartObject("request");
            writer.WriteString("method", entry.Method);
            writer.WriteString("url", entry.Url);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}

/// <summary>One resource that an operation stores or changes.</summary>
/// <param name="Place">Where it stands in the request of the operation, for issues.</param>
/// <param name="Resource">JSON that can be read.</param>
internal sealed record FiledEntry(string Place, string Method, string Url, byte[] Resource)
{
    /// <summary>By which other entries name what is new.</summary>
    public string Address { get; } = $"urn:uuid:{Guid.NewGuid()}";

    /// <summary>What a PATCH does to the resource that the caller sees.</summary>
    public Func<ReadOnlyMemory<byte>, byte[]>? Change { get; private init; }

    /// <summary>A change of one resource.</summary>
    public static FiledEntry Patch(string place, ResourceKey key, Func<ReadOnlyMemory<byte>, byte[]> change) =>
        new(place, "PATCH", key.ToString(), """{"resourceType":"Parameters"}"""u8.ToArray())
        {
            Change = change,
        };
}
