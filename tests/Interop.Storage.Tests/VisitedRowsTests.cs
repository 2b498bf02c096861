using Interop.Fhir;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using static Interop.Storage.Tests.Given;
using Interop.Storage.Write;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Interop.Storage.Tests;

/// <summary>
/// The work of a search tells nothing of what it does not show: over a database with hidden rows and hidden values and over one
/// without them, each statement takes the same number of steps of SQLite's machine, which counts every row that it visits.
/// </summary>
public sealed partial class VisitedRowsTests
{
    private const int Queries = 120;

    /// <summary>What the custodian's clinicians and navigators do not see of its records (profiles/sharing/roles.json).</summary>
    private const long Notes = Labels.PsyThpN | Labels.SudNote | Labels.Unknown;

    private static readonly long[] FewEyes = [Labels.PsyThpN, Labels.Prediction, Labels.Prediction | Labels.Draft];

    private static readonly Dictionary<string, string[]> Criteria = new()
    {
        ["Patient"] =
        [
            "gender=male", "gender:not=male", "gender:missing=true", "gender:missing=false", "family=ad", "family:contains=a",
            "family:exact=baker",
            "family=adams,baker", "birthdate=ge1970", "birthdate=lt1970-05", "birthdate:missing=true",
            "general-practitioner=Organization/north",
            "general-practitioner.name=north", "general-practitioner:missing=false", "_has:Observation:subject:code=x",
            "_has:Condition:subject:code=icd|f20", "_has:Encounter:patient:status:missing=true", "_has:Task:patient:status=requested",
            "_has:Encounter:subject:_has:Condition:encounter:code=f10", "_has:Observation:subject:encounter.status=finished",
            "_lastUpdated=gt2025-06-15T15:06:40.0005Z", "_lastUpdated=lt2030",
        ],
        ["Encounter"] =
        [
            "status=finished", "status:not=finished", "status=finished,in-progress", "date=ge2025-03", "date=lt2025-06",
            "date:missing=true",
            "service-provider=Organization/north", "service-provider:missing=true", "subject=Patient/p1", "patient=p2",
            "subject:Patient.gender=male",
            "patient.family=clark", "patient.family:missing=true", "_has:Condition:encounter:code=f10", "service-provider.name=north",
        ],
        ["Condition"] =
        [
            "code=f10", "code=icd|f10", "code=icd|", "code:not=f10", "encounter.status=finished", "encounter.subject:Patient.gender=male",
            "encounter:missing=true", "subject=Patient/p3", "_has:Task:focus:status=requested",
            "subject:Patient._has:Observation:subject:code=y",
        ],
        ["Observation"] =
        [
            "code=x", "code=l|x", "code=l|x,m|y", "value-quantity=gt1", "value-quantity=0.5", "value-quantity:missing=true",
            "code-value-quantity=x$ge1", "has-member:missing=true", "has-member.code=x", "_has:Observation:has-member:code=y",
            "encounter.status=finished",
            "subject=Patient/p4",
        ],
        ["Task"] =
        [
            "status=requested", "status:not=requested", "patient=p1", "focus:Condition.code=f10", "focus:missing=false",
            "owner=Organization/north",
            "owner.name=north",
        ],
        ["Organization"] = ["name=north", "name:contains=s", "name:missing=true", "_has:Encounter:service-provider:status=finished"],
    };

    private static readonly string[] Results =
    [
        "", "_total=accurate", "_summary=count", "_summary=count&_total=estimate", "_count=2", "_sort=_id", "_sort=-_lastUpdated",
        "_count=1000",
    ];

    private static readonly Dictionary<string, string[]> TypeResults = new()
    {
        ["Patient"] = ["_sort=family,-birthdate", "_sort=gender", "_revinclude=Encounter:patient", "_revinclude=Encounter:subject&"
            + "_revinclude:iterate=Condition:encounter"],
        ["Encounter"] = ["_sort=-date", "_include=Encounter:subject", "_revinclude=Condition:encounter"],
        ["Condition"] = ["_sort=code", "_include=Condition:encounter&_include:iterate=Encounter:subject"],
        ["Observation"] = ["_sort=value-quantity,code", "_include:iterate=Observation:has-member"],
        ["Task"] = ["_sort=status", "_include=Task:focus"],
        ["Organization"] = ["_sort=name"],
    };

    private static readonly (string Table, string Values)[] Indexes =
    [
        ("index_token", "parameter, zone, code, resource, system"), ("index_string", "parameter, zone, folded, resource, value"),
        ("index_date", "parameter, zone, low, high, resource"), ("index_number", "parameter, zone, low, high, resource"),
        ("index_reference", "parameter, zone, target_id, target_type, resource, url, identifier_value, identifier_system"),
        ("index_quantity", "parameter, zone, low, high, resource, system, code, unit"), ("index_uri", "parameter, zone, uri, resource"),
        (
            "index_composite",
            "resource, parameter, tuple, component, system, code, unit, folded, value, low, high, target_type, target_id, url, uri, zone"),
    ];

    public static TheoryData<int, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string>();
            foreach (var seed in Enumerable.Range(1, 4))
            {
                foreach (var name in Sights.Keys)
                {
                    cases.Add(seed, name);
                }
            }

            return cases;
        }
    }

    internal static Dictionary<string, Sight> Sights => new()
    {
        ["a partner"] = Sight(),
        ["a partner that keeps records of its own"] = Sight(own: Tier.Own, ownCleared: ~Labels.NamedOnly),
        ["a stranger"] = Sight("nobody"),
        ["the custodian's own system"] = Sight(Custodian, own: Tier.Own, ownCleared: ~Labels.NamedOnly),
        ["the custodian's clinician"] = Sight(Custodian, own: Tier.Own, ownCleared: ~(Notes | Labels.Draft)),
        ["the custodian's navigator"] = Sight(Custodian, own: Tier.Own, ownCleared: ~Notes),
        ["the custodian's privacy officer"] = Owner(),
        ["the custodian's dispatcher"] = Sight(Custodian, own: Tier.Basic, ownCleared: Labels.Common),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_is_hidden_is_not_visited(int seed, string who)
    {
        await using var pair = await Pair.BuildAsync(seed, Sights[who]);
        var found = 0;
        for (var number = 0; number < Queries; number++)
        {
            var query = Generated(pair.Random);
            var (steps, matches) = pair.First.Search(query, Sights[who]);
            Assert.Equal((query, pair.Second.Search(query, Sights[who])), (query, (steps, matches)));
            found += matches;
        }

        Assert.True(who == "a stranger" || found > Queries / 4, $"Only {found} matches: these queries ask for nothing.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Who_names_nobody_visits_nobody_whom_an_agreement_alone_opens(int seed)
    {
        var sight = Sight();
        await using var pair = await Pair.BuildAsync(seed, sight, isListing: true);
        var found = 0;
        foreach (var query in Enumerable.Range(0, Queries).Select(_ => Generated(pair.Random)).Where(NamesNobody))
        {
            var (steps, matches) = pair.First.Search(query, sight);
            Assert.Equal((query, pair.Second.Search(query, sight)), (query, (steps, matches)));
            found += matches;
        }

        Assert.True(found > Queries / 4, $"Only {found} matches: these queries ask for nothing.");

        static bool NamesNobody(string query) => !query.Contains("=p", StringComparison.Ordinal)
            && !query.Contains("=Patient/p", StringComparison.Ordinal);
    }

    /// <summary>
    /// A range ends one step sooner where nothing at all follows it in its index, and is left one step sooner where nothing at all has
    /// its parameter. In a city something always does; so here, too.
    /// </summary>
    private static void CloseRanges(SqliteDatabase database, IEnumerable<long> parameters)
    {
        const string Last = "4611686018427387904";
        var script = new List<string>();
        foreach (var (table, values) in Indexes)
        {
            foreach (var parameter in parameters.Select(number => $"{number}").Append(Last))
            {
                var row = values.Split(", ").Select(column => column == "parameter" ? parameter : Last);
                script.Add(
                    $"INSERT INTO {table} ({values}, party, tier, party_tier, lane) VALUES ({string.Join(", ", row)}, 'zzz', 9, 1, 9)");
            }
        }

        script.Add($"INSERT INTO reach VALUES ({Last}, {Last}, 'zzz', {Last})");
        script.Add($"INSERT INTO party VALUES ({Last}, 'zzz', 0, 0, 0, 0, 0, 0)");
        script.Add($"INSERT INTO party_version VALUES ({Last}, 1, 'zzz', 0, 0, 0)");
        script.Add($"""
            INSERT INTO resource_version
                (resource, version, deleted, subject, source, tier, party_tier, requires, labels, updated_at, changed_1, changed_2,
                changed_3, changed_4, policy_version, body)
            VALUES ({Last}, 1, 0, 'zzz', 'zzz', 1, 1, 0, 0, 0, 0, 0, 0, 0, '', '')
            """);
        script.Add($"INSERT INTO required_reference VALUES ({Last}, 'zzz', 'zzz')");
        script.Add($"INSERT INTO label_inheritance VALUES ({Last}, 'zzz', 'zzz', 1)");
        script.Add($"""
            INSERT INTO sharing_grant
                (number, subject, source, grantee, practitioner, purpose, tier, cleared, valid_from, valid_to, basis, zone)
            VALUES ({Last}, 'zzz', 'zzz', 'zzz', 'zzz', 'zzz', 3, 0, 0, {Last}, '', {Last})
            """);
        script.Add($"""
            INSERT INTO resource
                (key, type, id, version, deleted, subject, source, tier, party_tier, requires, labels, own_labels, updated_at, changed_1,
                changed_2, changed_3, changed_4, hash_1, hash_2, hash_3, zone, lane, policy_version, label_rules, body)
            VALUES ({Last}, 'zzz', 'zzz', 1, 0, 'zzz', 'zzz', 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {Last}, 1, '', '', '')
            """);
        database.Tamper($"BEGIN; {string.Join(";\n", script)}; COMMIT");
    }

    private static List<long> ParametersOf(SqliteDatabase database)
    {
        using var connection = new SqliteConnection($"Data Source={database.Setting["sqlite:".Length..]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = string.Join(" UNION ", Indexes.Select(index => $"SELECT parameter FROM {index.Table}"));
        using var reader = command.ExecuteReader();
        var parameters = new List<long>();
        while (reader.Read())
        {
            parameters.Add(reader.GetInt64(0));
        }

        return parameters;
    }

    internal static string Generated(Random random)
    {
        var type = Pick(random, [.. Criteria.Keys]);
        var criteria = Enumerable.Range(0, random.Next(0, 4)).Select(_ => Pick(random, Criteria[type]));
        var results = Pick(random, [.. Results, .. TypeResults[type]]);
        return $"{type}?{string.Join('&', criteria.Append(results).Where(part => part.Length > 0))}";
    }

    /// <summary>
    /// The city, and the same records again at another custodian, who shares them with nobody here; some labelled for few eyes. Whoever
    /// sees anything of a person sees the Patient, as the tier table has it.
    /// </summary>
    internal static List<StoredWrite> Told(IReadOnlyList<StoredWrite> city, Random random)
    {
        var writes =
            city.Select(write => write.Key.Type == "Patient" ? write.With(judged => judged with { Tiers = new(1, 1) }) : write).ToList();
        var elsewhere = writes.Select(write => write with { Key = new(write.Key.Type, "x" + write.Key.Id), Source = "elsewhere" }).ToList();
        var held = writes.Where(write => write.Key.Type is "Condition" or "Observation" && random.Next(3) == 0)
            .Select(write =>
                (write with { Key = new(write.Key.Type, "h" + write.Key.Id) })
                    .With(judged => judged with { Labels = Pick(random, FewEyes) }))
            .ToList();
        return [.. elsewhere, .. writes, .. held];
    }

    internal static async Task FillAsync(ResourceStore store, IReadOnlyList<StoredWrite> writes, PairedCity city)
    {
        await store.PutAsync([.. writes]);
        await store.WriteAsync(
            session => session.ReplaceDefaults(city.Grants.Where(grant => grant.Subject is null)), CancellationToken.None);
        var patients = writes.SelectMany(write => write.Judged.Subjects).ToHashSet();
        foreach (var patient
            in city.Grants.Where(grant => grant.Subject is not null && patients.Contains(grant.Subject)).GroupBy(grant => grant.Subject!))
        {
            await store.GrantAsync(patient.Key, [.. patient]);
        }
    }

    /// <summary>
    /// A reference in a visible resource to something hidden is followed to its target, which is one look more: the exception that the
    /// decisions state. The same holds for what must be visible for something else to be.
    /// </summary>
    /// <param name="listed">Whose records are seen without naming them; null for everybody's.</param>
    internal static async Task<List<StoredWrite>> WithoutWhatLeadsToHiddenAsync(
        ResourceStore store, List<StoredWrite> writes, Sight sight, HashSet<string?>? listed = null)
    {
        var seen = await VisibleAsync(store, writes, sight, listed);
        return [.. writes.Select(write => write.With(judged => judged with
        {
            Requires = [],
            Entries = [.. judged.Entries.Where(entry => entry.Entry is not Fhir.Search.Index.ReferenceEntry reference
                || (reference.TargetType == "Patient" && judged.Subjects.Contains(reference.TargetId!))
                || seen.ContainsKey(new(reference.TargetType!, reference.TargetId!)))],
        }))];
    }

    private static async Task<Dictionary<ResourceKey, SeenResource>> VisibleAsync(
        ResourceStore store, IEnumerable<StoredWrite> writes, Sight sight, HashSet<string?>? listed)
    {
        var seen = new Dictionary<ResourceKey, SeenResource>();
        foreach (var key in writes.Where(IsListed).Select(write => write.Key).Distinct())
        {
            if (await store.SeeAsync(key.ToString(), sight) is { } resource)
            {
                seen[key] = resource;
            }
        }

        return seen;

        bool IsListed(StoredWrite write) =>
            listed is null || write.Source != Custodian || write.Judged.Subjects is not [var subject] || listed.Contains(subject);
    }

    /// <summary>
    /// Only what the sight sees: visible resources with the values that it sees of them. In the place of each hidden one stands something
    /// that no question is about, so that rows have the same numbers: SQLite's Bloom filters hash them.
    /// </summary>
    /// <inheritdoc cref="WithoutWhatLeadsToHiddenAsync"/>
    internal static async Task<List<StoredWrite>> SeenAsync(
        ResourceStore store, List<StoredWrite> writes, Sight sight, HashSet<string?>? listed = null)
    {
        var seen = await VisibleAsync(store, writes, sight, listed);
        return [.. writes.Select(write => seen.TryGetValue(write.Key, out var resource)
            ? write.With(judged => judged with { Entries = [.. judged.Entries.Where(entry => IsSeen(entry.Tiers, resource))] })
            : Resource($"Basic/{write.Key.Type}.{write.Key.Id}", null, 4) with { Source = "nowhere" })];
    }

    private static bool IsSeen(TierPair tiers, SeenResource seen) =>
        tiers.Anyone <= (int)seen.Tier || (seen.Party && tiers.Party <= (int)seen.Tier);

    private static T Pick<T>(Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];
}
