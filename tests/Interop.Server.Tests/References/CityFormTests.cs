using System.Text;
using System.Text.Json.Nodes;
using Interop.Demo;
using Interop.Demo.City;
using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Sharing.Policy;
using Microsoft.Data.Sqlite;

namespace Interop.Server.Tests.References;

/// <summary>
/// A property of the whole city: in whatever form its references arrive, the same is decided, found and shown. What storage keeps for
/// that is compared row by row, and what callers are answered byte by byte.
/// </summary>
public sealed class CityFormTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly IReadOnlyList<CityBundle> City = [.. CityGenerator.Generate(7, Now, persons: 24)];

    private static readonly string[] Rows =
    [
        """
        SELECT type, id, subject, source, tier, party_tier, requires, labels, own_labels, passes_labels, hash_1, hash_2, hash_3, zone, lane,
            label_rules FROM resource
        """,
        "SELECT r.type, r.id, t.organization, t.hash_1, t.hash_2, t.hash_3 FROM party t JOIN resource r ON r.key = t.resource",
        """
        SELECT r.type, r.id, g.grantee, g.purpose, g.tier, t.subject FROM reach t
        JOIN resource r ON r.key = t.resource JOIN sharing_grant g ON g.number = t.grant_number
        """,
        "SELECT r.type, r.id, t.patient, t.organization, t.valid_from, t.valid_to FROM case_relation t JOIN resource r ON r.key "
            + "= t.resource",
        "SELECT r.type, r.id, t.type, t.id FROM required_reference t JOIN resource r ON r.key = t.resource",
        "SELECT r.type, r.id, t.type, t.id, t.kind FROM label_inheritance t JOIN resource r ON r.key = t.resource",
        "SELECT subject, source, grantee, practitioner, purpose, tier, cleared, basis FROM sharing_grant",
        """
        SELECT r.type, r.id, t.parameter, t.target_type, t.target_id, t.url, t.tier, t.party_tier FROM index_reference t
        JOIN resource r ON r.key = t.resource WHERE t.identifier_value = ''
        """,
        "SELECT r.type, r.id, t.parameter, t.code, t.system, t.tier, t.party_tier FROM index_token t JOIN resource r ON r.key = t.resource",
        "SELECT r.type, r.id, t.parameter, t.value, t.tier, t.party_tier FROM index_string t JOIN resource r ON r.key = t.resource",
        "SELECT organization, practitioner, code FROM roster",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task In_literal_forms_the_same_bytes_are_stored(int seed)
    {
        await using var plain = await ServerAsync(resource => resource.Json);
        await using var other = await ServerAsync(resource => Literal(resource, seed));

        Assert.Equal(Read(plain, "SELECT type, id, hex(body) FROM resource"), Read(other, "SELECT type, id, hex(body) FROM resource"));
        Assert.All(Rows, rows => Assert.Equal(Read(plain, rows), Read(other, rows)));
    }

    [Theory]
    [InlineData("identifier and type")]
    [InlineData("contained")]
    public async Task By_identifier_the_same_is_decided_found_and_shown(string form)
    {
        var changed = 0;
        await using var plain = await ServerAsync(resource => Identified(resource, resource.Json));
        await using var other = await ServerAsync(resource => Identified(resource, Logical(resource, form, ref changed)));

        Assert.InRange(changed, 1000, int.MaxValue);
        Assert.All(Rows, rows => Assert.Equal(Read(plain, rows), Read(other, rows)));
        foreach (var caller in DemoCaller.All.Where(caller => caller.Name is "hospital" or "social"))
        {
            using var before = plain.As(caller);
            using var after = other.As(caller);
            foreach (var type
                in new[]
                {
                    "Patient", "Encounter", "Observation", "Condition", "Task", "ServiceRequest", "CareTeam", "Consent", "Location"
                })
            {
                Assert.Equal(await ShownAsync(before, type), await ShownAsync(after, type));
            }
        }
    }

    private static async Task<RunningServer> ServerAsync(Func<CityResource, byte[]> form)
    {
        var server = await RunningServer.StartAsync(null, new TestClock(), $"--Interop:Bases:0={ReferenceForms.OtherBase}");
        foreach (var bundle in City)
        {
            await server.Importer.ImportAsync(
                bundle.Source,
                [.. bundle.Resources.Select(resource => (new ResourceKey(resource.Type, resource.Id), form(resource)))],
                CancellationToken.None);
        }

        return server;
    }

    private static byte[] Literal(CityResource resource, int seed)
    {
        var references = ResourceReferences.Of(resource.Json);
        return references.Rewrite(
            references.Places.Where(place => place.Literal is not null && ResourceKey.TryParse(place.Literal) is not null)
                .Select((place, index) =>
                    (Place: place, Form: ReferenceForms.Literal[(index + seed + resource.Id.Length) % ReferenceForms.Literal.Length]))
                .ToDictionary(
                    item => item.Place,
                    item => ReferenceForms.Address(
                        resource.Type == "Provenance" ? item.Form.Replace(" version", "").Replace("version", "plain") : item.Form,
                        item.Place.Literal!)));
    }

    /// <summary>Each reference where sharing has to know, to what the same organisation keeps or to the directory.</summary>
    private static byte[] Logical(CityResource resource, string form, ref int changed)
    {
        var text = Encoding.UTF8.GetString(resource.Json);
        if (resource.Type == "Provenance")
        {
            return resource.Json; // its places may point at anything, also twice
        }

        foreach (var key in ResourceReferences.Of(resource.Json).Places
            .Where(
                place => place.Literal is not null && place.Container is null && IsKept(resource, place.Literal!)
                    && Named.Contains(place.Literal!.Split('/')[0]))
            .GroupBy(place => place.Literal!)
            .Where(same =>
                same.All(place => SharingPolicy.Default.NeedOf(resource.Type, place) is ReferenceNeed.Target or ReferenceNeed.Party))
            .Select(same => same.Key))
        {
            text = ReferenceForms.Rewrite(text, key, form);
            changed++;
        }

        return Encoding.UTF8.GetBytes(text);
    }

    private static readonly HashSet<string> Named =
        ["Patient", "Organization", "Practitioner", "PractitionerRole", "CareTeam", "RelatedPerson", "Location"];

    private static bool IsKept(CityResource resource, string key) =>
        key.StartsWith("Organization/", StringComparison.Ordinal)
        || City.Any(bundle => bundle.Resources.Contains(resource) && Keys(bundle.Source).Contains(key));

    private static readonly Dictionary<string, HashSet<string>> Kept = City.GroupBy(bundle => bundle.Source).ToDictionary(
        bundles => bundles.Key,
        bundles => bundles.SelectMany(bundle => bundle.Resources).Select(resource => $"{resource.Type}/{resource.Id}").ToHashSet());

    private static HashSet<string> Keys(string source) => Kept[source];

    /// <summary>With an identifier besides its own, by which it can be named.</summary>
    private static byte[] Identified(CityResource resource, byte[] json)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        if (Named.Contains(resource.Type))
        {
            node["identifier"] ??= new JsonArray();
            node["identifier"]!.AsArray().Add(ReferenceForms.Identifier(resource.Type, resource.Id));
        }

        return Encoding.UTF8.GetBytes(node.ToJsonString());
    }

    private static List<string> Read(RunningServer server, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={server.Database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(column => reader.GetValue(column).ToString())));
        }

        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    private static async Task<string> ShownAsync(HttpClient client, string type)
    {
        var bundle = await client.GetJsonAsync($"{type}?_count=1000&_sort=_id&_total=accurate");
        var entries =
            bundle.TryGetProperty("entry", out var found) ? found.EnumerateArray().Select(entry => entry.GetProperty("resource")) : [];

        // Its keeper sees the identifier that was sent beside the address that was found.
        return string.Join('\n', entries.Select(resource =>
        {
            var shown = JsonNode.Parse(resource.GetRawText())!.AsObject();
            shown["meta"]?.AsObject().Remove("lastUpdated");
            WithoutNames(shown);
            return shown.ToJsonString();
        }));
    }

    private static void WithoutNames(JsonNode? node)
    {
        if (node is JsonObject reference && reference.ContainsKey("reference"))
        {
            reference.Remove("identifier");
            reference.Remove("type");
        }

        foreach (var child in node is JsonObject parent ? parent.Select(member => member.Value) : node is JsonArray array ? array : [])
        {
            WithoutNames(child);
        }
    }
}
