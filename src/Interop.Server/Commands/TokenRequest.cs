using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Server.Commands;

/// <summary>
/// Asks an issuer for a system's token with a signed assertion, https://hl7.org/fhir/smart-app-launch/backend-services.html.
/// </summary>
/// <param name="Key">PEM file with the private key: RSA, or EC on P-384.</param>
internal sealed record TokenRequest(string Issuer, string Client, string Key, string KeyId, string Scope)
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <returns>The access token.</returns>
    /// <exception cref="SettingsException">The key can't be read, or the issuer gives no token; the sentence is the issuer's
    /// own.</exception>
    public async Task<string> SendAsync(CancellationToken cancellationToken)
    {
        var endpoint = $"{Issuer.TrimEnd('/')}/token";
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && !Loopback.IsAt(url)))
        {
            throw new SettingsException("The issuer must be an absolute https URL: only loopback may do without.");
        }

        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["scope"] = Scope,
            ["client_assertion_type"] = AssertionType,
            ["client_assertion"] = Assertion(endpoint),
        });
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using var response = await http.PostAsync(url, form, cancellationToken);
            using var answer = JsonDocument.Parse(await response.Content.ReadAsStreamAsync(cancellationToken));
            return answer.RootElement.TryGetProperty("access_token", out var token)
                ? token.GetString()!
                : throw new SettingsException(
                    $"The issuer gave no token: {answer.RootElement.GetProperty("error_description").GetString()}");
        }
        catch (Exception failure)
            when (failure is JsonException or KeyNotFoundException || OutgoingCalls.IsFailure(failure, cancellationToken))
        {
            throw new SettingsException($"{Issuer} does not answer as an issuer does.");
        }
    }

    private string Assertion(string audience)
    {
        using var signing = AsymmetricKey();
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Client,
            Audience = audience,
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(2),
            Claims = new Dictionary<string, object> { ["sub"] = Client, ["jti"] = Guid.NewGuid().ToString("N") },
            SigningCredentials = signing is RSA rsa
                ? new(new RsaSecurityKey(rsa) { KeyId = KeyId }, SecurityAlgorithms.RsaSha384)
                : new(new ECDsaSecurityKey((ECDsa)signing) { KeyId = KeyId }, SecurityAlgorithms.EcdsaSha384),
        });
    }

    private AsymmetricAlgorithm AsymmetricKey()
    {
        var rsa = RSA.Create();
        try
        {
            var pem = File.ReadAllText(Key);
            try
            {
                rsa.ImportFromPem(pem);
                return rsa;
            }
            catch (CryptographicException)
            {
                var curve = ECDsa.Create();
                curve.ImportFromPem(pem);
                return curve;
            }
        }
        catch (Exception unreadable)
            when (unreadable is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new SettingsException("The key's file can't be read as a private key: PEM, RSA or EC.");
        }
    }
}
