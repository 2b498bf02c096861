using System.Runtime.InteropServices;
using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Schema;
using Interop.Server.Http;

namespace Interop.Server.Guard;

/// <summary>
/// A batch or transaction, taken apart (https://hl7.org/fhir/R4/bundle.html#transaction). The bytes were validated before.
/// </summary>
internal sealed record BundleRequest(bool IsTransaction, IReadOnlyList<BundleRequestEntry> Entries)
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 1024 };

    /// <exception cref="FhirException">400: not a batch or transaction, or an entry without a request that this server carries
    /// out.</exception>
    public static BundleRequest Parse(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8, Options);
        var root = document.RootElement;
        var type = root.TryGetProperty("type", out var value) ? value.GetString() : null;
        if (type is not ("transaction" or "batch"))
        {
            throw new FhirException(400, "value", "Bundle.type must be transaction or batch here.", "Bundle.type");
        }

        var entries = new List<BundleRequestEntry>();
        if (root.TryGetProperty("entry", out var list))
        {
            foreach (var entry in list.EnumerateArray())
            {
                entries.Add(Entry(entry, $"Bundle.entry[{entries.Count}]"));
            }
        }

        var repeated = entries.Where(
            entry => entry.FullUrl is not null).GroupBy(entry => entry.FullUrl).FirstOrDefault(group => group.Count() > 1);
        return repeated is null
            ? new(type == "transaction", entries)
            : throw new FhirException(400, "duplicate", "Two entries have one fullUrl.", repeated.Last().Path + ".fullUrl");
    }

    /// <summary>
    /// Any Bundle as an operator imports it: an entry without a request stands under the id of its resource, or gets a new one.
    /// </summary>
    public static BundleRequest ParseForImport(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8, Options);
        var entries = new List<BundleRequestEntry>();
        if (document.RootElement.TryGetProperty("entry", out var list))
        {
            foreach (var entry in list.EnumerateArray())
            {
                var path = $"Bundle.entry[{entries.Count}]";
                if (entry.TryGetProperty("request", out _))
                {
                    entries.Add(Entry(entry, path));
                }
                else if (entry.TryGetProperty("resource", out var resource))
                {
                    var id = Text(resource, "id");
                    entries.Add(
                        new(
                            path,
                            Text(entry, "fullUrl"),
                            id is null ? "POST" : "PUT",
                            resource.GetProperty("resourceType").GetString()!,
                            id,
                            null,
                            JsonMarshal.GetRawUtf8Value(resource).ToArray(),
                            null,
                            null));
                }
            }
        }

        return new(IsTransaction: true, entries);
    }

    private static BundleRequestEntry Entry(JsonElement entry, string path)
    {
        if (!entry.TryGetProperty("request", out var request))
        {
            throw new FhirException(400, "required", "An entry of a batch or transaction needs a request.", path + ".request");
        }

        // R4 lets an extension stand for the value of either, which asks for nothing that can be done.
        if (Text(request, "method") is not { } method || Text(request, "url") is not { } url)
        {
            throw new FhirException(400, "required", "A request needs a method and a url.", path + ".request");
        }

        var (target, query) = url.Split('?', 2) is [var before, var after] ? (before, after) : (url, null);
        var parts = target.Split('/');
        if (!FhirFacts.R4.IsResourceType(parts[0]) || parts.Length > 2 || (parts.Length == 2 && !ResourceKey.IsId(parts[1])))
        {
            throw new FhirException(400, "value", "The request's url must be Type, Type/id or Type?query.", path + ".request.url");
        }

        byte[]? resource = null;
        if (entry.TryGetProperty("resource", out var body))
        {
            resource = JsonMarshal.GetRawUtf8Value(body).ToArray();
            if (body.GetProperty("resourceType").GetString() != parts[0])
            {
                throw new FhirException(
                    400, "invalid", "The resource is not of the type that the request's url names.", path + ".resource");
            }
        }

        var id = parts.Length == 2 ? parts[1] : null;
        var isWrite = method is "POST" or "PUT";
        var isKnown = (method, id, query, resource) switch
        {
            ("POST", null, null, not null) => true,
            ("PUT", not null, null, not null) => true,
            ("DELETE", not null, null, null) => true,
            ("GET", _, _, null) => true,
            _ => false,
        };
        if (!isKnown)
        {
            throw new FhirException(
                400, isWrite
                    && resource is null ? "required" : "not-supported", "Entries may be POST Type, PUT Type/id, DELETE Type/id, GET Type/id or GET Type?query.", path + ".request");
        }

        return new(
            path, Text(entry, "fullUrl"), method, parts[0], id, query, resource, Text(request, "ifMatch"), Text(request, "ifNoneExist"));
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}

/// <param name="Path">FHIRPath of the entry, for issues.</param>
internal sealed record BundleRequestEntry(
    string Path, string? FullUrl, string Method, string Type, string? Id, string? Query, byte[]? Resource, string? IfMatch, string? IfNoneExist);
