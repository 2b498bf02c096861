using System.Globalization;
using Interop.Fhir.References;
using Interop.Pages;
using Interop.Storage;

namespace Interop.Server.Settings;

/// <summary>The settings under <c>Interop:</c>, read and checked once at start. A wrong one stops the process with a sentence.</summary>
/// <param name="Database"><c>sqlite:PATH</c>, or <c>postgres:</c> or <c>sqlserver:</c> with a connection string, which may hold a
/// password.</param>
/// <param name="PublicUrl">The FHIR base as clients see it, without a trailing slash.</param>
/// <param name="Custodian">Id of the Organization that runs this server: the crisis programme.</param>
/// <param name="Secret">Key for paging cursors and name-based ids, or from the file <c>SecretFile</c>; null to keep a generated one in
/// the database.</param>
/// <param name="CadAgencies">Agency ids of dispatch messages to Organization ids
/// (<c>Interop:CadAgencies:psap.example.gov=dispatch-center</c>).</param>
/// <param name="Definitions">Files and folders with further CodeSystems, ValueSets and StructureDefinitions
/// (<c>Interop:Definitions:0</c>).</param>
/// <param name="MaxBodyBytes">Largest request body that is read.</param>
public sealed record InteropSettings(
    string Database,
    string PublicUrl,
    string Custodian,
    string? Secret,
    IReadOnlyDictionary<string, string> CadAgencies,
    long MaxBodyBytes,
    IReadOnlyList<string> Definitions,
    IReadOnlyList<IssuerSettings> Issuers,
    LimitSettings Limits,
    TlsSettings Tls)
{
    public const string DefaultDatabase = "sqlite:interop.db";

    /// <summary>
    /// From <c>Interop:Sandbox</c>: invented persons only, and only tokens that say sandbox; a server that is none refuses those.
    /// </summary>
    public bool IsSandbox { get; init; }

    /// <summary>
    /// From <c>Interop:CaseInactivityDays</c>: how long an open encounter, care team or task is a case after the custodian, or a party's
    /// step, last wrote it.
    /// </summary>
    public required TimeSpan CaseInactivity { get; init; }

    /// <summary>
    /// From <c>Interop:TimeZone</c>, a name of the IANA database: where days, and times without a zone, are meant.
    /// </summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>
    /// From <c>Interop:Supervisor</c>: a reference to who is told of what does not get done; the custodian itself where nobody is named.
    /// </summary>
    public string Supervisor { get; init; } = $"Organization/{Custodian}";

    /// <summary>
    /// From <c>Interop:ScreeningTable</c>: path of the site's decision table for screenings; null for the one that comes with the server.
    /// </summary>
    public string? ScreeningTable { get; init; }

    /// <summary>
    /// From <c>Interop:LimitedDataSet</c>: path of the site's table of what evaluators are shown; null for the one that comes with the
    /// server.
    /// </summary>
    public string? LimitedDataSet { get; init; }

    /// <summary>
    /// From <c>Interop:Evaluation</c>: path of the site's file about its programme; null where nothing is evaluated.
    /// </summary>
    public string? Evaluation { get; init; }

    /// <summary>From <c>Interop:PublicReports</c>: whether signed reports are shown to everybody, without a token.</summary>
    public bool PublishesReports { get; init; }

    /// <summary>From <c>Interop:EarlyIntervention</c>; null where nothing is predicted of anybody.</summary>
    public EarlyInterventionSettings? EarlyIntervention { get; init; }

    /// <summary>
    /// From <c>Interop:VerbalConsent</c>: whether a person may permit something by word of mouth before a witness, where the law of the
    /// place lets her.
    /// </summary>
    public bool TakesVerbalConsent { get; init; }

    /// <summary>From <c>Interop:Holidays</c>: days on which nobody works, besides Saturdays and Sundays.</summary>
    public IReadOnlySet<DateOnly> Holidays { get; init; } = new HashSet<DateOnly>();

    /// <summary>From <c>Interop:Consultations</c>.</summary>
    public ConsultationSettings Consultations { get; init; } = new(null, TimeSpan.FromMinutes(10), null);

    /// <summary>
    /// From <c>Interop:State</c>: the ISO 3166-2 code of the state whose law holds, such as <c>US-CA</c>; null for none, and then the
    /// strictest of those that are known.
    /// </summary>
    public string? State { get; init; }

    /// <summary>From <c>Interop:DutyPhone</c>: the number of the clinician on duty, as summaries say it; null for none.</summary>
    public string? DutyPhone { get; init; }

    /// <summary>From <c>Interop:ShiftEnds</c>: times of the day at which a team's summaries must be gone; empty for at once.</summary>
    public IReadOnlyList<TimeOnly> ShiftEnds { get; init; } = [];

    /// <summary>From <c>Interop:Subscriptions</c>.</summary>
    public SubscriptionSettings Subscriptions { get; init; } = SubscriptionSettings.Usual;

    /// <summary>From <c>Interop:Exports</c>; null where nothing is exported.</summary>
    public ExportSettings? Exports { get; init; }

    /// <summary>
    /// From <c>Interop:DrainSeconds</c>: how long the server still answers, and says that it is not ready, after it was told to stop.
    /// </summary>
    public TimeSpan Drain { get; init; }

    /// <summary>From <c>Interop:AccessLog</c>: whether each request is a line of the log.</summary>
    public bool LogsAccess { get; init; }

    /// <summary>
    /// From <c>Interop:AuditCheckpoints</c>: path of the file to which signed checkpoints of the trail are added; null for none.
    /// </summary>
    public string? AuditCheckpoints { get; init; }

    /// <summary>From <c>Interop:MetricsToken</c>: with it <c>/metrics</c> can be read; null for nobody.</summary>
    public string? MetricsToken { get; init; }

    /// <summary>
    /// All addresses of this server: <see cref="PublicUrl"/> and those of <c>Interop:Bases</c>, by which some clients reach it. References
    /// below them are its own.
    /// </summary>
    public ServiceBases Bases { get; init; } = new(PublicUrl);

    /// <summary>From <c>Interop:Pages</c>: pages for people; null where there are none.</summary>
    public PagesSettings? Pages { get; private init; }

    /// <exception cref="SettingsException">A setting is missing, malformed or contradicts another.</exception>
    public static InteropSettings From(IConfiguration configuration)
    {
        var section = configuration.GetSection("Interop");
        var database = section["Database"] ?? DefaultDatabase;
        if (DatabaseSetting.ObjectionTo(database) is { } objection)
        {
            throw new SettingsException($"Interop:Database {objection}");
        }

        var publicUrl = BaseOf(section["PublicUrl"] ?? "http://127.0.0.1:5080/fhir", "Interop:PublicUrl");
        var bases = section.GetSection("Bases").GetChildren().Select(child => BaseOf(child.Value, child.Path)).ToList();
        var custodian = section["Custodian"] ?? "crisis-program";
        if (!Fhir.ResourceKey.IsId(custodian))
        {
            throw new SettingsException("Interop:Custodian must be the id of an Organization.");
        }

        var maxBody = section["MaxBodyBytes"] is { } text
            ? long.TryParse(text, out var bytes) && bytes > 0
                ? bytes
                : throw new SettingsException("Interop:MaxBodyBytes must be a positive number.")
            : 32L * 1024 * 1024;

        var definitions = section.GetSection("Definitions").GetChildren().Select(child => child.Value!).ToList();
        var issuers = section.GetSection("Issuers").GetChildren().Select(IssuerSettings.From).ToList();
        var agencies = section.GetSection("CadAgencies").GetChildren().ToDictionary(child => child.Key, child => child.Value!);
        var (zone, shifts) = (ZoneFrom(section["TimeZone"]), ShiftEndsFrom(section["ShiftEnds"]));
        var duty = section["DutyPhone"] is { Length: > 0 and <= 100 } phone ? phone : null;
        var isPublic = FlagFrom(section, "PublicReports");
        if (isPublic && section["Evaluation"] is not { Length: > 0 })
        {
            throw new SettingsException("Interop:PublicReports needs Interop:Evaluation: without it there are no reports.");
        }

        var pages = PagesSettings.From(section.GetSection("Pages"), publicUrl, issuers is [var first, ..] ? first.Authority : string.Empty);
        var early = EarlyInterventionSettings.From(section.GetSection("EarlyIntervention"), section["Evaluation"]);
        return new(database, publicUrl, custodian, SecretSources.Secret(section, "Secret"), agencies, maxBody, definitions, issuers,
            LimitSettings.From(section.GetSection("Limits")), TlsSettings.From(section))
        {
            IsSandbox = FlagFrom(section, "Sandbox"),
            Exports = ExportSettings.From(section.GetSection("Exports")),
            CaseInactivity = InactivityFrom(section["CaseInactivityDays"]),
            Bases = new([publicUrl, .. bases]),
            Subscriptions = SubscriptionSettings.From(section.GetSection("Subscriptions")),
            TakesVerbalConsent = FlagFrom(section, "VerbalConsent"),
            Supervisor = SupervisorFrom(section["Supervisor"] ?? $"Organization/{custodian}"),
            TimeZone = zone,
            LimitedDataSet = section["LimitedDataSet"] is { Length: > 0 } limited ? Path.GetFullPath(limited) : null,
            ScreeningTable = section["ScreeningTable"] is { Length: > 0 } table ? Path.GetFullPath(table) : null,
            Evaluation = section["Evaluation"] is { Length: > 0 } evaluation ? Path.GetFullPath(evaluation) : null,
            PublishesReports = isPublic,
            EarlyIntervention = early,
            Holidays = HolidaysFrom(section["Holidays"]),
            Consultations = ConsultationSettings.From(section.GetSection("Consultations")),
            State = StateFrom(section["State"]),
            DutyPhone = duty,
            ShiftEnds = shifts,
            Pages = pages is null ? null : pages with
            {
                TimeZone = zone, ShiftEnds = shifts, Custodian = custodian, DutyPhone = duty, HasPublicReports = isPublic,
                HasPredictions = early is not null,
            },
            Drain = DrainFrom(section["DrainSeconds"]),
            LogsAccess = FlagFrom(section, "AccessLog"),
            AuditCheckpoints = section["AuditCheckpoints"] is { Length: > 0 } checkpoints ? Path.GetFullPath(checkpoints) : null,
            MetricsToken = SecretSources.Secret(section, "MetricsToken"),
        };
    }

    private static TimeSpan InactivityFrom(string? text) => text is null
        ? TimeSpan.FromDays(30)
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= 3660
            ? TimeSpan.FromDays(days)
            : throw new SettingsException("Interop:CaseInactivityDays must be a number of days from 1 to 3660.");

    private static string SupervisorFrom(string text) =>
        Fhir.ResourceKey.TryParse(text) is { Type: "Organization" or "PractitionerRole" or "Practitioner" or "CareTeam" }
            ? text
            : throw new SettingsException(
                "Interop:Supervisor must be a reference to an Organization, PractitionerRole, Practitioner or CareTeam.");

    private static string? StateFrom(string? text) => text is null || (text.Length == 5 && text.StartsWith("US-", StringComparison.Ordinal)
        && char.IsAsciiLetterUpper(text[3]) && char.IsAsciiLetterUpper(text[4]))
            ? text
            : throw new SettingsException("Interop:State must be the ISO 3166-2 code of a state, such as US-CA.");

    private static bool FlagFrom(IConfigurationSection section, string name) => section[name] is { } text
        && (bool.TryParse(text, out var value) ? value : throw new SettingsException($"Interop:{name} must be true or false."));

    private static TimeSpan DrainFrom(string? text) => text is null
        ? TimeSpan.Zero
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 600
            ? TimeSpan.FromSeconds(seconds)
            : throw new SettingsException("Interop:DrainSeconds must be a number of seconds from 0 to 600.");

    private static IReadOnlyList<TimeOnly> ShiftEndsFrom(string? text) =>
    [
        .. (text ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(end =>
            TimeOnly.TryParseExact(end, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                ? time
                : throw new SettingsException("Interop:ShiftEnds must be times of the day between commas, such as 07:00,19:00.")),
    ];

    private static HashSet<DateOnly> HolidaysFrom(string? text) =>
    [
        .. (text ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(day =>
            DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var holiday)
                ? holiday
                : throw new SettingsException("Interop:Holidays must be days between commas, such as 2026-12-25,2027-01-01.")),
    ];

    private static TimeZoneInfo ZoneFrom(string? text) => text is null
        ? TimeZoneInfo.Utc
        : TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone)
            ? zone
            : throw new SettingsException(
                "Interop:TimeZone must be a name of the IANA time zone database, such as America/Los_Angeles, that this machine has.");

    private static string BaseOf(string? text, string setting) =>
        Uri.TryCreate(text?.TrimEnd('/'), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url.AbsoluteUri.TrimEnd('/')
            : throw new SettingsException($"{setting} must be an absolute http or https URL.");

    /// <summary>Where they end up in a log, settings do not say what they keep secret.</summary>
    public override string ToString() => $"the settings of {PublicUrl}";
}

/// <summary>One trusted token issuer.</summary>
/// <param name="Authority">Base URL; its metadata is at <c>/.well-known/openid-configuration</c>.</param>
/// <param name="Audience">The <c>aud</c> that tokens for this server carry.</param>
/// <param name="Agencies">Ids of the organisations that it may speak for; <c>*</c> for all.</param>
/// <param name="Clients">client_id to organisation id, for issuers that can't put the agency into the token.</param>
public sealed record IssuerSettings(
    string Authority, string Audience, IReadOnlySet<string> Agencies, IReadOnlyDictionary<string, string> Clients, bool RequireHttps)
{
    /// <summary>Origins of web pages that may read answers (<c>Interop:Issuers:N:Origins:0</c>), for issuers that can't be asked.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    public bool SpeaksFor(string organization) => Agencies.Contains("*") || Agencies.Contains(organization);

    internal static IssuerSettings From(IConfigurationSection section)
    {
        var authority = section["Authority"] ?? throw new SettingsException($"{section.Path}:Authority is missing.");
        var audience = section["Audience"] ?? throw new SettingsException($"{section.Path}:Audience is missing.");
        if (!Uri.TryCreate(authority, UriKind.Absolute, out var url))
        {
            throw new SettingsException($"{section.Path}:Authority must be an absolute URL.");
        }

        var isLoopback = Loopback.IsAt(url);
        if (url.Scheme != Uri.UriSchemeHttps && !isLoopback)
        {
            throw new SettingsException($"{section.Path}:Authority must use https: only loopback may do without.");
        }

        var agencies = section.GetSection("Agencies").GetChildren().Select(child => child.Value!).ToHashSet();
        if (agencies.Count == 0)
        {
            throw new SettingsException($"{section.Path}:Agencies must name the organisations that the issuer may speak for, or *.");
        }

        var clients = section.GetSection("Clients").GetChildren().ToDictionary(child => child.Key, child => child.Value!);
        return new(authority.TrimEnd('/'), audience, agencies, clients, RequireHttps: !isLoopback)
        {
            Origins = [.. section.GetSection("Origins").GetChildren().Select(child => OriginOf(child.Value, child.Path))],
        };
    }

    /// <summary>An origin as browsers write it: https, or http on loopback, and nothing after the port.</summary>
    private static string OriginOf(string? text, string path) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
        && text == $"{url.Scheme}://{url.IdnHost}{(url.IsDefaultPort ? "" : $":{url.Port}")}"
            ? text
            : throw new SettingsException(
                $"{path} must be an origin such as https://app.example: scheme, host and port, http on loopback only.");
}
