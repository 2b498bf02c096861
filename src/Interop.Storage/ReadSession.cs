using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Sharing.Consent;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Search;

namespace Interop.Storage;

/// <summary>
/// One snapshot of the database: everything read through it belongs to the same moment. For one request and one thread at a time.
/// </summary>
public sealed class ReadSession : IAsyncDisposable
{
    private readonly ResourceStore store;
    private readonly ResourceRows rows;
    private int isOver;

    internal ReadSession(ResourceStore store, ResourceRows rows)
    {
        this.store = store;
        this.rows = rows;
    }

    /// <summary>The resource, if the sight may see it; a deleted one only to a sight that could have read its last version.</summary>
    public ValueTask<SeenResource?> ReadAsync(ResourceKey key, Sight sight, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(rows.See(key, sight));
    }

    /// <summary>
    /// The versions of the sight's view, judged by the rights of now, newest first; of those between which it did not change, the
    /// newest.
    /// </summary>
    public ValueTask<IReadOnlyList<SeenResource>> HistoryAsync(ResourceKey key, Sight sight, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(rows.History(key, sight));
    }

    public ValueTask<SearchPage> SearchAsync(SearchQuery query, Sight sight, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(rows.Search(query, sight));
    }

    /// <summary>Which of the resources exist and are visible: for references in what is about to leave.</summary>
    public ValueTask<IReadOnlySet<ResourceKey>> VisibleAsync(
        IReadOnlyCollection<ResourceKey> keys, Sight sight, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(rows.Visible(keys, sight));
    }

    /// <summary>The stored resource, seen by nobody: for explanations only.</summary>
    public ValueTask<StoredResource?> FindAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(rows.Find(key));
    }

    /// <summary>Whether something is stored under the key, and about whom: for the audit trail only. It reads no content.</summary>
    public ValueTask<StoredKey?> FindKeyAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(rows.FindKey(key));
    }

    /// <summary>The raw resources of a type that are not deleted, of one patient where given.</summary>
    public ValueTask<IReadOnlyList<StoredResource>> BodiesOfAsync(string type, string? patient, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(rows.BodiesOf(type, patient));
    }

    /// <summary>The grant rows of a patient; with null the agreements' defaults.</summary>
    public ValueTask<IReadOnlyList<GrantRow>> GrantsOfAsync(string? patient, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(rows.GrantsOf(patient));
    }

    /// <summary>
    /// Whether an agreement of the grantor, in force at the instant (UTC microseconds), names the organisation as grantee.
    /// </summary>
    public ValueTask<bool> HasAgreementAsync(string organization, string grantor, long instant, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(rows.HasAgreement(organization, grantor, instant));
    }

    /// <summary>
    /// Whether the organisation demands a qualification that its roster does not show of the practitioner at the instant.
    /// </summary>
    public ValueTask<bool> LacksQualificationAsync(
        string organization, string? practitioner, long instant, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(rows.LacksQualification(organization, practitioner, instant));
    }

    public ValueTask<IReadOnlyList<CaseFact>> CasesOfAsync(string patient, string? source, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(rows.CasesOf(patient, source));
    }

    /// <summary>How many resources are stored and not deleted: for operators, never for callers.</summary>
    public ValueTask<long> CountAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(rows.Count());
    }

    public ValueTask<string?> SettingAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(rows.Setting(name));
    }

    /// <summary>Ends the snapshot; a second time does nothing.</summary>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref isOver, 1) == 0 ? store.ReturnAsync(rows) : ValueTask.CompletedTask;
}
