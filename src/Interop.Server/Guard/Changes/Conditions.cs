using Interop.Server.Security;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;

namespace Interop.Server.Guard.Changes;

/// <summary>
/// What the conditions of a write match (If-None-Exist, a conditional reference): each is a search like any other, counted and on the
/// trail, also where the write that it belongs to is undone.
/// </summary>
internal sealed class Conditions(GuardedStore store, SearchQueries queries, AuditTrail audit, PersonLookups persons, TimeProvider clock)
{
    /// <summary>Searches for what a condition asks before the write that it belongs to, on a snapshot.</summary>
    /// <param name="lookups">Takes what is found.</param>
    public async Task ForeseeAsync(Caller caller, string type, string condition, Lookups lookups, CancellationToken cancellationToken)
    {
        var instant = Instants.ToMicroseconds(clock.GetUtcNow());
        var request = queries.ReadCondition(caller, type, condition, instant);
        persons.Demand(caller, request.Query);
        var mark = store.MarkOf(Lookups.TypesOf(request.Query));
        await using var snapshot = await store.OpenAsync(caller, cancellationToken, instant);
        lookups.Foresee(type, condition, snapshot.Rows.Search(request.Query, snapshot.Sight.Within(caller, SmartRight.Search)), mark);
    }

    /// <summary>What a condition matches in the transaction, two at most.</summary>
    /// <param name="lookups">Takes the row, for whom the transaction may fail.</param>
    public IReadOnlyList<SeenResource> Matches(GuardedTransaction transaction, string type, string condition, Lookups lookups)
    {
        var caller = transaction.Caller;
        var request = queries.ReadCondition(caller, type, condition, transaction.Instant);
        if (caller.IsOperator)
        {
            return transaction.Rows.Search(request.Query, transaction.Sight).Matches;
        }

        if (!lookups.IsForeseen(type, condition))
        {
            persons.Demand(caller, request.Query);
        }

        var page = lookups.Confirmed(type, condition, transaction) ?? transaction.Rows.Search(request.Query, Searching(transaction));
        persons.Note(caller, request.Pairs, request.Query, page);
        var row = AuditTrail.SearchRow(caller, transaction.Instant, request, page, isCondition: true);
        transaction.Audit(row);
        lookups.Rows.Add(row);
        return page.Matches;
    }

    /// <summary>A condition sees what a search of the writer's would.</summary>
    public static Sight Searching(GuardedTransaction transaction) => transaction.Sight.Within(transaction.Caller, SmartRight.Search);

    /// <summary>Runs a write; where it is undone, what its conditions looked for is written down all the same.</summary>
    public async Task<T> KeepingAsync<T>(Func<Lookups, Task<T>> write)
    {
        var lookups = new Lookups();
        try
        {
            return await write(lookups);
        }
        catch when (lookups.Rows.Count > 0)
        {
            foreach (var row in lookups.Rows)
            {
                await audit.RecordAsync(row, CancellationToken.None);
            }

            throw;
        }
        finally
        {
            await persons.TellAsync();
        }
    }
}
