using System.Text.Json;
using Interop.Server.Settings;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Server.Security;

/// <summary>
/// One configured issuer with its keys, found by OpenID Connect discovery and kept fresh by the library. Accepts
/// <c>at+jwt</c> access tokens (RFC 9068) signed with an asymmetric algorithm that the issuer's metadata lists.
/// </summary>
internal sealed class InteropIssuer
{
    public const string HttpClient = "issuer";
    public const int MaxBytes = 1 << 20;

    private static readonly string[] AlwaysAllowed = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    private readonly IssuerSettings settings;
    private readonly HttpDocumentRetriever documents;
    private readonly IssuerMetadata metadata;
    private volatile Kept? smart;

    public InteropIssuer(IssuerSettings settings, HttpClient http)
    {
        this.settings = settings;
        documents = new HttpDocumentRetriever(http) { RequireHttps = settings.RequireHttps };
        metadata = new(settings.Authority, documents);
    }

    public string Authority => settings.Authority;

    public bool SpeaksFor(string organization) => settings.SpeaksFor(organization);

    public string? AgencyOf(string clientId) => settings.Clients.GetValueOrDefault(clientId);

    /// <inheritdoc cref="IssuerMetadata.IsInReachAsync"/>
    public Task<bool> IsInReachAsync(CancellationToken cancellationToken) => metadata.IsInReachAsync(cancellationToken);

    /// <summary>
    /// The issuer's SMART configuration as it wrote it, at most five minutes old; null when it has none or does not answer.
    /// </summary>
    public async Task<string?> SmartConfigurationAsync(CancellationToken cancellationToken)
    {
        if (smart is { } kept && Environment.TickCount64 - kept.At < 5 * 60_000)
        {
            return kept.Text;
        }

        string? text = null;
        try
        {
            text = await documents.GetDocumentAsync(settings.Authority + "/.well-known/smart-configuration", cancellationToken);
        }
        catch (IOException) when (!cancellationToken.IsCancellationRequested)
        {
            // Remembered as absent like the rest, so that strangers can't make this server ask and ask.
        }

        smart = new(text, Environment.TickCount64);
        return text;
    }

    /// <summary>Where the issuer tells what it has ended, or null when its metadata has no such place.</summary>
    public async Task<string?> RevocationEndpointAsync(CancellationToken cancellationToken) =>
        (await metadata.CurrentAsync(cancellationToken)).AdditionalData.TryGetValue("interop_revocation_endpoint", out var endpoint)
            ? endpoint as string
            : null;

    /// <summary>Whether a client of the issuer has pages on the origin; one that can't be asked has only those of the settings.</summary>
    public async Task<bool> HasOriginAsync(string origin, CancellationToken cancellationToken)
    {
        if (settings.Origins.Contains(origin))
        {
            return true;
        }

        try
        {
            var told = (await metadata.CurrentAsync(cancellationToken)).AdditionalData;
            if (!told.TryGetValue("interop_origin_endpoint", out var named) || named is not string endpoint)
            {
                return false;
            }

            using var answer = JsonDocument.Parse(
                await documents.GetDocumentAsync(QueryHelpers.AddQueryString(endpoint, "origin", origin), cancellationToken));
            return answer.RootElement.TryGetProperty("registered", out var registered) && registered.ValueKind == JsonValueKind.True;
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    public async Task<TokenValidationResult> ValidateAsync(string token, CancellationToken cancellationToken)
    {
        var result = await ValidateAsync(token, await metadata.CurrentAsync(cancellationToken));

        // The issuer may have rotated its keys since the last look.
        return result.Exception is SecurityTokenSignatureKeyNotFoundException
            ? await ValidateAsync(token, await metadata.LookAgainAsync(cancellationToken))
            : result;
    }

    private Task<TokenValidationResult> ValidateAsync(string token, OpenIdConnectConfiguration configuration) =>
        Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = configuration.Issuer,
            ValidAudience = settings.Audience,
            ValidTypes = ["at+jwt", "application/at+jwt"],
            ValidAlgorithms = Algorithms(configuration),
            IssuerSigningKeys = configuration.SigningKeys.Where(key => key is not SymmetricSecurityKey),
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            RequireAudience = true,
            ClockSkew = TimeSpan.FromSeconds(10),
        });

    /// <summary>RS256 and ES256 always; another only where the metadata lists it and it is asymmetric.</summary>
    private static List<string> Algorithms(OpenIdConnectConfiguration configuration) =>
    [
        .. AlwaysAllowed,
        .. configuration.IdTokenSigningAlgValuesSupported.Where(name =>
            name.Length == 5
                && (
                    name.StartsWith("RS", StringComparison.Ordinal)
                        || name.StartsWith("PS", StringComparison.Ordinal)
                        || name.StartsWith("ES", StringComparison.Ordinal))),
    ];

    private sealed record Kept(string? Text, long At);
}
