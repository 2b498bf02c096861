using System.Text.Json;

namespace Interop.Sharing.Json;

/// <summary>Reads a resource tolerantly: what is absent or of another shape is null, undefined or empty, never an exception.</summary>
public static class JsonReading
{
    public static readonly JsonDocumentOptions Options = new() { MaxDepth = 512 };

    public static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 512 };

    public static JsonElement At(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;

    public static string? Text(this JsonElement json, string name) =>
        json.At(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>Items of an array, or the value itself; empty where it is absent.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) => json.At(name) switch
    {
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => [],
        var single => [single],
    };

    /// <summary>All values at a dotted path, through arrays.</summary>
    public static IEnumerable<JsonElement> All(this JsonElement json, string path) => path.Split('.')
        .Aggregate((IEnumerable<JsonElement>)[json], (elements, step) => elements.SelectMany(element => element.Items(step)));

    /// <summary>The code of the first coding of a system in a concept or list of concepts.</summary>
    public static string? Code(this JsonElement json, string path, string system) => json.All(path + ".coding")
        .FirstOrDefault(coding => coding.Text("system") == system).Text("code");

    /// <summary>The id in a local reference to an Organization; null for anything else.</summary>
    public static string? OrganizationId(this JsonElement reference) =>
        reference.Text("reference") is { } text && Fhir.ResourceKey.TryParse(text) is { Type: "Organization" } key ? key.Id : null;

    public static JsonElement Extension(this JsonElement json, string url) =>
        json.Items("extension").FirstOrDefault(extension => extension.Text("url") == url);
}
