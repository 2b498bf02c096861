using System.Net;
using System.Text.Json;

namespace Interop.Testing;

/// <summary>A status and a JSON body.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonElement Json)
{
    public string? this[string name] =>
        Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(name, out var value) ? value.ToString() : null;

    public string AccessToken => this["access_token"] ?? throw new InvalidOperationException($"{(int)Status} {Json}");
}
