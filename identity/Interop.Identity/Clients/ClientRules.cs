using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Interop.Identity.Agencies;
using Interop.Identity.Launches;
using Interop.Identity.Tokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Clients;

/// <summary>What a registration must satisfy, so that no later check depends on a careless one.</summary>
internal static partial class ClientRules
{
    /// <summary>Whether a registered client can have that id.</summary>
    public static bool IsClientId(string text) => ClientIds().IsMatch(text);

    /// <summary>Whether the text is <c>Organization/id</c>.</summary>
    public static bool IsAgency(string text) => Agencies().IsMatch(text);

    /// <exception cref="SettingsException">Names the first rule that is broken.</exception>
    public static void Check(Client client)
    {
        Demand(IsClientId(client.ClientId), "The client id may have letters, digits, dot, dash and underscore, up to 64.");
        Demand(
            client.Name.Length is > 0 and <= 100 && !client.Name.Any(char.IsControl),
            "The name must have 1 to 100 characters, none of them a control character.");
        Demand(client.ClientId is not (RecordFinder.ClientId or Agreements.ClientId), "The client id is the issuer's own.");
        Demand(IsAgency(client.Organization), "The agency must be Organization/id.");
        Demand(
            client.Grants.Count > 0 && client.Grants.All(grant => grant is Client.ClientCredentials or Client.AuthorizationCode),
            "Grants are client_credentials and authorization_code.");
        Demand(client.Roles.All(role => role is { Length: > 0 } && !role.Any(char.IsWhiteSpace)), "Roles are words.");
        Demand(client.Jwks is null || client.JwksUri is null, "Keys are given by value or by URL, not both.");
        Demand(!client.Uses(Client.ClientCredentials) || !client.IsPublic, "client_credentials needs keys (private_key_jwt).");
        Demand(
            client.Uses(Client.AuthorizationCode) == client.RedirectUris.Count > 0,
            "Redirect URIs belong to authorization_code, and it needs one.");
        Demand(
            client.RedirectUris.All(IsRedirectUri),
            "A redirect URI must be https, http on loopback, or a private-use scheme with a dot, and have no fragment and no space.");
        Demand(
            client.Scopes.Count > 0 && client.Scopes.All(scope => Scope.TryParse(scope) is not null),
            "Scopes must be SMART v2 scopes or words.");
        Demand(client.JwksUri is null || IsHttpsOrLoopback(client.JwksUri), "The key URL must be https, or http on loopback.");
        Demand(
            client.Jwks is null || HasOnlyPublicKeys(client.Jwks),
            "The key set must be JSON with at least one public RSA (2048 bits or more) or EC key, each with a kid, and no private part.");
    }

    // A space would make two of it where they are kept, the second of which nobody looked at.
    private static bool IsRedirectUri(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && text.All(letter => letter is > ' ' and <= '~')
        && !text.Contains('#', StringComparison.Ordinal)
        && !text.Contains('*', StringComparison.Ordinal)
        && uri.UserInfo.Length == 0
        && (uri.Scheme is "http" or "https" ? IsHttpsOrLoopback(text) : uri.Scheme.Contains('.', StringComparison.Ordinal));

    private static bool IsHttpsOrLoopback(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    private static bool HasOnlyPublicKeys(string jwks)
    {
        try
        {
            var keys = new JsonWebKeySet(jwks).Keys;
            return keys.Count > 0 && keys.All(key => !key.HasPrivateKey && !string.IsNullOrEmpty(key.Kid) && IsUsable(key));
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Whether a signature could be checked with it: a modulus of 2048 bits or more, or a point on its curve.</summary>
    private static bool IsUsable(JsonWebKey key)
    {
        if (key.Kty == "RSA")
        {
            return Base64UrlEncoder.DecodeBytes(key.N).Length >= 256 && Base64UrlEncoder.DecodeBytes(key.E).Length > 0;
        }

        var curve = key.Crv switch
        {
            "P-256" => ECCurve.NamedCurves.nistP256,
            "P-384" => ECCurve.NamedCurves.nistP384,
            "P-521" => ECCurve.NamedCurves.nistP521,
            _ => throw new FormatException(),
        };
        var point = new ECPoint { X = Base64UrlEncoder.DecodeBytes(key.X), Y = Base64UrlEncoder.DecodeBytes(key.Y) };
        using var usable = ECDsa.Create(new ECParameters { Curve = curve, Q = point });
        return key.Kty == "EC";
    }

    private static void Demand(bool holds, string rule)
    {
        if (!holds)
        {
            throw new SettingsException(rule);
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex ClientIds();

    [GeneratedRegex(@"\AOrganization/[A-Za-z0-9.-]{1,64}\z")]
    private static partial Regex Agencies();
}
