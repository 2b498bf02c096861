using Interop.Server.Bundles;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Consents;

/// <summary>
/// What an operation on consents stores, it stores as a transaction of its caller's: by the rights and rules that a Bundle with the same
/// entries meets, all or nothing.
/// </summary>
internal sealed class ConsentFiling(BundleReader reader, Transactions transactions)
{
    /// <param name="change">What a PATCH among the entries does to the resource that the caller sees.</param>
    /// <returns>The answers, entry by entry.</returns>
    /// <exception cref="FhirException">As a transaction; places are those of the request.</exception>
    public async Task<IReadOnlyList<BundleItem>> StoreAsync(
        Caller caller,
        IReadOnlyList<FiledEntry> entries,
        Func<ReadOnlyMemory<byte>, byte[]> change,
        CancellationToken cancellationToken)
    {
        try
        {
            var bundle = await reader.ReadAsync(caller, BundleOf(entries), cancellationToken);
            return await transactions.RunAsync(caller, bundle, _ => change, cancellationToken);
        }
        catch (FhirException refused)
        {
            throw entries.Index().Aggregate(refused, (told, entry) => told.In($"Bundle.entry[{entry.Index}].resource", entry.Item.Place));
        }
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

/// <summary>One resource that an operation stores.</summary>
/// <param name="Place">Where it stands in the request of the operation, for issues.</param>
/// <param name="Resource">JSON that can be read.</param>
internal sealed record FiledEntry(string Place, string Method, string Url, byte[] Resource)
{
    /// <summary>By which other entries name what is new.</summary>
    public string Address { get; } = $"urn:uuid:{Guid.NewGuid()}";
}
