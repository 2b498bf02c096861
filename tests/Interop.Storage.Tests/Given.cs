using System.Text;
using Interop.Fhir;
using Interop.Fhir.Schema;
using Interop.Fhir.Search;
using Interop.Fhir.Search.Index;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Audit;
using Interop.Storage.Search;
using Interop.Storage.Write;

namespace Interop.Storage.Tests;

/// <summary>Hand-made judged resources, grants, sights and queries.</summary>
internal static class Given
{
    public const long Now = 1_750_000_000_000_000;
    public const string Custodian = "crisis";
    public const string Hospital = "hospital";

    public static readonly ViewHashes SameViews = new(1, 1, 1, 1, 1, 1, 1);

    private static readonly SearchQueryParser Parser = new(SearchParameterSet.R4.Find, new("https://here.example/fhir"));

    public static ResourceKey Key(string reference) => ResourceKey.TryParse(reference)!.Value;

    /// <summary>
    /// A resource of a patient (null: directory) at a tier, with index entries that are there from the tier that each names.
    /// </summary>
    public static StoredWrite Resource(
        string reference, string? patient, int tier, params IEnumerable<(int Tier, IndexEntry Entry)> entries)
    {
        var pair = new TierPair((byte)tier, (byte)tier);
        var judged = new JudgedResource(
            patient is null ? [] : [patient],
            0,
            [],
            pair,
            [.. entries.Select(entry => new JudgedEntry(entry.Entry, new((byte)entry.Tier, (byte)entry.Tier)))],
            SameViews,
            [],
            [],
            [],
            []);
        return new(Key(reference), Custodian, Encoding.UTF8.GetBytes($$"""{"reference":"{{reference}}"}"""), judged, Now, "test");
    }

    public static StoredWrite With(this StoredWrite write, Func<JudgedResource, JudgedResource> change) =>
        write with { Judged = change(write.Judged) };

    public static GrantRow Grant(
        string? patient, Tier tier, string grantee = Hospital, string purpose = "TREAT", long cleared = 0, string? practitioner = null,
        long from = 0, long to = long.MaxValue) =>
        new(patient, Custodian, grantee, practitioner, purpose, tier, cleared, from, to, "Contract/x");

    public static Sight Sight(
        string organization = Hospital, string? practitioner = null, string[]? purposes = null, long instant = Now, Tier own = Tier.None,
        long ownCleared = 0, bool directory = true, string[]? types = null) =>
        new(organization, practitioner, purposes ?? ["TREAT"], instant, own, ownCleared, directory, types?.ToHashSet());

    public static Sight Owner() => Sight(Custodian, own: Tier.Own, ownCleared: -1);

    public static SearchParse Parse(string text, bool lenient = false)
    {
        var (type, query) = text.Split('?', 2) is [var before, var after] ? (before, after) : (text, "");
        var pairs = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
            pair.Split('=', 2) is [var name, var value]
                ? new KeyValuePair<string, string>(name, Uri.UnescapeDataString(value))
                : new(pair, ""));
        return Parser.Parse(type, pairs, lenient, Now);
    }

    public static SearchQuery Query(string text)
    {
        var parse = Parse(text);
        return parse.Query ?? throw new InvalidOperationException(string.Join("; ", parse.Issues.Select(issue => issue.Diagnostics)));
    }

    public static TokenEntry Token(string parameter, string code, string? system = null) => new(parameter, system, code);

    public static StringEntry Text(string parameter, string value) => new(parameter, value, value.ToLowerInvariant());

    public static ReferenceEntry Reference(string parameter, string target) =>
        new(parameter, Key(target).Type, Key(target).Id, null, null, null, null);

    public static DateEntry Day(string parameter, string day)
    {
        var start = (DateTime.Parse(day, System.Globalization.CultureInfo.InvariantCulture) - DateTime.UnixEpoch).Ticks / 10;
        return new(parameter, start, start + 86_400_000_000 - 1);
    }

    public static AuditRow Audited(string outcome = "permit") =>
        new(Now, "https://issuer.example", "client", null, Hospital, null, "TREAT", "read", "Patient/p1", "p1", outcome, "{}");

    public static async Task PutAsync(this ResourceStore store, params StoredWrite[] writes) => await store.WriteAsync(
        session =>
        {
            foreach (var write in writes)
            {
                session.Put(write);
            }
        },
        CancellationToken.None);

    public static Task GrantAsync(this ResourceStore store, string patient, params GrantRow[] grants) =>
        store.WriteAsync(session => session.ReplaceGrants(patient, null, grants), CancellationToken.None);

    public static async Task<SeenResource?> SeeAsync(this ResourceStore store, string reference, Sight? sight = null)
    {
        await using var read = await store.OpenReadAsync(CancellationToken.None);
        return read.Rows.See(Key(reference), sight ?? Sight());
    }

    public static async Task<SearchPage> SearchAsync(this ResourceStore store, string query, Sight? sight = null)
    {
        await using var read = await store.OpenReadAsync(CancellationToken.None);
        return read.Rows.Search(Query(query), sight ?? Sight());
    }

    /// <summary>The ids of the matches, joined by spaces.</summary>
    public static async Task<string> IdsAsync(this ResourceStore store, string query, Sight? sight = null) =>
        string.Join(' ', (await store.SearchAsync(query, sight)).Matches.Select(match => match.Key.Id));
}
