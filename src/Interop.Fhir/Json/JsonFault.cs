namespace Interop.Fhir.Json;

/// <summary>Why bytes are not JSON, and at which byte.</summary>
internal readonly record struct JsonFault(int Position, string Rule)
{
    /// <summary>The rule with line and column, both from 1, counted in bytes.</summary>
    public string Describe(ReadOnlySpan<byte> utf8)
    {
        var before = utf8[..Math.Min(Position, utf8.Length)];
        var line = before.Count((byte)'\n') + 1;
        var column = before.Length - before.LastIndexOf((byte)'\n');
        return $"{Rule} (line {line}, column {column}, byte {Position}).";
    }
}
