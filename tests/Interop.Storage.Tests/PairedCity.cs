using Interop.Fhir;
using Interop.Fhir.Search.Index;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using static Interop.Storage.Tests.Given;
using Interop.Storage.Write;

namespace Interop.Storage.Tests;

/// <summary>
/// Random resources and grants, and what one sight sees of them by an independent reckoning: a second city that holds nothing else.
/// </summary>
internal sealed class PairedCity
{
    private static readonly string[] Patients = [.. Enumerable.Range(0, 10).Select(number => $"p{number}")];

    private readonly Random random;
    private readonly Dictionary<ResourceKey, StoredWrite> latest = [];

    /// <param name="closed">What the agreement by itself does not open.</param>
    public PairedCity(int seed, ClosedTypes? closed = null)
    {
        random = new(seed);
        Grants = [.. Patients.SelectMany(GrantsFor), Grant(null, Tier.Basic) with { Closed = closed ?? ClosedTypes.None }];
        Writes.Add(Resource("Organization/north", null, 1, (1, Text("name", "North"))));
        Writes.Add(Resource("Organization/hidden", null, 4, (4, Text("name", "Secret"))));
        foreach (var patient in Patients)
        {
            Writes.AddRange(RecordOf(patient));
        }

        // Edits that only a hidden view shows.
        Writes.AddRange(Writes.Where(_ => random.Next(4) == 0).ToList().Select(write =>
            write.With(judged => judged with { Views = SameViews with { Full = 9, PartyFull = 9 } }) with { Instant = Now + 1000 }));
        foreach (var write in Writes)
        {
            latest[write.Key] = write;
        }
    }

    public List<StoredWrite> Writes { get; } = [];

    public IReadOnlyList<GrantRow> Grants { get; }

    /// <summary>The same for one who sees only what the sight sees: visible resources with their visible index entries.</summary>
    public IEnumerable<StoredWrite> View()
    {
        foreach (var key in Writes.Select(write => write.Key).Distinct().Where(IsVisible))
        {
            var write = latest[key];
            var first = Writes.First(other => other.Key == key);
            var changed = TierOf(write) == 3 && write.Instant != first.Instant;
            var entries = write.Judged.Entries.Where(entry => IsThere(write, entry)).ToList();
            if (changed)
            {
                yield return first.With(judged => judged with { Entries = entries, Requires = [] });
            }

            yield return (changed ? write : first).With(judged => judged with { Entries = entries, Requires = [] });
        }
    }

    public bool IsVisible(ResourceKey key) =>
        Appears(key) && latest[key].Judged.Requires.All(Appears);

    private bool Appears(ResourceKey key) =>
        latest.TryGetValue(key, out var write) && TierOf(write) >= Needed(write, write.Judged.Tiers);

    private bool IsThere(StoredWrite write, JudgedEntry judged)
    {
        if (Needed(write, judged.Tiers) > TierOf(write))
        {
            return false;
        }

        return judged.Entry is not ReferenceEntry { TargetType: { } type, TargetId: { } id }
            || (type == "Patient" && write.Judged.Subjects.Contains(id))
            || IsVisible(new(type, id));
    }

    private static int Needed(StoredWrite write, TierPair tiers) =>
        write.Judged.Parties.Contains(Hospital) ? Math.Min(tiers.Anyone, tiers.Party) : tiers.Anyone;

    private int TierOf(StoredWrite write)
    {
        if (write.Judged.Subjects is not [var patient])
        {
            return write.Judged.Labels == 0 ? 1 : 0;
        }

        var own = Grants.Where(grant => grant.Subject == patient).ToList();
        return (own.Count > 0 ? own : [.. Grants.Where(grant => grant.Subject is null)])
            .Where(grant => grant.Purpose == "TREAT" && (write.Judged.Labels & ~grant.Cleared) == 0)
            .Select(grant => (int)grant.Tier)
            .DefaultIfEmpty(0)
            .Max();
    }

    private IEnumerable<GrantRow> GrantsFor(string patient)
    {
        if (random.Next(4) == 0)
        {
            yield break;
        }

        yield return Grant(patient, (Tier)random.Next(0, 4), cleared: random.Next(0, 2));
        yield return Grant(patient, Tier.Basic, cleared: 3, purpose: random.Next(2) == 0 ? "TREAT" : "HOPERAT");
    }

    private IEnumerable<StoredWrite> RecordOf(string patient)
    {
        yield return Some("Patient", patient, patient, [
            Token("gender", Pick("male", "female")), Text("family", Pick("adams", "baker", "clark")),
            Day("birthdate", $"19{random.Next(50, 99)}-0{random.Next(1, 9)}-11"),
            Reference("general-practitioner", Pick("Organization/north", "Organization/hidden", "Organization/none"))]);
        for (var number = 0; number < 3; number++)
        {
            var encounter = $"Encounter/{patient}-{number}";
            yield return Some("Encounter", $"{patient}-{number}", patient, [
                Token("status", Pick("finished", "in-progress")), Day("date", $"2025-0{random.Next(1, 9)}-1{random.Next(0, 9)}"),
                Reference("subject", "Patient/" + patient), Reference("patient", "Patient/" + patient),
                Reference("service-provider", Pick("Organization/north", "Organization/hidden"))]);
            var condition = $"Condition/{patient}-{number}";
            yield return Some("Condition", $"{patient}-{number}", patient, [
                Token("code", Pick("f10", "f20"), "icd"), Reference("encounter", encounter), Reference("subject", "Patient/" + patient)]);
            yield return Some("Observation", $"{patient}-{number}", patient, [
                Token("code", Pick("x", "y"), Pick("l", "m")), Reference("subject", "Patient/" + patient),
                Reference("encounter", encounter),
                new QuantityEntry("value-quantity", number, number + 1, "http://u", "mg", null),
                new CompositeEntry("code-value-quantity", new([
                    Token("code", Pick("x", "y")), new QuantityEntry("value-quantity", number, number + 1, "http://u", "mg", null)])),
                Reference("has-member", $"Observation/{Pick(Patients)}-{random.Next(3)}")]);
            yield return Some("Task", $"{patient}-{number}", patient, [
                Token("status", Pick("requested", "accepted")), Reference("focus", Pick(encounter, condition)),
                Reference("patient", "Patient/" + patient), Reference("owner", "Organization/north")])
                .With(judged => judged with { Requires = random.Next(3) == 0 ? [Key(condition)] : [] });
        }
    }

    private StoredWrite Some(string type, string id, string patient, IndexEntry[] entries)
    {
        var anyone = (byte)random.Next(1, 4);
        var tiers = new TierPair(anyone, (byte)random.Next(1, anyone + 1));
        return Resource($"{type}/{id}", patient, anyone).With(judged => judged with
        {
            Tiers = tiers,
            // A person's labels pass to the whole record, which this reckoning leaves to other tests.
            Labels = type != "Patient" && random.Next(3) == 0 ? random.Next(4) : 0,
            Parties = random.Next(3) == 0 ? [Hospital] : ["another"],
            Entries = [.. entries.Select(entry =>
            {
                var from = (byte)random.Next(1, 5);
                return new JudgedEntry(entry, new(from, (byte)random.Next(1, from + 1)));
            })],
        });
    }

    private T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];
}
