using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Hosting;

/// <summary>
/// The claims of a token that a client made, held to the JSON types of RFC 7519 section 4.1: the token library converts where it can (a
/// text that looks like a number, one of two equal names), and another reader of the same token would see something else.
/// </summary>
public sealed class JwtPayload
{
    private static readonly string[] Times = ["exp", "iat", "nbf"];
    private static readonly string[] Texts = ["iss", "sub", "jti", "htm", "htu", "ath"];
    private readonly Dictionary<string, double> times = [];

    private JwtPayload()
    {
    }

    /// <summary>Null where the claims break the rule.</summary>
    /// <param name="flaw">Which one, as the end of a sentence that begins with whose claims they are.</param>
    public static JwtPayload? Read(JsonWebToken token, out string? flaw)
    {
        try
        {
            using var document =
                JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload), new() { AllowDuplicateProperties = false });
            var payload = new JwtPayload();
            flaw = payload.Add(document.RootElement);
            return flaw is null ? payload : null;
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException)
        {
            flaw = "claims are not a JSON object of different names.";
            return null;
        }
    }

    /// <summary>Seconds since 1970, or null where the claim is absent. NumericDate may have a fraction.</summary>
    public double? Seconds(string name) => times.TryGetValue(name, out var seconds) ? seconds : null;

    private string? Add(JsonElement claims)
    {
        foreach (var claim in claims.EnumerateObject())
        {
            if (Times.Contains(claim.Name))
            {
                if (claim.Value.ValueKind != JsonValueKind.Number)
                {
                    return $"{claim.Name} must be a number.";
                }

                times[claim.Name] = claim.Value.GetDouble();
            }
            else if (Texts.Contains(claim.Name) && claim.Value.ValueKind != JsonValueKind.String)
            {
                return $"{claim.Name} must be a text.";
            }
            else if (claim.Name == "aud" && !IsAudience(claim.Value))
            {
                return "aud must be a text or a list of texts.";
            }
        }

        return null;
    }

    private static bool IsAudience(JsonElement value) =>
        value.ValueKind == JsonValueKind.String
            || (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String));
}
