using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Server.Security;

/// <summary>
/// What a token is bound to by <c>cnf</c> (RFC 7800): a key (RFC 9449), a client certificate (RFC 8705), both, or nothing.
/// </summary>
/// <param name="Jkt">Thumbprint of the DPoP key.</param>
/// <param name="Certificate">SHA-256 of the client certificate, base64url (<c>x5t#S256</c>).</param>
internal sealed record Confirmation(string? Jkt, string? Certificate)
{
    public static readonly Confirmation None = new(null, null);

    /// <summary>Null for a binding that this server can't check: a token that is bound must not be taken as if it were not.</summary>
    public static Confirmation? Of(IEnumerable<Claim> claims)
    {
        var values = claims.Where(claim => claim.Type == "cnf").Select(claim => claim.Value).ToList();
        if (values.Count == 0)
        {
            return None;
        }

        try
        {
            using var json = JsonDocument.Parse(values[0]);
            var (jkt, certificate) = (default(string), default(string));
            foreach (var member in json.RootElement.EnumerateObject())
            {
                switch (member.Name)
                {
                    case "jkt":
                        jkt = member.Value.GetString();
                        break;
                    case "x5t#S256":
                        certificate = member.Value.GetString();
                        break;
                    default:
                        return null;
                }
            }

            return values.Count == 1 && (jkt ?? certificate) is not null ? new(jkt, certificate) : null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether the connection showed the certificate that the token is bound to, where it is bound to one.</summary>
    public bool Holds(X509Certificate2? shown) =>
        Certificate is null || (shown is not null && Base64UrlEncoder.Encode(SHA256.HashData(shown.RawData)) == Certificate);
}
