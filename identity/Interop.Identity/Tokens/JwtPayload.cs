using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Tokens;

/// <summary>
/// The claims of a token that a client made, held to the JSON types of RFC 7519 section 4.1: the token library converts where it can (a
/// text that looks like a number, one of two equal names), and another reader of the same token would see something else.
/// </summary>
internal sealed class JwtPayload
{
    private static readonly string[] Times = ["exp", "iat", "nbf"];
    private static readonly string[] Texts = ["iss", "sub", "jti", "htm", "htu", "ath"];
    private readonly Dictionary<string, double> times = [];

    private JwtPayload()
    {
    }

    /// <param name="refused">The exception that names the flaw.</param>
    public static JwtPayload Read(JsonWebToken token, Func<string, OAuthException> refused)
    {
        try
        {
            using var document = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload), new() { AllowDuplicateProperties = false });
            return Read(document.RootElement, refused);
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException)
        {
            throw refused("claims are not a JSON object of different names.");
        }
    }

    /// <summary>Seconds since 1970, or null where the claim is absent. NumericDate may have a fraction.</summary>
    public double? Seconds(string name) => times.TryGetValue(name, out var seconds) ? seconds : null;

    private static JwtPayload Read(JsonElement claims, Func<string, OAuthException> refused)
    {
        var payload = new JwtPayload();
        foreach (var claim in claims.EnumerateObject())
        {
            if (Times.Contains(claim.Name))
            {
                payload.times[claim.Name] = claim.Value.ValueKind == JsonValueKind.Number
                    ? claim.Value.GetDouble()
                    : throw refused($"{claim.Name} must be a number.");
            }
            else if (Texts.Contains(claim.Name) && claim.Value.ValueKind != JsonValueKind.String)
            {
                throw refused($"{claim.Name} must be a text.");
            }
            else if (claim.Name == "aud" && !IsAudience(claim.Value))
            {
                throw refused("aud must be a text or a list of texts.");
            }
        }

        return payload;
    }

    private static bool IsAudience(JsonElement value) =>
        value.ValueKind == JsonValueKind.String
            || (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String));
}
