using Interop.Fhir.Schema;
using Interop.Sharing.Policy;
using Interop.Storage.Write;

namespace Interop.Storage.Search;

/// <summary>The places that a search of a type goes to, and the reach of grants.</summary>
internal sealed partial class Visibility
{
    /// <summary>
    /// Where the staff of the sight's own organisation look for what they see by role, and everybody for the directory; null where there
    /// is nothing that a role or an agreement of itself shows.
    /// </summary>
    /// <param name="isLeft">Whether they look for what was there until it was deleted.</param>
    public SearchPlace? Own(string type, bool isLeft = false)
    {
        var zones = OwnZones(type).Select(zone => isLeft ? ZoneNumber.Left(zone) : zone).ToList();
        var isKept = sight.Shows(type);
        if (zones.Count == 0)
        {
            return null;
        }

        // A role that sees little of its own organisation's records finds just that in lanes, if they hold all that it clears.
        return !isKept && sight.OwnTier == Sharing.Policy.Tier.Basic && (sight.OwnCleared & ~Labels.Common) == 0
            ? new(row => $"{InZones(row)} AND {row}.lane IN (1, 2, 3, 4) AND {row}.lane > 0", "by_lane")
            : new(InZones) { Ordered = zones.Contains(ZoneNumber.Directory) && zones.Count > 1 ? [] : [.. zones.Select(Part)] };

        SearchPlace Part(long zone) => new(row => $"{row}.zone = {zone}");

        Sql InZones(Sql row) => zones.Count == 1 ? $"{row}.zone = {zones[0]}" : (Sql)$"{row}.zone IN {Sql.List(zones)}";
    }

    /// <summary>
    /// The keys of what the sight sees now or saw until it was deleted, and of nothing else.
    /// </summary>
    /// <param name="type">Null for all types, of which only what the sight's own organisation keeps and the directory count.</param>
    public Sql EverSeen(string? type)
    {
        var o = Alias();
        if (type is null)
        {
            var types = FhirFacts.R4.ResourceTypes.Where(Allows).ToList();
            var zones = types.SelectMany(OwnZones).Distinct().ToList();
            return $"""
                SELECT {o}.key FROM resource {o}
                WHERE  {o}.type IN {Sql.List(types)} AND {o}.zone IN {Sql.List(zones.Concat(zones.Select(ZoneNumber.Left)))}
                """;
        }

        var patient = OneRecord(type);
        var places = new List<SearchPlace?> { Own(type), Own(type, isLeft: true) };
        var found = new List<Sql>();
        if (HasGrants)
        {
            places.AddRange([Lane(type, Way.ByListing), Lane(type, Way.ByListing, isLeft: true)]);
            found.AddRange([Reached(type, patient), Reached(type, patient, isLeft: true)]);
            found.AddRange(NamedRows(type).Concat(NamedRows(type, isLeft: true)));
        }

        found.AddRange(places.OfType<SearchPlace>().Select(place => patient is null
            ? (Sql)$"SELECT {o}.key FROM {place.From("resource", o)} WHERE {o}.type = {type} AND {place.Holds(o)}"
            : (Sql)$"SELECT {o}.key FROM resource {o} WHERE {o}.type = {type} AND {o}.subject = {patient} AND {place.Holds(o)}"));
        return found.Count == 0 ? $"SELECT key FROM resource WHERE 1 = 0" : Sql.Join("\nUNION ALL\n", found);
    }

    /// <summary>The zones that the sight may enter without a grant.</summary>
    private List<long> OwnZones(string type)
    {
        var zones = new List<long>();
        if (sight.Directory && SharingPolicy.Default.IsDirectory(type))
        {
            zones.Add(ZoneNumber.Directory);
        }

        var isKept = sight.Shows(type);
        if (sight.OwnTier != Sharing.Policy.Tier.None || isKept)
        {
            zones.AddRange(ZoneNumber.Entered(sight.Organization, isKept ? Labels.All : sight.OwnCleared));
        }

        return zones;
    }

    /// <summary>Where agreements alone open something to the sight: what is basic, of patients who said nothing.</summary>
    /// <inheritdoc cref="Own"/>
    public SearchPlace Lane(string type, Way way, bool isLeft = false)
    {
        var grant = Alias();
        var zone = isLeft ? ZoneNumber.Left($"{grant}.zone") : (Sql)$"{grant}.zone";
        return new(
            row => $"""
                {row}.zone IN (
                    SELECT {zone} FROM sharing_grant {grant}
                    WHERE  {Opening(grant, type, way)} AND {grant}.subject = '')
                AND {row}.lane = {Sql.Number(Place.Unspoken)} AND {row}.lane > 0
                """,
            "by_lane");
    }

    /// <summary>
    /// The keys of what agreements alone open of the persons whom the request names by id: from each person, past no other.
    /// </summary>
    public IReadOnlyList<Sql> NamedRows(string type, bool isLeft = false)
    {
        if (!HasGrants || named.Ids.Count == 0)
        {
            return [];
        }

        var (n, o) = (Alias(), Alias());
        return
        [
            $"""
            SELECT {o}.key FROM {Each(OfPersons, n)} CROSS JOIN resource {o}
            WHERE  {o}.subject = {n}.column1 AND {o}.type = {type} AND {Lane(type, Way.ByName, isLeft).Holds(o)}
            """,
        ];
    }

    /// <summary>The keys of Patients whom the request names by two identifiers, in the lane and where grants reach.</summary>
    public IReadOnlyList<Sql> KeyedPatients()
    {
        if (!HasGrants || named.Keys.Count == 0)
        {
            return [];
        }

        var (n, i, grant, p, h) = (Alias(), Alias(), Alias(), Alias(), Alias());
        SqlValue[] keys = [.. named.Keys.Select(key => new SqlValue(key))];
        var keyed = (Sql)$"{i}.parameter = {PersonKeys.Number} AND {i}.code = {n}.column1";
        var lane = Lane("Patient", Way.ByName);
        return
        [
            $"SELECT {i}.resource FROM {Each(keys, n)} CROSS JOIN {lane.From("index_token", i)} WHERE {keyed} AND {lane.Holds(i)}",
            $"""
            SELECT {i}.resource
            FROM   {Each(keys, n)} CROSS JOIN sharing_grant {grant} CROSS JOIN index_token {i} CROSS JOIN resource {p}
                   CROSS JOIN reach {h}
            WHERE  {Opening(grant, "Patient", Way.ByName)} AND {i}.zone = {grant}.zone AND {keyed} AND {i}.tier <= 1
            AND    {p}.key = {i}.resource AND {h}.grant_number = {grant}.number AND {h}.type = {ReachWriter.TypeOf("Patient")}
            AND    {h}.subject = {p}.subject AND {h}.resource = {i}.resource
            """,
        ];
    }

    /// <summary>The places where the sight finds rows of a type, beside what grants reach.</summary>
    public IReadOnlyList<SearchPlace> Places(string type, Way way = Way.ByListing)
    {
        var places = new List<SearchPlace>(2);
        if (Own(type) is { } own)
        {
            places.Add(own);
        }

        if (HasGrants)
        {
            places.Add(Lane(type, way));
        }

        return places;
    }

    /// <summary>
    /// What grants reach of a type, and what is open of whom the request names, with the tier and party of each row: what judging and
    /// criteria ask of it.
    /// </summary>
    public Sql ReachedAndSeen(string type)
    {
        var r = Alias();
        return $"""
            (SELECT {r}.key, {r}.type, {r}.id, {r}.subject, {r}.requires, {r}.tier, {r}.party_tier,
                    {r}.changed_1, {r}.changed_2, {r}.changed_3, {r}.changed_4, {Tier(r)} AS seen, {Party(r)} AS party
             FROM   resource {r}
             WHERE  {r}.key IN ({Sql.Join("\nUNION ALL\n", [Reached(type, null), .. NamedRows(type)])}) AND {r}.deleted = 0
             {Sql.Limit(int.MaxValue)})
            """;
    }

    /// <summary>The keys of what grants open to the sight beyond that.</summary>
    /// <param name="subject">Id of the one patient whose record is looked at; null for all.</param>
    /// <param name="isNamed">Whether the request names that patient by id.</param>
    /// <param name="isLeft">Whether it is what they opened until it was deleted.</param>
    public Sql Reached(string type, SqlValue? subject, bool isNamed = false, bool isLeft = false)
    {
        var number = isLeft ? ReachWriter.LeftOf(type) : ReachWriter.TypeOf(type);
        return isNamed ? Reach(Way.ByName)
            : named.Ids.Count == 0 ? Reach(Way.ByListing)
            : (Sql)$"""
                {Reach(Way.ByListing)}
                UNION ALL
                {Reach(Way.ByName)}
                """;

        Sql Reach(Way way)
        {
            var (n, grant, h) = (Alias(), Alias(), Alias());
            var ofSubject = subject is null ? (Sql)$"" : (Sql)$"AND {grant}.subject IN ('', {subject}) AND {h}.subject = {subject}";
            var (each, ofNamed) = way == Way.ByName && !isNamed
                ? ((Sql)$"{Each(OfPersons, n)} CROSS JOIN ", (Sql)$"AND {h}.subject = {n}.column1")
                : ((Sql)$"", (Sql)$"");
            return $"""
                SELECT {h}.resource
                FROM   {each}sharing_grant {grant} CROSS JOIN reach {h}
                WHERE  {Opening(grant, type, way)} AND {h}.grant_number = {grant}.number AND {h}.type = {number} {ofSubject} {ofNamed}
                """;
        }
    }

    /// <summary>The same of some resources that are named: their patients lead to grants, so that those of others cost nothing.</summary>
    /// <param name="isNamed">That a row of resource is one of them.</param>
    public Sql ReachedOf(string type, Func<Sql, Sql> isNamed)
    {
        var (r, grant, h) = (Alias(), Alias(), Alias());
        return $"""
            SELECT {r}.key
            FROM   resource {r} CROSS JOIN sharing_grant {grant} CROSS JOIN reach {h}
            WHERE  {isNamed(r)} AND {Opening(grant, type, WayOfIds)} AND {grant}.subject IN ('', {r}.subject)
            AND    {h}.grant_number = {grant}.number AND {h}.type = {ReachWriter.TypeOf(type)}
            AND    {h}.subject = {r}.subject AND {h}.resource = {r}.key
            """;
    }

    /// <summary>Whom the request names by id.</summary>
    private IEnumerable<SqlValue> OfPersons => persons.Take(named.Ids.Count);

    /// <summary>
    /// A table of the texts, in the column <c>column1</c>. Not IN: where rows lie close together SQLite goes from one value to the next
    /// through those between.
    /// </summary>
    private static Sql Each(IEnumerable<SqlValue> texts, Sql alias) => Sql.In(dialect => dialect.Texts(texts, alias));
}
