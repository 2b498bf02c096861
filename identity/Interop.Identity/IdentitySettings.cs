using System.Globalization;
using Interop.Identity.Clients;
using Npgsql;

namespace Interop.Identity;

/// <summary>The settings under <c>Identity:</c>, read and checked once at start. A wrong one stops the process with a sentence.</summary>
/// <param name="SqlitePath">From <c>Identity:Database</c>, <c>sqlite:PATH</c>; null with PostgreSQL.</param>
/// <param name="PostgresConnection">From <c>Identity:Database</c>, <c>postgres:CONNECTION STRING</c>; null with SQLite.</param>
/// <param name="Issuer">The <c>iss</c> of every token and the base of every endpoint, without a trailing slash.</param>
/// <param name="Audience">The <c>aud</c> of access tokens; the API's <c>Interop:Issuers:N:Audience</c>.</param>
/// <param name="FhirUrl">The FHIR base, which SMART authorization requests name in <c>aud</c>.</param>
/// <param name="KeyFolder">Where Data Protection keeps the keys that encrypt secrets in the database; shared by all instances.</param>
/// <param name="BreachedPasswords">File of upper-case hexadecimal SHA-1 of known passwords, one a line; null to check none.</param>
/// <param name="RequestsPerMinute">Requests of one client from one address, at each instance.</param>
/// <param name="FailedSignInsPerAddress">Wrong passwords and codes from one address in a quarter of an hour, at all instances
/// together.</param>
/// <param name="RequiresSecondFactor">Whether clients get codes only from sessions with a second factor.</param>
public sealed record IdentitySettings(
    string? SqlitePath,
    string? PostgresConnection,
    string Issuer,
    string Audience,
    string FhirUrl,
    string KeyFolder,
    string? BreachedPasswords,
    int RequestsPerMinute,
    int FailedSignInsPerAddress,
    bool RequiresSecondFactor)
{
    /// <summary>How long an access token lives.</summary>
    public static readonly TimeSpan AccessTokenLife = TimeSpan.FromMinutes(5);

    /// <summary>Tolerance for other machines' clocks.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(10);

    /// <summary>
    /// From <c>Identity:Custodian</c>: the organisation that runs the API, <c>Organization/id</c>; its own clients need no agreement.
    /// </summary>
    public string Custodian { get; init; } = "Organization/crisis-program";

    /// <summary>
    /// From <c>Identity:Agreements</c>: true for <c>api</c>, where the API's agreements limit clients; false for <c>external</c>, where
    /// whoever runs this issuer sees to it.
    /// </summary>
    public bool FollowsAgreements { get; init; } = true;

    /// <summary>
    /// From <c>Identity:SandboxUrl</c>: the FHIR base of the sandbox, or null where there is none and no partner goes live by itself.
    /// </summary>
    public string? SandboxUrl { get; init; }

    /// <summary>Whose client certificates are taken.</summary>
    public TlsSettings Tls { get; private init; } = new(null, false);

    public bool IsSecure => Issuer.StartsWith("https:", StringComparison.Ordinal);

    public string Endpoint(string path) => Issuer + path;

    /// <summary>The FHIR base that a client's tokens are for.</summary>
    public string FhirBase(bool isSandbox) => isSandbox && SandboxUrl is { } sandbox ? sandbox : FhirUrl;

    /// <summary>
    /// An account's <c>fhirUser</c> as clients are told it: the whole URL,
    /// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#scopes-for-requesting-identity-data.
    /// </summary>
    public string FhirUserUrl(string reference, bool isSandbox) =>
        Uri.TryCreate(reference, UriKind.Absolute, out var url) && !url.IsFile ? reference : $"{FhirBase(isSandbox)}/{reference}";

    /// <exception cref="SettingsException">A setting is missing, malformed or contradicts another.</exception>
    public static IdentitySettings From(IConfiguration configuration)
    {
        var section = configuration.GetSection("Identity");
        var (sqlite, postgres) = DatabaseOf(section["Database"] ?? "sqlite:identity.db");
        var keys = section["KeyFolder"] ?? (sqlite is not null ? sqlite + ".keys" : null);
        if (string.IsNullOrEmpty(keys))
        {
            throw new SettingsException("Identity:KeyFolder is required with PostgreSQL: all instances must share it.");
        }

        var issuer = Url(section["Issuer"] ?? "http://127.0.0.1:5090", "Identity:Issuer");
        var fhir = Url(section["FhirUrl"] ?? "http://127.0.0.1:5080/fhir", "Identity:FhirUrl");
        var audience = section["Audience"] ?? "interop";
        if (audience.Length == 0)
        {
            throw new SettingsException("Identity:Audience must not be empty.");
        }

        var requests = Number(section, "RequestsPerMinute", 120);
        var failures = Number(section, "FailedSignInsPerAddress", 20);
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

        var custodian = section["Custodian"] ?? "crisis-program";
        if (!ClientRules.IsAgency($"Organization/{custodian}"))
        {
            throw new SettingsException("Identity:Custodian must be the id of an Organization.");
        }

        return new(sqlite, postgres, issuer, audience, fhir, keys, breached, requests, failures, secondFactor)
        {
            Custodian = $"Organization/{custodian}",
            FollowsAgreements = (section["Agreements"] ?? "api") switch
            {
                "api" => true,
                "external" => false,
                _ => throw new SettingsException("Identity:Agreements must be api or external."),
            },
            SandboxUrl = section["SandboxUrl"] is { } sandbox ? Url(sandbox, "Identity:SandboxUrl") : null,
            Tls = TlsSettings.From(section),
        };
    }

    /// <summary>Only the name: a connection string may hold a password.</summary>
    public override string ToString() => nameof(IdentitySettings);

    private static (string? SqlitePath, string? PostgresConnection) DatabaseOf(string database)
    {
        switch (database.Split(':', 2))
        {
            case ["sqlite", { Length: > 0 } path]:
                return (path, null);
            case ["postgres", { Length: > 0 } connection]:
                try
                {
                    return (null, new NpgsqlConnectionStringBuilder(connection).ToString());
                }
                catch (ArgumentException)
                {
                    throw new SettingsException("Identity:Database has a connection string that PostgreSQL's driver does not understand.");
                }

            default:
                throw new SettingsException("Identity:Database must be sqlite:PATH or postgres:CONNECTION STRING.");
        }
    }

    private static int Number(IConfigurationSection section, string name, int usual) => section[name] is not { } text
        ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 1 and < 1_000_000
            ? number
            : throw new SettingsException($"Identity:{name} must be a number over one and under a million.");

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

        return url.Scheme == Uri.UriSchemeHttps || Loopback.IsAt(url)
            ? text.TrimEnd('/')
            : throw new SettingsException($"{name} must use https: only loopback may do without.");
    }
}
