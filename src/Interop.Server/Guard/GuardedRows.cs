using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Fhir.Search;
using Interop.Server.Security;
using Interop.Sharing.Agreements;
using Interop.Sharing.Consents;
using Interop.Sharing.Limited;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Read;
using Interop.Storage.Write;

namespace Interop.Server.Guard;

/// <summary>What is stored, with the eyes of one caller.</summary>
/// <param name="sight">What the caller sees whatever its scopes open.</param>
internal abstract class GuardedRows(ResourceRows rows, Caller caller, Sight sight, Redactor redactor)
{
    private static readonly IReadOnlySet<ResourceKey> NoKeys = new HashSet<ResourceKey>();

    /// <summary>What is stored, seen by nobody: the guard's own, to judge and to decide by. Nobody else touches it (a test).</summary>
    public ResourceRows Rows => rows;

    /// <summary>Who looks, with the purpose of an emergency of its own that lasts: what it reads is marked so on the trail.</summary>
    public Caller Caller { get; } = sight.Purposes.Contains(Purposes.Emergency) ? caller.For(Purposes.Emergency) : caller;

    public Sight Sight => sight;

    /// <summary>When it looks, UTC microseconds.</summary>
    public long Instant => sight.Instant;

    /// <summary>Whether something is or was stored under the key: for what the server makes itself.</summary>
    public bool Has(ResourceKey key) => rows.Find(key) is not null;

    /// <summary>Whether exactly these bytes are stored under the key: for what the server makes itself.</summary>
    public bool Holds(ResourceKey key, ReadOnlySpan<byte> body) =>
        rows.Find(key) is { Deleted: false } stored && stored.Body.Span.SequenceEqual(body);

    /// <summary>Ids of the Patients that a resource is about, for the trail.</summary>
    public IReadOnlyList<string> PatientsOf(ResourceKey key) => rows.PatientsOf(key);

    /// <summary>On what ground the sight sees the resource, for the trail; empty where no grant opens it.</summary>
    public string BasisOf(ResourceKey key, Sight through) => rows.See(key, through)?.Basis ?? string.Empty;

    /// <summary>The resource as the sight may see it, or null where nothing of it may leave.</summary>
    public Disclosure? Read(ResourceKey key, Sight through) => rows.See(key, through) is { } seen ? Disclose(seen, through) : null;

    /// <summary>What of one kind has waited for its time, which has come, oldest first.</summary>
    public IReadOnlyList<OutboxRow> Due(string kind, int count) => rows.Due(kind, Instant, count);

    /// <inheritdoc cref="ResourceRows.DueChannels"/>
    public IReadOnlyList<SubscriptionChannel> DueChannels(int ofOne, int count) => rows.DueChannels(Instant, ofOne, count);

    /// <inheritdoc cref="ResourceRows.AllChannels"/>
    public IReadOnlyList<SubscriptionChannel> AllChannels() => rows.AllChannels();

    /// <inheritdoc cref="ResourceRows.Channel"/>
    public SubscriptionChannel? Channel(string id) => rows.Channel(id);

    /// <inheritdoc cref="ResourceRows.WaitingEvents"/>
    public IReadOnlyList<SubscriptionEvent> WaitingEvents(string channel, int count) => rows.WaitingEvents(channel, count);

    /// <inheritdoc cref="ResourceRows.HasLaterEvent"/>
    public bool HasLaterEvent(SubscriptionEvent waiting) => rows.HasLaterEvent(waiting);

    /// <inheritdoc cref="ResourceRows.WasTold"/>
    public bool WasTold(string channel, string focus) => rows.WasTold(channel, focus);

    /// <summary>When something was deleted that the sight may have seen till then, UTC microseconds; null for anything else.</summary>
    public long? GoneAt(ResourceKey key, Sight through) => rows.See(key, through) is { Deleted: true } gone ? gone.Changed : null;

    /// <inheritdoc cref="ResourceRows.ToldEvents"/>
    public IReadOnlyList<SubscriptionEvent> ToldEvents(string channel, long first, long last, int count) =>
        rows.ToldEvents(channel, first, last, count);

    /// <inheritdoc cref="ResourceRows.SurveyOf"/>
    public string? SurveyOf(string hash) => rows.SurveyOf(hash, Instant);

    /// <inheritdoc cref="ResourceRows.HasSurveyWork"/>
    public bool HasSurveyWork() => rows.HasSurveyWork(Instant);

    /// <summary>Whether the sight sees the resource.</summary>
    public bool Sees(ResourceKey key, Sight through) => rows.See(key, through) is not null;

    /// <summary>What a search of the server's own finds and the sight may see.</summary>
    /// <param name="isWanted">Looks at the whole resource, for what R4 has no search parameter.</param>
    public IReadOnlyList<Disclosure> Search(SearchQuery query, Sight through, Func<ReadOnlyMemory<byte>, bool> isWanted) =>
        DiscloseAll([.. rows.Search(query, through).Matches.Where(seen => isWanted(seen.Body))], through);

    /// <summary>A fact of the custodian's own records, which decides about an answer and is not in it.</summary>
    /// <param name="fact">Reads it, or gives null for the next record.</param>
    public T? Fact<T>(SearchQuery query, string custodian, Func<ReadOnlyMemory<byte>, T?> fact)
        where T : struct => rows.Search(query, Sights.OfCustodian(custodian, Instant)).Matches
            .Where(match => match.Tier == Tier.Own)
            .Select(match => fact(match.Body))
            .FirstOrDefault(read => read is not null);

    /// <summary>All facts of one kind, in the order of the search.</summary>
    /// <inheritdoc cref="Fact"/>
    public IReadOnlyList<T> Facts<T>(SearchQuery query, string custodian, Func<ReadOnlyMemory<byte>, T?> fact)
        where T : class =>
    [
        .. rows.Search(query, Sights.OfCustodian(custodian, Instant)).Matches
            .Where(match => match.Tier == Tier.Own)
            .Select(match => fact(match.Body))
            .OfType<T>(),
    ];

    /// <summary>The distinct messages of an incident, by their own instant.</summary>
    public IReadOnlyList<CadMessage> CadMessages(string incident) => rows.CadMessages(incident);

    /// <summary>The agreements that a custodian records as their grantor, in the order in which they were recorded.</summary>
    public IEnumerable<Agreement> AgreementsOf(string custodian) => rows.BodiesOf("Contract")
        .Where(stored => stored.Source == custodian)
        .Select(stored => AgreementReader.Read(stored.Body, stored.Key.Id))
        .OfType<Agreement>()
        .Where(agreement => agreement.Grantor == custodian);

    /// <summary>
    /// How much of what the caller's organisation keeps about a patient, and the caller may read, other eyes see, by type and tier.
    /// </summary>
    public IReadOnlyDictionary<(string Type, Tier Tier), long> CountsFor(Sight eyes, string patient) =>
        rows.Counts(patient, Caller.Organization, eyes, sight.Within(Caller, SmartRight.Read))
            .ToDictionary(count => (count.Type, count.Tier), count => count.Count);

    /// <summary>What a custodian's whole sight sees of its own record, to be counted by the server itself.</summary>
    public CountedRecord RecordOf(string custodian) => new(rows, Sights.OfCustodian(custodian, Instant));

    /// <summary>
    /// What some eyes of the caller's see of its own organisation's record, to find out what is counted of it; null for eyes that do not
    /// see all elements of what they see.
    /// </summary>
    public CountedRecord? RecordThrough(Sight through) => through.OwnTier == Tier.Own ? new(rows, through) : null;

    /// <summary>What was granted over a patient's records.</summary>
    public IReadOnlyList<GrantRow> GrantsOf(string patient) => rows.GrantsOf(patient);

    /// <inheritdoc cref="Redactor.LabelsLost"/>
    protected IReadOnlyList<string> LabelsLost(SeenResource before, ReadOnlyMemory<byte> after, SourceFacts custodian) =>
        redactor.LabelsLost(before.Body, after, custodian, before.Key.Type);

    /// <summary>The resource as the sight may see it, or null where nothing of it may leave.</summary>
    public Disclosure? Disclose(SeenResource seen, Sight through)
    {
        var references = redactor.References(seen);
        return redactor.Disclose(seen, Visible(references, through), through.Organization);
    }

    /// <summary>As <see cref="Disclose"/>, with one question to the database for the references of a whole page.</summary>
    public IReadOnlyList<Disclosure> DiscloseAll(IReadOnlyList<SeenResource> page, Sight through) =>
        [.. DiscloseEach(page, through).OfType<Disclosure>()];

    /// <summary>As <see cref="DiscloseAll"/>, with null where nothing of a resource may leave.</summary>
    public IReadOnlyList<Disclosure?> DiscloseEach(IReadOnlyList<SeenResource> page, Sight through)
    {
        var visible = Visible([.. page.SelectMany(redactor.References).Distinct()], through);
        return [.. page.Select(seen => redactor.Disclose(seen, visible, through.Organization))];
    }

    /// <summary>As <see cref="DiscloseEach(IReadOnlyList{SeenResource}, Sight)"/>, in a limited data set.</summary>
    /// <param name="through">The eyes of the set.</param>
    /// <param name="asOf">What has changed since is as it was before, and what has come is not there; UTC microseconds.</param>
    /// <param name="leftOut">Ids of Patients who are not in it.</param>
    public IReadOnlyList<Disclosure?> DiscloseEach(
        IReadOnlyList<SeenResource> page, Sight through, LimitedDataSet set, Evaluator evaluator, long asOf, IReadOnlySet<string> leftOut)
    {
        var before = rows.Before(asOf, page.Where(seen => seen.Changed >= asOf));
        var then = page.Select(seen => seen.Changed < asOf ? seen : before.GetValueOrDefault(seen.Key)).ToList();
        var references = then.OfType<SeenResource>().SelectMany(LimitedDataSet.References).Distinct()
            .Where(key => key.Type != "Patient" || !leftOut.Contains(key.Id)).ToList();
        var visible = references.Count == 0 ? NoKeys : rows.Visible(references, through);
        return
        [
            .. then.Select(seen =>
                seen is null || seen.Patients.Any(leftOut.Contains) ? null : set.Disclose(seen, visible, evaluator)),
        ];
    }

    /// <summary>
    /// What some disclosures refer to and the sight sees, each once. What they don't show they don't refer to.
    /// </summary>
    public IReadOnlyList<SeenResource> Referenced(IEnumerable<Disclosure> disclosures, Sight through, Func<ResourceKey, bool> isWanted) =>
    [
        .. disclosures.SelectMany(disclosure => ResourceReferences.Of(disclosure.Body).Places)
            .Select(place => place.Target)
            .OfType<ResourceKey>()
            .Distinct()
            .Where(isWanted)
            .Select(key => rows.See(key, through))
            .OfType<SeenResource>()
            .Where(seen => !seen.Deleted),
    ];

    private IReadOnlySet<ResourceKey> Visible(IReadOnlyList<ResourceKey> references, Sight through) =>
        references.Count == 0 ? NoKeys : rows.Visible(references, through.ForReferences());
}
