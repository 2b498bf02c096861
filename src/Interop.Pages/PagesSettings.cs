using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Interop.Pages;

/// <summary>The settings under <c>Interop:Pages</c>, and what the pages have to know of the server that they are part of.</summary>
/// <param name="FhirUrl">The FHIR base as clients name it in <c>aud</c>.</param>
/// <param name="Issuer">Where people sign in.</param>
/// <param name="Agencies">At least one. Each has a client of its own: the issuer lets people use their own agency's alone.</param>
public sealed record PagesSettings(string FhirUrl, string Issuer, IReadOnlyList<PagesAgency> Agencies)
{
    private const int WidestMap = 12;

    /// <summary>From <c>Interop:Pages:Key</c>: path of the private key (PEM) by which the clients prove themselves at the issuer.</summary>
    public required string Key { get; init; }

    /// <summary>From <c>Interop:Pages:KeyId</c>: the key's id in the registered set.</summary>
    public string KeyId { get; init; } = "pages";

    /// <summary>From <c>Interop:TimeZone</c>: in which times are told.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>From <c>Interop:ShiftEnds</c>: times of the day at which a session ends.</summary>
    public IReadOnlyList<TimeOnly> ShiftEnds { get; init; } = [];

    /// <summary>From <c>Interop:Pages:SessionHours</c>: the longest that a session lasts.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromHours(12);

    /// <summary>From <c>Interop:Pages:NewsSeconds</c>: how often an open list looks whether it has changed.</summary>
    public TimeSpan BetweenNews { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Id of the Organization that runs the server.</summary>
    public string Custodian { get; init; } = "crisis-program";

    /// <summary>From <c>Interop:PublicReports</c>: whether there is a page of figures for everybody.</summary>
    public bool HasPublicReports { get; init; }

    /// <summary>The number of the clinician on duty; null where the site has named none.</summary>
    public string? DutyPhone { get; init; }

    /// <summary>Whether the site has turned early intervention on: then there are the pages of predictions and of the model.</summary>
    public bool HasPredictions { get; init; }

    /// <summary>
    /// From <c>Interop:Pages:Map:N</c>, a row of the map each, the northern first: districts of <c>Interop:Evaluation</c> from west to east
    /// between commas, with nothing between two commas where nothing lies. Empty for no map.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> Map { get; init; } = [];

    /// <summary>
    /// From <c>Interop:Pages:Visitors:N</c>: people whom a button signs in without a password. An issuer has to play along, as the demo's
    /// does and no other; <c>serve</c> refuses the setting.
    /// </summary>
    public IReadOnlyList<PagesVisitor> Visitors { get; init; } = [];

    public bool IsSecure => FhirUrl.StartsWith("https:", StringComparison.Ordinal);

    public Uri FhirBase => new(FhirUrl + "/");

    /// <summary>Null where no client is named: then there are no pages.</summary>
    /// <param name="section"><c>Interop:Pages</c>.</param>
    /// <param name="issuer">The server's first issuer, where the section names no other.</param>
    /// <exception cref="SettingsException">A setting is missing or wrong.</exception>
    public static PagesSettings? From(IConfigurationSection section, string fhirUrl, string issuer)
    {
        var agencies = section.GetSection("Agencies").GetChildren().Select(PagesAgency.From).ToList();
        if (agencies.Count == 0)
        {
            return section.GetChildren().Any()
                ? throw new SettingsException($"{section.Path}:Agencies:0 is missing: without a client nobody can sign in to the pages.")
                : null;
        }

        return new(fhirUrl, (section["Issuer"] ?? issuer).TrimEnd('/'), agencies)
        {
            Key = section["Key"] ?? throw new SettingsException($"{section.Path}:Key is missing: the file that interop key makes."),
            KeyId = section["KeyId"] ?? "pages",
            Longest = TimeSpan.FromHours(Number(section, "SessionHours", usual: 12, most: 24)),
            BetweenNews = TimeSpan.FromSeconds(Number(section, "NewsSeconds", usual: 20, most: 300)),
            Map = MapFrom(section.GetSection("Map")),
            Visitors = [.. section.GetSection("Visitors").GetChildren().Select(child => PagesVisitor.From(child, agencies))],
        };
    }

    private static IReadOnlyList<IReadOnlyList<string>> MapFrom(IConfigurationSection section)
    {
        var rows = section.GetChildren().Select(row => row.Value?.Split(',', StringSplitOptions.TrimEntries) ?? []).ToList();
        var names = rows.SelectMany(row => row).Where(name => name.Length > 0).ToList();
        return names.Distinct().Count() == names.Count && rows.TrueForAll(row => row.Length <= WidestMap)
            ? rows
            : throw new SettingsException($"{section.Path} must name each district once, and at most {WidestMap} in a row.");
    }

    private static int Number(IConfigurationSection section, string name, int usual, int most) => section[name] is not { } text ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number
        : throw new SettingsException($"{section.Path}:{name} must be a number from 1 to {most}.");
}

/// <summary>One agency whose people sign in.</summary>
/// <param name="Organization">Id of the Organization.</param>
/// <param name="ClientId">The pages' client of that agency at the issuer: confidential, with PKCE.</param>
/// <param name="Scope">What the pages ask for besides who the person is, between spaces.</param>
public sealed record PagesAgency(string Organization, string Name, string ClientId, string Scope)
{
    internal static PagesAgency From(IConfigurationSection section)
    {
        string Needed(string name) => section[name] is { Length: > 0 } value
            ? value
            : throw new SettingsException($"{section.Path}:{name} is missing.");
        return new(
            Needed("Organization"), Needed("Name"), Needed("ClientId"), section["Scope"] is { Length: > 0 } scope ? scope : "user/*.cruds");
    }
}

/// <summary>Somebody of the demo.</summary>
/// <param name="UserName">The name of the account at the issuer.</param>
/// <param name="Work">What the person does, in a sentence.</param>
public sealed record PagesVisitor(string UserName, string Name, string Work, PagesAgency Agency)
{
    internal static PagesVisitor From(IConfigurationSection section, IReadOnlyList<PagesAgency> agencies)
    {
        var agency = agencies.FirstOrDefault(known => known.Organization == section["Organization"])
            ?? throw new SettingsException($"{section.Path}:Organization must be one of the agencies.");
        return new(section["UserName"] ?? string.Empty, section["Name"] ?? string.Empty, section["Work"] ?? string.Empty, agency);
    }
}
