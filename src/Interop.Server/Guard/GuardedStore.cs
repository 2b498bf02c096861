using Interop.Server.Security;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage;
using Interop.Storage.Write;

namespace Interop.Server.Guard;

/// <summary>
/// The only way to stored resources: nobody opens a snapshot or a transaction without saying who looks or writes, and from when on what
/// they are shown is disclosed through their own sight.
/// </summary>
internal sealed class GuardedStore(
    ResourceStore store, Sights sights, Redactor redactor, Judge judge, SharingRows sharingRows, TypeRules rules)
{
    /// <inheritdoc cref="Sights.Now"/>
    public long Now() => sights.Now();

    /// <param name="instant">When the caller looks, UTC microseconds; now where it is not given.</param>
    /// <exception cref="Http.FhirException">403: the agency or its person is not admitted.</exception>
    public async ValueTask<GuardedSnapshot> OpenAsync(
        Caller caller, CancellationToken cancellationToken, long? instant = null, bool forSummary = false)
    {
        var session = await store.OpenReadAsync(cancellationToken);
        try
        {
            return new(session, caller, sights.Of(session.Rows, caller, instant ?? sights.Now(), forSummary), redactor);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// A snapshot for an operator at the machine, or for the server's own work: that may be a state's year, which no caller could ask for.
    /// </summary>
    public async ValueTask<GuardedSnapshot> OpenAsOperatorAsync(string custodian, CancellationToken cancellationToken)
    {
        var session = await store.OpenReadAsync(WorkLimit.None, cancellationToken);
        return new(session, Caller.Operator, Sights.OfCustodian(custodian, sights.Now()), redactor);
    }

    /// <summary>Where the database is, as far as resources of these types go: to be taken before a snapshot is opened.</summary>
    public ChangeMark MarkOf(IEnumerable<string> types) => store.MarkOf(types);

    /// <summary>
    /// Runs a work in one transaction: when it returns, the grant rows follow from what it wrote, and what it wrote down in the trail is
    /// there. If it throws, nothing of it stays.
    /// </summary>
    /// <exception cref="Http.FhirException">403: the agency or its person is not admitted; or what the work threw.</exception>
    public Task<T> WriteAsync<T>(Caller caller, Func<GuardedTransaction, T> work, CancellationToken cancellationToken) =>
        store.WriteAsync(session => Run(session, caller, sights.Of(session.Rows, caller, sights.Now()), work), cancellationToken);

    /// <summary>
    /// As <see cref="WriteAsync"/>, for an operator at the machine or for the server itself, who write a custodian's records.
    /// </summary>
    /// <param name="custodian">Id of its Organization.</param>
    public Task<T> WriteAsOperatorAsync<T>(string custodian, Func<GuardedTransaction, T> work, CancellationToken cancellationToken) =>
        store.WriteAsync(session => Run(session, Caller.Operator, Sights.OfCustodian(custodian, sights.Now()), work), cancellationToken);

    /// <summary>Tells the database's planner what there is, after much of it has come at once.</summary>
    public Task AnalyzeAsync(CancellationToken cancellationToken) => store.AnalyzeAsync(cancellationToken);

    private T Run<T>(WriteSession session, Caller caller, Sight sight, Func<GuardedTransaction, T> work)
    {
        var transaction = new GuardedTransaction(session, caller, sight, redactor, judge, sharingRows, rules);
        var result = work(transaction);
        transaction.Settle();
        return result;
    }
}
