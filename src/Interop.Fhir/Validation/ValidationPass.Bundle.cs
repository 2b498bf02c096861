using System.Buffers;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Validation;

/// <summary>
/// What R4 says of a Bundle in words and in no invariant: https://hl7.org/fhir/R4/bundle.html, https://hl7.org/fhir/R4/search.html.
/// </summary>
internal ref partial struct ValidationPass
{
    private static readonly SearchValues<char> SchemeCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");

    private void Bundle(int node)
    {
        var type = ChildText(node, "type"u8);
        var searched = Links(node);
        HashSet<(string Key, string? Version)>? identities = null;
        var entries = ChildArray(node, "entry"u8);
        for (var entry = entries + 1; entries >= 0 && entry < nodes[entries].Next && !IsFull; entry = nodes[entry].Next)
        {
            var content = Child(entry, "resource"u8);
            var hasResource = content >= 0 && nodes[content].Kind == TapeKind.Object;
            FullUrl(entry, hasResource);
            if (!hasResource)
            {
                continue;
            }

            if (type == "searchset")
            {
                Result(entry, content, searched);
            }

            if (type is "document" or "message" or "searchset" or "collection")
            {
                Identity(entry, content, identities ??= []);
            }
        }

        if (type is "document" or "message" && entries >= 0)
        {
            Included(entries, type);
        }
    }

    /// <summary>The type that the self link searches for, where it says one.</summary>
    private string? Links(int node)
    {
        string? searched = null;
        HashSet<string> relations = new(StringComparer.Ordinal);
        var links = ChildArray(node, "link"u8);
        for (var link = links + 1; links >= 0 && link < nodes[links].Next; link = nodes[link].Next)
        {
            var relation = ChildText(link, "relation"u8);
            if (relation is not null && !relations.Add(relation))
            {
                Add(Child(link, "relation"u8), "duplicate", "Bundle.link: a relation occurs once, or nobody knows which link to follow.");
            }

            searched ??= relation == "self" && ChildText(link, "url"u8) is { } url ? SearchedType(url) : null;
        }

        return searched;
    }

    // [base]/Type?..., [base]/Type/_search?... or a compartment's [base]/Patient/id/Type?...; operations and named queries give what they
    // like.
    private static string? SearchedType(string url)
    {
        var end = url.AsSpan().IndexOfAny('?', '#');
        var path = (end < 0 ? url : url[..end]).TrimEnd('/');
        path = path.EndsWith("/_search", StringComparison.Ordinal) ? path[..^"/_search".Length] : path;
        var last = path[(path.LastIndexOf('/') + 1)..];
        return FhirFacts.R4.IsResourceType(last) && !url.Contains("_query=", StringComparison.Ordinal) ? last : null;
    }

    // https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.fullUrl; an empty entry breaks bdl-5, and there is nothing to identify.
    private void FullUrl(int entry, bool hasResource)
    {
        var isEntry = hasResource || Child(entry, "request"u8) >= 0 || Child(entry, "response"u8) >= 0;
        if (isEntry && ChildText(entry, "fullUrl"u8) is { } url && !IsAbsolute(url))
        {
            Add(Child(entry, "fullUrl"u8), "value", "Bundle.entry.fullUrl: the absolute URL of the resource, also urn:uuid: or urn:oid:.");
        }
    }

    private static bool IsAbsolute(string url)
    {
        var colon = url.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < url.Length - 1 && char.IsAsciiLetter(url[0])
            && url.AsSpan(0, colon).IndexOfAnyExcept(SchemeCharacters) < 0;
    }

    // https://hl7.org/fhir/R4/bundle.html#searchset: resources as they are on the server, and an OperationOutcome made for the answer.
    private void Result(int entry, int content, string? searched)
    {
        if (ElementPath.ResourceTypeOf(utf8, nodes, content) is not { } type)
        {
            return;
        }

        if (type.Name != "OperationOutcome" && Child(content, "id"u8) < 0)
        {
            AddChild(content, "id", "required", "Bundle: a resource that a search found has an id.");
        }

        var search = Child(entry, "search"u8);
        if (searched is not null && type.Name != searched && search >= 0 && ChildText(search, "mode"u8) == "match")
        {
            Add(content, "value", $"Bundle: the self link searches for {searched}; a match is of that type, other types are included.");
        }
    }

    // bdl-7 where there is no fullUrl to tell entries apart: the same type and id twice, but for different versions.
    private void Identity(int entry, int content, HashSet<(string Key, string? Version)> identities)
    {
        if (Child(entry, "fullUrl"u8) >= 0 || ChildText(content, "id"u8) is not { } id)
        {
            return;
        }

        if (!identities.Add(($"{ChildText(content, "resourceType"u8)}/{id}", VersionOf(content))))
        {
            Add(Child(content, "id"u8), "duplicate", "Bundle: no two entries hold the same version of one resource (bdl-7).");
        }
    }

    private readonly string? VersionOf(int content) =>
        Child(content, "meta"u8) is >= 0 and var meta ? ChildText(meta, "versionId"u8) : null;

    private readonly string? ChildText(int parent, ReadOnlySpan<byte> name)
    {
        var child = Child(parent, name);
        return child >= 0 && nodes[child].Kind == TapeKind.String ? JsonText.Read(utf8, nodes[child]) : null;
    }

    private readonly int ChildArray(int parent, ReadOnlySpan<byte> name)
    {
        var child = Child(parent, name);
        return child >= 0 && nodes[child].Kind == TapeKind.Array ? child : -1;
    }

    private readonly bool HasSeveral(int array) =>
        array >= 0 && array + 1 < nodes[array].Next && nodes[array + 1].Next < nodes[array].Next;
}
