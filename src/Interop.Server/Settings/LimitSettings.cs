using Interop.Storage;

namespace Interop.Server.Settings;

/// <summary>
/// The settings under <c>Interop:Limits:</c>: how much one caller may ask, and how long a request may take. Counts are those of one
/// server instance; the defaults are far above what a hospital's system or a navigator does.
/// </summary>
/// <param name="ClientPerMinute">Requests of one client; the entries of a Bundle count one by one.</param>
/// <param name="UserPerMinute">The same of one user, where the token's <c>sub</c> is not the client itself.</param>
/// <param name="AddressPerMinute">Requests without a good token from one address (of IPv6: one /64 network).</param>
/// <param name="LookupsPerMinute">Searches for a person by what one knows of them, of one client and user.</param>
/// <param name="PersonsPerHour">Different persons that one user looks for before the privacy officer is told; half of it for
/// misses.</param>
/// <param name="SystemPersonsPerHour">The same for a client that acts for itself, such as a hospital's system.</param>
/// <param name="WithoutIncidentPerHour">Lookups of an officer without an open incident before the privacy officer is told.</param>
/// <param name="RequestSeconds">How long a request may be worked on, its body's way here included.</param>
/// <param name="HeaderSeconds">How long the headers of a request may take to arrive.</param>
/// <param name="SearchSteps">The work that one request may ask of the database, in steps of its machine; a hundred million are about a
/// second; with SQLite.</param>
/// <param name="SearchSeconds">The same with a database on the network: how long the statements of one request may take it.</param>
/// <param name="Readers">How many requests read from the database at once; others wait for their turn.</param>
/// <param name="BundleEntries">Entries of one batch or transaction.</param>
/// <param name="CollectedResources">Resources of one answer of <c>$collect-data</c>.</param>
/// <param name="BodyBytesPerSecond">The slowest that a body may arrive, or an answer be taken, after five seconds of grace.</param>
public sealed record LimitSettings(
    int ClientPerMinute,
    int UserPerMinute,
    int AddressPerMinute,
    int LookupsPerMinute,
    int PersonsPerHour,
    int SystemPersonsPerHour,
    int WithoutIncidentPerHour,
    int RequestSeconds,
    int HeaderSeconds,
    int SearchSteps,
    int SearchSeconds,
    int Readers,
    int BundleEntries,
    int CollectedResources,
    int BodyBytesPerSecond)
{
    /// <summary>What the database is asked for.</summary>
    public StoreLimits Store => new(new(SearchSteps, TimeSpan.FromSeconds(SearchSeconds)), Readers);

    /// <exception cref="SettingsException">A limit is not a number, or is one that would let nobody in.</exception>
    internal static LimitSettings From(IConfigurationSection section)
    {
        return new(
            Number("ClientPerMinute", 60_000),
            Number("UserPerMinute", 6_000),
            Number("AddressPerMinute", 600),
            Number("LookupsPerMinute", 600),
            Number("PersonsPerHour", 60),
            Number("SystemPersonsPerHour", 1_000),
            Number("WithoutIncidentPerHour", 0, least: 0),
            Number("RequestSeconds", 60),
            Number("HeaderSeconds", 10),
            Number("SearchSteps", 200_000_000),
            Number("SearchSeconds", 10),
            Number("Readers", 16),
            Number("BundleEntries", 1_000),
            Number("CollectedResources", 10_000),
            Number("BodyBytesPerSecond", 240));

        int Number(string name, int usual, int least = 1) => section[name] is not { } text
            ? usual
            : int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
                && number >= least
                ? number
                : throw new SettingsException($"{section.Path}:{name} must be a number of at least {least}.");
    }
}
