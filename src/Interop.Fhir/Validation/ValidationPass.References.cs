using Interop.Fhir.FhirPath;
using Interop.Fhir.Json;

namespace Interop.Fhir.Validation;

/// <summary>References that R4 wants to find something: in the resource itself, and in a document or message.</summary>
internal ref partial struct ValidationPass
{
    private const string Unincluded = "what this reference names must be an entry of the Bundle, found by its fullUrl and, if it names one,"
        + " its version";

    // https://hl7.org/fhir/R4/documents.html#content: what the Composition refers to directly is in the document.
    private static readonly byte[][][] OfDocuments =
    [
        ["subject"u8.ToArray()],
        ["encounter"u8.ToArray()],
        ["author"u8.ToArray()],
        ["attester"u8.ToArray(), "party"u8.ToArray()],
        ["custodian"u8.ToArray()],
        ["event"u8.ToArray(), "detail"u8.ToArray()],
        ["section"u8.ToArray(), "entry"u8.ToArray()],
    ];

    // https://hl7.org/fhir/R4/messageheader.html: the focus is the content of the message.
    private static readonly byte[][][] OfMessages = [["focus"u8.ToArray()]];

    // ref-1: reference.startsWith('#').not() or reference.substring(1) in %rootResource.contained.id
    // https://hl7.org/fhir/R4/references.html#contained: a contained resource has no identity outside its container, so other addresses
    // have no fragment.
    private void LocalReference(int node)
    {
        var child = Child(node, "reference"u8);
        if (child < 0 || nodes[child].Kind != TapeKind.String || nodes[child].End - nodes[child].Start < 2)
        {
            return;
        }

        if (utf8[nodes[child].Start] == (byte)'#')
        {
            Contained(node, JsonText.Read(utf8, nodes[child])[1..]);
        }
        else if (utf8[nodes[child].Start..nodes[child].End].Contains((byte)'#'))
        {
            Add(child, "value", "Reference.reference: only a local reference has a fragment; nothing contained elsewhere can be named.");
        }
    }

    private void Contained(int node, string id)
    {
        var contained = ChildArray(rootResource.Node, "contained"u8);
        for (var item = contained + 1; contained >= 0 && item < nodes[contained].Next; item = nodes[item].Next)
        {
            if (ChildText(item, "id"u8) == id)
            {
                return;
            }
        }

        Add(node, "invariant", "ref-1 of Reference: a local reference names a resource that is contained in this one.");
    }

    // https://hl7.org/fhir/R4/references.html#contained: a local reference finds one resource, or nobody knows which is meant.
    private void ContainedIds(int node)
    {
        var contained = ChildArray(node, "contained"u8);
        if (!HasSeveral(contained))
        {
            return;
        }

        HashSet<string> named = new(StringComparer.Ordinal);
        for (var item = contained + 1; item < nodes[contained].Next; item = nodes[item].Next)
        {
            if (ChildText(item, "id"u8) is { } id && !named.Add(id))
            {
                Add(Child(item, "id"u8), "duplicate", "DomainResource.contained: no two contained resources have the same id.");
            }
        }
    }

    /// <param name="entries">The array of a document's or message's entries, the first of which says what is in it.</param>
    private void Included(int entries, string type)
    {
        var content = entries + 1 < nodes[entries].Next ? Child(entries + 1, "resource"u8) : -1;
        var expected = type == "document" ? "Composition" : "MessageHeader";
        if (content < 0 || ChildText(content, "resourceType"u8) != expected)
        {
            return; // bdl-11 or bdl-12
        }

        HashSet<(string Url, string? Version)> included = [];
        for (var entry = entries + 1; entry < nodes[entries].Next; entry = nodes[entry].Next)
        {
            var held = Child(entry, "resource"u8);
            if (held >= 0 && ChildText(entry, "fullUrl"u8) is { } url)
            {
                included.Add((url, null));
                included.Add((url, VersionOf(held)));
            }
        }

        var source = ChildText(entries + 1, "fullUrl"u8);
        foreach (var path in type == "document" ? OfDocuments : OfMessages)
        {
            Included(content, path, 0, source, included);
        }
    }

    private void Included(int node, byte[][] path, int step, string? source, HashSet<(string Url, string? Version)> included)
    {
        if (nodes[node].Kind == TapeKind.Array)
        {
            for (var item = node + 1; item < nodes[node].Next; item = nodes[item].Next)
            {
                Included(item, path, step, source, included);
            }
        }
        else if (step == path.Length)
        {
            if (ChildText(node, "reference"u8) is { } reference && !reference.Contains('#', StringComparison.Ordinal)
                && !Resolves(reference, source, included))
            {
                var holder = ReferenceEquals(path, OfMessages[0]) ? "MessageHeader" : "Composition";
                Add(Child(node, "reference"u8), "not-found", $"{holder}: {Unincluded}.");
            }
        }
        else if (nodes[node].Kind == TapeKind.Object)
        {
            if (Child(node, path[step]) is >= 0 and var child)
            {
                Included(child, path, step + 1, source, included);
            }

            // Sections hold sections.
            if (step > 0 && path[0].AsSpan().SequenceEqual("section"u8) && Child(node, "section"u8) is >= 0 and var section)
            {
                Included(section, path, step, source, included);
            }
        }
    }

    /// <summary>https://hl7.org/fhir/R4/bundle.html#references</summary>
    /// <param name="source">The fullUrl of the entry that holds the reference.</param>
    private static bool Resolves(string reference, string? source, HashSet<(string Url, string? Version)> included)
    {
        var target = ReferenceText.Split(reference);
        if (!IsAbsolute(reference))
        {
            // Against a fullUrl that is no RESTful address a relative reference has no meaning.
            if (target is not { IsRelative: true } || ReferenceText.Split(source) is not { IsRelative: false, Version: null } own
                || !source!.StartsWith("http", StringComparison.Ordinal))
            {
                return false;
            }

            reference = source[..^$"{own.Type}/{own.Id}".Length] + reference;
        }

        return target?.Version is { } version
            ? included.Contains((reference[..^$"/_history/{version}".Length], version))
            : included.Contains((reference, null));
    }
}
