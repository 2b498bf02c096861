using System.Net;

namespace Interop.Identity;

/// <summary>The settings under <c>Identity:</c>, read and checked once at start. A wrong one stops the process with a sentence.</summary>
/// <param name="DatabasePath">From <c>Identity:Database</c>, <c>sqlite:PATH</c>.</param>
/// <param name="Issuer">The <c>iss</c> of every token and the base of every endpoint, without a trailing slash.</param>
/// <param name="Audience">The <c>aud</c> of access tokens; the API's <c>Interop:Issuers:N:Audience</c>.</param>
/// <param name="FhirUrl">The FHIR base, which SMART authorization requests name in <c>aud</c>.</param>
/// <param name="KeyFolder">Where Data Protection keeps the keys that encrypt secrets in the database; shared by all instances.</param>
/// <param name="BreachedPasswords">File of upper-case hexadecimal SHA-1 of known passwords, one a line; null to check none.</param>
/// <param name="RequestsPerMinute">Token requests of one client from one address, and half of it the sign-ins of one address.</param>
/// <param name="RequiresSecondFactor">Whether clients get codes only from sessions with a second factor.</param>
public sealed record IdentitySettings(
    string DatabasePath,
    string Issuer,
    string Audience,
    string FhirUrl,
    string KeyFolder,
    string? BreachedPasswords,
    int RequestsPerMinute,
    bool RequiresSecondFactor)
{
    /// <summary>How long an access token lives.</summary>
    public static readonly TimeSpan AccessTokenLife = TimeSpan.FromMinutes(5);

    /// <summary>Tolerance for other machines' clocks.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(10);

    public bool IsSecure => Issuer.StartsWith("https:", StringComparison.Ordinal);

    public string Endpoint(string path) => Issuer + path;

    /// <exception cref="SettingsException">A setting is missing, malformed or contradicts another.</exception>
    public static IdentitySettings From(IConfiguration configuration)
    {
        var section = configuration.GetSection("Identity");
        var database = DatabasePathOf(section["Database"] ?? "sqlite:identity.db");
        var issuer = Url(section["Issuer"] ?? "http://127.0.0.1:5090", "Identity:Issuer");
        var fhir = Url(section["FhirUrl"] ?? "http://127.0.0.1:5080/fhir", "Identity:FhirUrl");
        var audience = section["Audience"] ?? "interop";
        if (audience.Length == 0)
        {
            throw new SettingsException("Identity:Audience must not be empty.");
        }

        var requests = section["RequestsPerMinute"] is { } text
            ? int.TryParse(text, out var number) && number > 1
                ? number
                : throw new SettingsException("Identity:RequestsPerMinute must be a number over one.")
            : 120;
        var secondFactor = section["RequiresSecondFactor"] is { } flag
            ? bool.TryParse(flag, out var value)
                ? value
                : throw new SettingsException("Identity:RequiresSecondFactor must be true or false.")
            : true;
        var breached = section["BreachedPasswords"];
        if (breached is not null && !File.Exists(breached))
        {
            throw new SettingsException("Identity:BreachedPasswords names a file that does not exist.");
        }

        return new(database, issuer, audience, fhir, section["KeyFolder"] ?? database + ".keys", breached, requests, secondFactor);
    }

    public static string DatabasePathOf(string database) =>
        database.StartsWith("sqlite:", StringComparison.Ordinal) && database.Length > "sqlite:".Length
            ? database["sqlite:".Length..]
            : throw new SettingsException("Identity:Database must be sqlite:PATH.");

    private static string Url(string text, string name)
    {
        if (
            !Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var url)
                || url.Scheme is not ("http" or "https")
                || url.Query.Length > 0
                || url.Fragment.Length > 0)
        {
            throw new SettingsException($"{name} must be an absolute URL without query and fragment.");
        }

        var isLoopback = url.IsLoopback || (IPAddress.TryParse(url.Host, out var address) && IPAddress.IsLoopback(address));
        return url.Scheme == Uri.UriSchemeHttps || isLoopback
            ? text.TrimEnd('/')
            : throw new SettingsException($"{name} must use https: only loopback may do without.");
    }
}
