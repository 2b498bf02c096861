using Interop.Fhir;

namespace Interop.Storage.Read;

/// <summary>A resource as it is stored, seen by nobody yet: for judging, compiling and explaining, never for an answer.</summary>
/// <param name="Subject">Id of the one Patient that it concerns; null for none or several.</param>
/// <param name="Source">Id of the custodian Organization.</param>
/// <param name="Labels">All its labels, inherited ones too.</param>
/// <param name="UpdatedAt">UTC microseconds.</param>
public sealed record StoredResource(
    ResourceKey Key,
    long Version,
    bool Deleted,
    string? Subject,
    string Source,
    long Labels,
    IReadOnlyList<string> LabelRules,
    long UpdatedAt,
    string PolicyVersion,
    ReadOnlyMemory<byte> Body);

/// <summary>That something is stored under a key, seen by nobody: for the audit trail.</summary>
/// <param name="Subject">Id of the one Patient that it concerns; null for none or several.</param>
public sealed record StoredKey(string? Subject);
