using System.Text.Json;
using System.Text.Json.Nodes;

namespace Interop.Pages.Pages.Partner;

/// <summary>Keys as somebody typed them: an address, or a JSON Web Key Set (RFC 7517).</summary>
public sealed record SentKeys(string? Address, string? Set)
{
    public static SentKeys None { get; } = new(null, null);

    public static SentKeys Of(IFormCollection form) => new(form["address"].ToString().Trim(), form["set"].ToString().Trim());

    /// <summary>As the issuer takes them; null where there is neither or both, or the set is no JSON object.</summary>
    public JsonObject? ToJson()
    {
        try
        {
            return (Address, Set) switch
            {
                ({ Length: > 0 } address, not { Length: > 0 }) => new() { ["jwks_uri"] = address },
                (not { Length: > 0 }, { Length: > 0 } set) => JsonNode.Parse(set) is JsonObject keys ? new() { ["jwks"] = keys } : null,
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
