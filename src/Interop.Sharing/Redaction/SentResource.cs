namespace Interop.Sharing.Redaction;

/// <summary>What a caller has just sent, and therefore knows.</summary>
/// <param name="Names">The root elements of it that were taken.</param>
public sealed record SentResource(ReadOnlyMemory<byte> Body, IReadOnlyCollection<string> Names);
