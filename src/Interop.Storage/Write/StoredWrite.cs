using Interop.Fhir;
using Interop.Sharing.Redaction;

namespace Interop.Storage.Write;

/// <summary>A resource that is to be stored, with everything that sharing found out about it.</summary>
/// <param name="Source">Id of the custodian Organization.</param>
/// <param name="Body">UTF-8 JSON, kept byte for byte.</param>
/// <param name="Instant">UTC microseconds of the request; the stored time is always later than the last version's.</param>
/// <param name="PolicyVersion">Which tier table and label rules judged it.</param>
public sealed record StoredWrite(
    ResourceKey Key, string Source, ReadOnlyMemory<byte> Body, JudgedResource Judged, long Instant, string PolicyVersion)
{
    /// <summary>
    /// The version that this one replaces, judged as of now: what a reference points at may have come or gone since it
    /// was stored, which is no change of this write. Null for those that were stored.
    /// </summary>
    public JudgedResource? Before { get; init; }
}
