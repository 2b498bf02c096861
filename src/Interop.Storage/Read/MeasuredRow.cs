namespace Interop.Storage.Read;

/// <summary>Some elements of a resource that is counted.</summary>
/// <param name="Id">Of the resource.</param>
/// <param name="Subject">Id of the Patient that it is about; null for none.</param>
/// <param name="Target">Id of what it refers to, where that was asked; else its own.</param>
/// <param name="Low">The first microsecond of its date, UTC, where that was asked.</param>
/// <param name="High">The last one.</param>
/// <param name="Elements">JSON texts in the order in which they were asked for; null where they are not there.</param>
public sealed record MeasuredRow(
    string Id, string? Subject, string Target, long? Low, long? High, IReadOnlyList<string?> Elements);
