using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Pages.Sessions;

/// <summary>
/// By which the pages' clients prove themselves at the token endpoint: a signed assertion
/// (https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html), ES384, with one key for all of them.
/// </summary>
internal sealed class ClientProof : IDisposable
{
    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private readonly ECDsa key = ECDsa.Create();
    private readonly SigningCredentials credentials;
    private readonly TimeProvider clock;

    /// <exception cref="SettingsException">The key can't be read.</exception>
    public ClientProof(PagesSettings settings, TimeProvider clock)
    {
        this.clock = clock;
        try
        {
            key.ImportFromPem(File.ReadAllText(settings.Key));
        }
        catch (Exception unreadable)
            when (unreadable is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new SettingsException("Interop:Pages:Key can't be read as a private key: PEM, EC on P-384, as interop key makes one.");
        }

        credentials = new(new ECDsaSecurityKey(key) { KeyId = settings.KeyId }, SecurityAlgorithms.EcdsaSha384);
    }

    /// <param name="audience">The token endpoint.</param>
    public string Of(string clientId, string audience) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = clientId,
        Audience = audience,
        Expires = clock.GetUtcNow().UtcDateTime.AddMinutes(2),
        Claims = new Dictionary<string, object> { ["sub"] = clientId, ["jti"] = Guid.NewGuid().ToString("N") },
        SigningCredentials = credentials,
    });

    public void Dispose() => key.Dispose();
}
