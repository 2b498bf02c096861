using Interop.Fhir.Json;
using Interop.Fhir.Views;

namespace Interop.Sharing.Redaction;

/// <summary>A resource as one caller may see it, in UTF-8 JSON. Only this assembly can make one.</summary>
public sealed class Disclosure
{
    internal Disclosure(Interop.Fhir.ResourceKey key, string versionId, long lastUpdated, ReadOnlyMemory<byte> body)
    {
        Key = key;
        VersionId = versionId;
        LastUpdated = lastUpdated;
        Body = body;
    }

    public Interop.Fhir.ResourceKey Key { get; }

    /// <summary>The version as this caller sees it, also the ETag; not the stored version.</summary>
    public string VersionId { get; }

    /// <summary>When this view last changed, UTC microseconds.</summary>
    public long LastUpdated { get; }

    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>What of it the client asked for by <c>_elements</c>: less than it may see, under the same version.</summary>
    public Disclosure WithElements(IReadOnlyCollection<string> names) =>
        new(Key, VersionId, LastUpdated, ResourceViews.Elements(Body.Span, names));

    /// <summary>
    /// With what the caller has just written and will not be shown again: only for the answer to that write.
    /// </summary>
    public Disclosure WithSent(SentResource sent)
    {
        var body = Body.ToArray();
        foreach (var name in sent.Names.Where(name => TopLevel.Value(Body.Span, name).IsEmpty))
        {
            var value = TopLevel.Value(sent.Body.Span, name);
            body = value.IsEmpty ? body : TopLevel.Replace(body, name, value);
        }

        return new(Key, VersionId, LastUpdated, body);
    }

    /// <summary>What of it the client asked for by <c>_summary</c>.</summary>
    public Disclosure WithSummary(SummaryMode mode) =>
        mode == SummaryMode.False ? this : new(Key, VersionId, LastUpdated, ResourceViews.Summary(Body.Span, mode));
}
