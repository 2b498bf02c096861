using System.Text.Json;

namespace Interop.Fhir.Schema;

/// <summary>The fact files of profiles/r4, as they are embedded into this assembly.</summary>
internal static class EmbeddedFacts
{
    /// <summary>The lines of one file. The document stays alive with its elements.</summary>
    public static IEnumerable<JsonElement> Lines(string file)
    {
        using var stream = typeof(EmbeddedFacts).Assembly.GetManifestResourceStream("r4/" + file)
            ?? throw new InvalidOperationException($"The fact file {file} is not embedded.");
        return JsonDocument.Parse(stream).RootElement.EnumerateArray();
    }

    public static string? Text(this JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetString() : null;

    public static string[] Words(this string? text, char separator) =>
        string.IsNullOrEmpty(text) ? [] : text.Split(separator);
}
