namespace Interop.Fhir.Schema;

/// <summary>The codes of one value set: for <c>code</c> by the code alone, for Coding by system and code.</summary>
internal sealed class CodeSet(string url, IReadOnlyDictionary<string, IReadOnlyList<string>> systems)
{
    private readonly Utf8Table<string> codes =
        new(
            [.. systems.SelectMany(system => system.Value.Select(code => KeyValuePair.Create(code, system.Key)))
                .DistinctBy(pair => pair.Key)]);

    private readonly Utf8Table<Utf8Table<string>> bySystem = new(
        [.. systems.Select(system => KeyValuePair.Create(
            system.Key, new Utf8Table<string>([.. system.Value.Select(code => KeyValuePair.Create(code, code))])))]);

    public string Url { get; } = url;

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Systems { get; } = systems;

    /// <summary>The code system that a code of this set is from; null for a code that is not in it.</summary>
    public string? SystemOf(string code) => codes.Find(System.Text.Encoding.UTF8.GetBytes(code));

    public bool Has(ReadOnlySpan<byte> code) => codes.Find(code) is not null;

    public bool Has(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code) => bySystem.Find(system)?.Find(code) is not null;
}
