using Interop.Fhir;
using Interop.Sharing.Consent;
using Interop.Sharing.Redaction;
using Interop.Sharing.Roster;
using Interop.Storage.Search;

namespace Interop.Storage;

/// <summary>Writing inside the one writing transaction.</summary>
internal sealed class ResourceWriter(ResourceRows rows)
{
    private readonly Statements statements = rows.Statements;
    private readonly IndexWriter index = new(rows.Statements);
    private readonly LabelInheritance inheritance = new(rows.Statements);

    public long Put(StoredWrite write)
    {
        var previous = Existing(write.Key);
        var judged = FailClosed(write.Judged);
        var version = (previous?.Version ?? 0) + 1;
        var changes = ViewChanges.Between(previous, judged.Views, After(previous, write.Instant));
        if (previous is null)
        {
            Insert(write, judged, changes);
        }
        else
        {
            KeepVersion(previous.Key);
            Update(previous.Key, version, write, judged, changes);
        }

        SettleFacts(previous?.Key ?? Existing(write.Key)!.Key, write.Key, judged, previous);
        return version;
    }

    /// <summary>
    /// Puts a new judgement of the same bytes in the place of the old one: no version, no new time but of views that it changes.
    /// </summary>
    public void Rejudge(StoredWrite write)
    {
        if (Existing(write.Key) is { Deleted: false } previous)
        {
            var judged = FailClosed(write.Judged);
            var changes = ViewChanges.Between(previous, judged.Views, After(previous, write.Instant)) with { At = previous.UpdatedAt };
            Update(previous.Key, previous.Version, write, judged, changes);
            SettleFacts(previous.Key, write.Key, judged, previous);
        }
    }

    private void SettleFacts(long key, ResourceKey name, JudgedResource judged, ExistingRow? previous)
    {
        if (previous is not null)
        {
            RemoveFacts(key);
            index.Remove(key);
        }

        AddFacts(key, name, judged);
        index.Add(key, name.Type, judged.Entries);
        inheritance.Settle(key, name, new(previous?.Labels ?? 0, previous?.PassesLabels ?? 0));
    }

    public long? Delete(ResourceKey key, long instant)
    {
        if (Existing(key) is not { Deleted: false } previous)
        {
            return null;
        }

        var at = After(previous, instant);
        KeepVersion(previous.Key);
        statements.Execute($"""
            UPDATE resource
            SET    version = version + 1, deleted = 1, updated_at = {at},
                   changed_1 = {at}, changed_2 = {at}, changed_3 = {at}, changed_4 = {at},
                   party_changed_1 = {at}, party_changed_2 = {at}, party_changed_3 = {at}
            WHERE  key = {previous.Key}
            """);

        // Parties, requirements, labels and tiers stay: they decide who may be told that it was deleted.
        statements.Execute($"DELETE FROM case_relation WHERE resource = {previous.Key}");
        index.Remove(previous.Key);
        return previous.Version + 1;
    }

    public void ReplaceGrants(string subject, string? source, IEnumerable<GrantRow> grants)
    {
        statements.Execute(source is null
            ? (Sql)$"DELETE FROM sharing_grant WHERE subject = {subject}"
            : (Sql)$"DELETE FROM sharing_grant WHERE subject = {subject} AND source = {source}");
        foreach (var grant in grants)
        {
            if ((grant.Subject ?? "") != subject || (source is not null && grant.Source != source))
            {
                throw new ArgumentException("A grant row is of another patient or custodian than the one replaced.", nameof(grants));
            }

            statements.Execute($"""
                INSERT INTO sharing_grant
                    (subject, source, grantee, practitioner, purpose, tier, cleared, valid_from, valid_to, basis)
                VALUES ({subject}, {grant.Source}, {grant.Grantee}, {grant.Practitioner ?? ""}, {grant.Purpose}, {grant.Tier},
                    {grant.Cleared}, {grant.From}, {grant.To}, {grant.Basis})
                """);
        }
    }

    public void ReplaceRosterRequirements(IEnumerable<RosterRequirement> requirements)
    {
        statements.Execute($"DELETE FROM roster_requirement");
        foreach (var (organization, code) in requirements)
        {
            statements.Execute($"INSERT INTO roster_requirement (organization, code) VALUES ({organization}, {code})");
        }
    }

    public void ReplaceRoster(IEnumerable<RosterRow> roster)
    {
        statements.Execute($"DELETE FROM roster");
        foreach (var row in roster)
        {
            statements.Execute($"""
                INSERT INTO roster (organization, practitioner, code, valid_from, valid_to)
                VALUES ({row.Organization}, {row.Practitioner}, {row.Code}, {row.From}, {row.To})
                """);
        }
    }

    public void Enqueue(OutboxRow row) => statements.Execute(
        $"INSERT INTO outbox (kind, target, due, detail) VALUES ({row.Kind}, {row.Target}, {row.Due}, {row.Detail})");

    public void Sent(long number) => statements.Execute($"DELETE FROM outbox WHERE number = {number}");

    public bool AddCadMessage(CadMessage message)
    {
        if (statements.Number($"SELECT 1 FROM cad_message WHERE incident = {message.Incident} AND hash = {message.Hash}") is not null)
        {
            return false;
        }

        statements.Execute($"""
            INSERT INTO cad_message (incident, hash, sent_at, received_at, body)
            VALUES ({message.Incident}, {message.Hash}, {message.Sent}, {message.Received}, {message.Body})
            """);
        return true;
    }

    public void SetSetting(string name, string value)
    {
        statements.Execute($"DELETE FROM setting WHERE name = {name}");
        statements.Execute($"INSERT INTO setting (name, value) VALUES ({name}, {value})");
    }

    /// <summary>A resource about several patients is for its custodian only: no one patient's rows decide.</summary>
    private static JudgedResource FailClosed(JudgedResource judged)
    {
        var own = new TierPair(4, 4);
        return judged.Subjects.Count <= 1
            ? judged
            : judged with { Tiers = own, Entries = [.. judged.Entries.Select(entry => entry with { Tiers = own })] };
    }

    /// <summary>Times of one resource only rise, so that a version is told from the next by its time.</summary>
    private static long After(ExistingRow? previous, long instant) => Math.Max(instant, (previous?.UpdatedAt ?? long.MinValue) + 1);

    private ExistingRow? Existing(ResourceKey key) => statements.First(
        $"""
        SELECT key, version, deleted, labels, passes_labels, updated_at, hash_1, hash_2, hash_3, party_hash_1, party_hash_2, party_hash_3,
            changed_1, changed_2, changed_3, party_changed_1, party_changed_2, party_changed_3
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
            [.. Enumerable.Range(6, 6).Select(reader.GetInt64)],
            [.. Enumerable.Range(12, 6).Select(reader.GetInt64)]));

    private void KeepVersion(long key) => statements.Execute($"""
        INSERT INTO resource_version
            (resource, version, deleted, subject, source, tier, party_tier, requires, labels, updated_at,
            changed_1, changed_2, changed_3, changed_4, party_changed_1, party_changed_2, party_changed_3, policy_version, body)
        SELECT key, version, deleted, subject, source, tier, party_tier, requires, labels, updated_at,
            changed_1, changed_2, changed_3, changed_4, party_changed_1, party_changed_2, party_changed_3, policy_version, body
        FROM   resource
        WHERE  key = {key}
        """);

    private void Insert(StoredWrite write, JudgedResource judged, ViewChanges changes)
    {
        var subject = SubjectOf(judged);
        statements.Execute($"""
            INSERT INTO resource
                (type, id, version, deleted, subject, source, tier, party_tier, requires, labels, own_labels, passes_labels, own_passes, updated_at,
                changed_1, changed_2, changed_3, changed_4, party_changed_1, party_changed_2, party_changed_3,
                hash_1, hash_2, hash_3, party_hash_1, party_hash_2, party_hash_3, policy_version, label_rules, body)
            VALUES ({write.Key.Type}, {write.Key.Id}, 1, 0, {subject}, {write.Source}, {judged.Tiers.Anyone}, {judged.Tiers.Party},
                {judged.Requires.Count > 0}, {judged.Labels}, {judged.Labels}, {judged.Passes}, {judged.Passes}, {changes.At},
                {changes.Times[0]}, {changes.Times[1]}, {changes.Times[2]}, {changes.At},
                {changes.Times[3]}, {changes.Times[4]}, {changes.Times[5]},
                {changes.Hashes[0]}, {changes.Hashes[1]}, {changes.Hashes[2]}, {changes.Hashes[3]}, {changes.Hashes[4]},
                {changes.Hashes[5]}, {write.PolicyVersion}, {string.Join(' ', judged.LabelRules)}, {write.Body})
            """);
    }

    private void Update(long key, long version, StoredWrite write, JudgedResource judged, ViewChanges changes)
    {
        var subject = SubjectOf(judged);
        statements.Execute($"""
            UPDATE resource
            SET    version = {version}, deleted = 0, subject = {subject}, source = {write.Source}, tier = {judged.Tiers.Anyone},
                   party_tier = {judged.Tiers.Party}, requires = {judged.Requires.Count > 0}, labels = {judged.Labels},
                   own_labels = {judged.Labels}, passes_labels = {judged.Passes}, own_passes = {judged.Passes}, updated_at = {changes.At},
                   changed_1 = {changes.Times[0]}, changed_2 = {changes.Times[1]}, changed_3 = {changes.Times[2]}, changed_4 = {changes.At},
                   party_changed_1 = {changes.Times[3]}, party_changed_2 = {changes.Times[4]}, party_changed_3 = {changes.Times[5]},
                   hash_1 = {changes.Hashes[0]}, hash_2 = {changes.Hashes[1]}, hash_3 = {changes.Hashes[2]},
                   party_hash_1 = {changes.Hashes[3]}, party_hash_2 = {changes.Hashes[4]}, party_hash_3 = {changes.Hashes[5]},
                   policy_version = {write.PolicyVersion}, label_rules = {string.Join(' ', judged.LabelRules)}, body = {write.Body}
            WHERE  key = {key}
            """);
    }

    private static string? SubjectOf(JudgedResource judged) => judged.Subjects.Count == 1 ? judged.Subjects[0] : null;

    private void RemoveFacts(long key)
    {
        statements.Execute($"DELETE FROM party WHERE resource = {key}");
        statements.Execute($"DELETE FROM case_relation WHERE resource = {key}");
        statements.Execute($"DELETE FROM required_reference WHERE resource = {key}");
        statements.Execute($"DELETE FROM label_inheritance WHERE resource = {key}");
    }

    private void AddFacts(long key, ResourceKey own, JudgedResource judged)
    {
        foreach (var organization in judged.Parties.Distinct())
        {
            statements.Execute($"INSERT INTO party (resource, organization) VALUES ({key}, {organization})");
        }

        foreach (var fact in judged.Cases.DistinctBy(fact => (fact.Patient, fact.Organization, fact.From)))
        {
            statements.Execute($"""
                INSERT INTO case_relation (patient, resource, organization, valid_from, valid_to)
                VALUES ({fact.Patient}, {key}, {fact.Organization}, {fact.From}, {fact.To})
                """);
        }

        foreach (var target in judged.Requires.Distinct())
        {
            statements.Execute($"INSERT INTO required_reference (resource, type, id) VALUES ({key}, {target.Type}, {target.Id})");
        }

        // What is sensitive about a person is so about everything of that person.
        var sources = judged.Subjects.Select(id => new ResourceKey("Patient", id)).Concat(judged.Inherits).Where(target => target != own);
        foreach (var same in sources.Select(target => (Target: target, Kind: InheritanceKind.Labels))
            .Concat(judged.Names.Select(target => (Target: target, Kind: InheritanceKind.Names)))
            .Concat(judged.BelongsTo.Select(target => (Target: target, Kind: InheritanceKind.Part)))
            .GroupBy(item => item.Target))
        {
            var kind = same.Aggregate(default(InheritanceKind), (kinds, item) => kinds | item.Kind);
            statements.Execute(
                $"INSERT INTO label_inheritance (resource, type, id, kind) VALUES ({key}, {same.Key.Type}, {same.Key.Id}, {(int)kind})");
        }
    }
}

/// <summary>
/// What the row that a write replaces says; hashes and times of the views are in the order basic, intermediate, full, then for a party.
/// </summary>
internal sealed record ExistingRow(
    long Key,
    long Version,
    bool Deleted,
    long Labels,
    long PassesLabels,
    long UpdatedAt,
    IReadOnlyList<long> Hashes,
    IReadOnlyList<long> Times);
