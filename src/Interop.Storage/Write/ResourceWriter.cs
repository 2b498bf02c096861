using Interop.Fhir;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Sharing.Roster;
using Interop.Storage.Read;
using Interop.Storage.Search;

namespace Interop.Storage.Write;

/// <summary>Writing inside the one writing transaction.</summary>
internal sealed class ResourceWriter(ResourceRows rows, Changes changes)
{
    private readonly Statements statements = rows.Statements;
    private readonly IndexWriter index = new(rows.Statements);
    private readonly LabelInheritance inheritance = new(rows.Statements);
    private readonly ReachWriter reach = new(rows.Statements);
    private readonly PartyWriter parties = new(rows.Statements);

    public long Put(StoredWrite write)
    {
        var previous = Existing(write.Key);
        var version = (previous?.Version ?? 0) + 1;
        var at = After(previous, write.Instant);
        if (previous is not null)
        {
            KeepVersion(previous.Key);
        }

        Store(write, previous, version, at, at);
        return version;
    }

    /// <summary>
    /// Puts a new judgement of the same bytes in the place of the old one: no version, no new time but of views that it changes.
    /// </summary>
    public void Rejudge(StoredWrite write)
    {
        if (Existing(write.Key) is { Deleted: false } previous)
        {
            Store(write, previous, previous.Version, previous.UpdatedAt, After(previous, write.Instant));
        }
    }

    public long? Delete(ResourceKey key, long instant)
    {
        if (Existing(key) is not { Deleted: false } previous)
        {
            return null;
        }

        var at = After(previous, instant);
        changes.Note(key.Type);
        KeepVersion(previous.Key);

        // Parties, requirements, labels and tiers stay: they decide who may be told that it was deleted. Searches look elsewhere.
        statements.Add($"""
            UPDATE resource
            SET    version = version + 1, deleted = 1, updated_at = {at}, zone = {ZoneNumber.Left(Sql.Name("zone"))},
                   changed_1 = {at}, changed_2 = {at}, changed_3 = {at}, changed_4 = {at}
            WHERE  key = {previous.Key}
            """);
        parties.Changed(previous.Key, at);
        statements.Add($"DELETE FROM case_relation WHERE resource = {previous.Key}");
        index.Remove(previous.Key);
        reach.Leave(previous.Key);
        return previous.Version + 1;
    }

    /// <summary>Replaces the grants of a patient, of one custodian where given, and puts the record where its grantees look.</summary>
    public void ReplaceGrants(string subject, string? source, IReadOnlyCollection<GrantRow> grants)
    {
        if (grants.FirstOrDefault(grant => grant.Subject != subject || (source is not null && grant.Source != source)) is not null)
        {
            throw new ArgumentException("A grant row is of another patient or custodian than the one replaced.", nameof(grants));
        }

        if (reach.ReplaceOf(subject, source, grants))
        {
            changes.Note(Changes.Everything);
            foreach (var key in statements.Query(
                $"SELECT key FROM resource WHERE subject = {subject}", reader => reader.GetInt64(0)))
            {
                Move(key);
            }

            reach.SettleRecord(subject);
        }
    }

    /// <summary>Replaces the rows that follow from the agreements alone.</summary>
    public void ReplaceDefaults(IReadOnlyCollection<GrantRow> grants)
    {
        changes.Note(Changes.Everything);
        reach.ReplaceDefaults(grants);
    }

    public void ReplaceRosterRequirements(IEnumerable<RosterRequirement> requirements)
    {
        statements.Add($"DELETE FROM roster_requirement");
        foreach (var (organization, code) in requirements)
        {
            statements.Add($"INSERT INTO roster_requirement (organization, code) VALUES ({organization}, {code})");
        }
    }

    public void ReplaceRoster(IEnumerable<RosterRow> roster)
    {
        statements.Add($"DELETE FROM roster");
        foreach (var row in roster)
        {
            statements.Add($"""
                INSERT INTO roster (organization, practitioner, code, valid_from, valid_to)
                VALUES ({row.Organization}, {row.Practitioner}, {row.Code}, {row.From}, {row.To})
                """);
        }
    }

    public void Enqueue(OutboxRow row) => statements.Add(
        $"INSERT INTO outbox (kind, target, due, detail) VALUES ({row.Kind}, {row.Target}, {row.Due}, {row.Detail})");

    public void Sent(long number) => statements.Add($"DELETE FROM outbox WHERE number = {number}");

    public bool AddCadMessage(CadMessage message)
    {
        if (statements.Number($"SELECT 1 FROM cad_message WHERE incident = {message.IncidentKey} AND hash = {message.Hash}") is not null)
        {
            return false;
        }

        statements.Add($"""
            INSERT INTO cad_message (incident, hash, sent_at, received_at, body, agencies)
            VALUES ({message.IncidentKey}, {message.Hash}, {message.Sent}, {message.Received}, {message.Body}, {message.AgencyIds})
            """);
        return true;
    }

    public void SetSetting(string name, string value)
    {
        statements.Add($"DELETE FROM setting WHERE name = {name}");
        statements.Add($"INSERT INTO setting (name, value) VALUES ({name}, {value})");
    }

    /// <param name="at">The time of the version.</param>
    /// <param name="changedAt">The time of views that it changes.</param>
    private void Store(StoredWrite write, ExistingRow? previous, long version, long at, long changedAt)
    {
        changes.Note(write.Key.Type);
        var judged = FailClosed(write.Judged);
        var views = ViewChanges.Between(previous, write.Before, judged.Views, changedAt);
        var sources = Sources(write.Key, judged);
        var labels = inheritance.Of(new(judged.Labels, judged.Passes), sources);
        var subject = SubjectOf(judged);
        var place = Place.Of(
            write.Key.Type, write.Source, subject, labels.Carried, reach.HasGrants(subject, write.Source), judged.Parties.Contains(
                write.Source));
        var row = new ResourceRow(write, judged, version, at, labels, subject, place, views);
        var key = previous is null ? Insert(row) : Update(previous.Key, row);
        if (previous is not null)
        {
            RemoveFacts(key);
            index.Remove(key);
        }

        parties.Replace(key, write.Before, judged, changedAt);
        AddFacts(key, judged, sources);
        index.Add(key, write.Key.Type, place, judged);
        reach.Settle(
            key, write.Key.Type, subject, isNew: previous is null, isInLane: row.Lane == Place.Unspoken && judged.Parties.Count == 0);
        if (labels != new RowLabels(previous?.Labels ?? 0, previous?.PassesLabels ?? 0))
        {
            inheritance.Spread(write.Key, heir =>
            {
                changes.Note(Changes.Everything);
                Move(heir);
                SettleReach(heir);
            });
        }
    }

    /// <summary>Puts a resource and its index rows where those look who may see it now.</summary>
    private void Move(long key)
    {
        var (type, source, subject, labels, isParty) = statements.Query(
            $"""
            SELECT type, source, subject, labels,
                   (SELECT COUNT(*) FROM party p WHERE p.resource = r.key AND p.organization = r.source)
            FROM   resource r WHERE r.key = {key}
            """,
            reader => (reader.GetString(0), reader.GetString(1), reader.Text(2), reader.GetInt64(3), reader.GetInt64(4) == 1))[0];
        var place = Place.Of(type, source, subject, labels, reach.HasGrants(subject, source), isParty);
        statements.Add($"""
            UPDATE resource
            SET    zone = CASE deleted WHEN 0 THEN {place.ZoneOfRow} ELSE {ZoneNumber.Left(place.ZoneOfRow)} END, lane = {place.LaneOfRow}
            WHERE  key = {key}
            """);
        index.Move(key, place);
    }

    private void SettleReach(long key)
    {
        var (type, subject) = statements.Query(
            $"SELECT type, subject FROM resource WHERE key = {key}", reader => (reader.GetString(0), reader.Text(1)))[0];
        reach.Settle(key, type, subject, isNew: false, isInLane: false);
    }

    /// <summary>A resource about several patients is for its custodian only: no one patient's rows decide.</summary>
    private static JudgedResource FailClosed(JudgedResource judged)
    {
        var own = new TierPair(4, 4);
        return judged.Subjects.Count <= 1
            ? judged
            : judged with
            {
                Tiers = own,
                Entries = [.. judged.Entries.Where(entry => entry.Party is null).Select(entry => entry with { Tiers = own })],
            };
    }

    /// <summary>Times of one resource only rise, so that a version is told from the next by its time.</summary>
    private static long After(ExistingRow? previous, long instant) => Math.Max(instant, (previous?.UpdatedAt ?? long.MinValue) + 1);

    private ExistingRow? Existing(ResourceKey key) => statements.First(
        $"""
        SELECT key, version, deleted, labels, passes_labels, updated_at, hash_1, hash_2, hash_3, changed_1, changed_2, changed_3
        FROM   resource
        WHERE  type = {key.Type} AND id = {key.Id}
        """,
        reader => new ExistingRow(
            reader.GetInt64(0),
            reader.GetInt64(1),
            reader.GetInt64(2) == 1,
            reader.GetInt64(3),
            reader.GetInt64(4),
            reader.GetInt64(5),
            [.. Enumerable.Range(6, 3).Select(reader.GetInt64)],
            [.. Enumerable.Range(9, 3).Select(reader.GetInt64)]));

    private void KeepVersion(long key)
    {
        statements.Add($"""
            INSERT INTO resource_version
                (resource, version, deleted, subject, source, tier, party_tier, requires, labels, updated_at,
                changed_1, changed_2, changed_3, changed_4, policy_version, body)
            SELECT key, version, deleted, subject, source, tier, party_tier, requires, labels, updated_at,
                changed_1, changed_2, changed_3, changed_4, policy_version, body
            FROM   resource
            WHERE  key = {key}
            """);
        parties.KeepVersion(key);
    }

    private long Insert(ResourceRow row)
    {
        var (write, judged, views) = (row.Write, row.Judged, row.Views);
        statements.Add($"""
            INSERT INTO resource
                (type, id, version, deleted, subject, source, tier, party_tier, requires, labels, own_labels, passes_labels, own_passes,
                updated_at, changed_1, changed_2, changed_3, changed_4, hash_1, hash_2, hash_3, zone, lane, policy_version,
                label_rules, body)
            VALUES ({write.Key.Type}, {write.Key.Id}, {row.Version}, 0, {row.Subject}, {write.Source}, {judged.Tiers.Anyone},
                {judged.Tiers.Party}, {judged.Requires.Count > 0}, {row.Labels.Carried}, {judged.Labels}, {row.Labels.Passed},
                {judged.Passes},
                {row.At},
                {views.Times[0]}, {views.Times[1]}, {views.Times[2]}, {views.At},
                {views.Hashes[0]}, {views.Hashes[1]}, {views.Hashes[2]}, {row.Zone}, {row.Lane},
                {write.PolicyVersion}, {string.Join(' ', judged.LabelRules)}, {write.Body})
            """);
        return Existing(write.Key)!.Key;
    }

    private long Update(long key, ResourceRow row)
    {
        var (write, judged, views) = (row.Write, row.Judged, row.Views);
        statements.Add($"""
            UPDATE resource
            SET    version = {row.Version}, deleted = 0, subject = {row.Subject}, source = {write.Source}, tier = {judged.Tiers.Anyone},
                   party_tier = {judged.Tiers.Party}, requires = {judged.Requires.Count > 0}, labels = {row.Labels.Carried},
                   own_labels = {judged.Labels}, passes_labels = {row.Labels.Passed}, own_passes = {judged.Passes}, updated_at = {row.At},
                   changed_1 = {views.Times[0]}, changed_2 = {views.Times[1]}, changed_3 = {views.Times[2]}, changed_4 = {row.At},
                   hash_1 = {views.Hashes[0]}, hash_2 = {views.Hashes[1]}, hash_3 = {views.Hashes[2]},
                   zone = {row.Zone}, lane = {row.Lane},
                   policy_version = {write.PolicyVersion}, label_rules = {string.Join(' ', judged.LabelRules)}, body = {write.Body}
            WHERE  key = {key}
            """);
        return key;
    }

    private static string? SubjectOf(JudgedResource judged) => judged.Subjects.Count == 1 ? judged.Subjects[0] : null;

    /// <summary>What it takes labels from. What is sensitive about a person is so about everything of that person.</summary>
    private static List<LabelSource> Sources(ResourceKey own, JudgedResource judged) =>
    [
        .. judged.Subjects.Select(id => new ResourceKey("Patient", id)).Concat(judged.Inherits).Where(target => target != own)
            .Select(target => new LabelSource(target, InheritanceKind.Labels))
            .Concat(judged.Names.Select(target => new LabelSource(target, InheritanceKind.Names)))
            .Concat(judged.BelongsTo.Select(target => new LabelSource(target, InheritanceKind.Part)))
            .GroupBy(source => source.Target)
            .Select(same => same.Aggregate((one, other) => one with { Kind = one.Kind | other.Kind })),
    ];

    private void RemoveFacts(long key)
    {
        statements.Add($"DELETE FROM case_relation WHERE resource = {key}");
        statements.Add($"DELETE FROM required_reference WHERE resource = {key}");
        statements.Add($"DELETE FROM label_inheritance WHERE resource = {key}");
    }

    private void AddFacts(long key, JudgedResource judged, List<LabelSource> sources)
    {
        foreach (var fact in judged.Cases.DistinctBy(fact => (fact.Patient, fact.Organization, fact.From, fact.IsReferral)))
        {
            statements.Add($"""
                INSERT INTO case_relation (patient, resource, organization, valid_from, valid_to, referral)
                VALUES ({fact.Patient}, {key}, {fact.Organization}, {fact.From}, {fact.To}, {(fact.IsReferral ? 1 : 0)})
                """);
        }

        foreach (var target in judged.Requires.Distinct())
        {
            statements.Add($"INSERT INTO required_reference (resource, type, id) VALUES ({key}, {target.Type}, {target.Id})");
        }

        foreach (var (target, kind) in sources)
        {
            statements.Add(
                $"INSERT INTO label_inheritance (resource, type, id, kind) VALUES ({key}, {target.Type}, {target.Id}, {(int)kind})");
        }
    }

    /// <summary>What goes into a row of resource.</summary>
    private sealed record ResourceRow(
        StoredWrite Write, JudgedResource Judged, long Version, long At, RowLabels Labels, string? Subject, Place Place, ViewChanges Views)
    {
        public long Zone => Place.ZoneAt(Judged.Tiers);

        public int Lane => Place.LaneAt(Judged.Tiers);
    }
}

/// <summary>What the row that a write replaces says; hashes and times of the views are in the order basic, intermediate, full.</summary>
internal sealed record ExistingRow(
    long Key,
    long Version,
    bool Deleted,
    long Labels,
    long PassesLabels,
    long UpdatedAt,
    IReadOnlyList<long> Hashes,
    IReadOnlyList<long> Times);
