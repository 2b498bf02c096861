using Interop.Server.Security;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;

namespace Interop.Server.Guard.Changes;

/// <summary>
/// What the conditions of a write match (If-None-Exist, a conditional reference): each is a search like any other, counted and on the
/// trail, also where the write that it belongs to is undone.
/// </summary>
internal sealed class Conditions(GuardedStore store, SearchQueries queries, AuditTrail audit, PersonLookups persons)
{
    /// <summary>Searches for what a condition asks before the write that it belongs to, on a snapshot.</summary>
    /// <param name="foreseen">Takes what is found.</param>
    /// <returns>The same, two at most.</returns>
    public async Task<IReadOnlyList<SeenResource>> ForeseeAsync(
        Caller caller, string type, string condition, ForeseenConditions foreseen, CancellationToken cancellationToken)
    {
        var instant = store.Now();
        var request = queries.ReadCondition(caller, type, condition, instant);
        persons.Demand(caller, request.Query);
        var mark = store.MarkOf(ForeseenConditions.TypesOf(request.Query));
        await using var snapshot = await store.OpenAsync(caller, cancellationToken, instant);
        var page = snapshot.Rows.Search(request.Query, snapshot.Sight.Within(caller, SmartRight.Search));
        foreseen.Foresee(type, condition, page, mark);
        return page.Matches;
    }

    /// <summary>What a condition matches in the transaction, two at most.</summary>
    /// <param name="foreseen">Takes the row, for whom the transaction may fail.</param>
    public IReadOnlyList<SeenResource> Matches(GuardedTransaction transaction, string type, string condition, ForeseenConditions foreseen)
    {
        var caller = transaction.Caller;
        var request = queries.ReadCondition(caller, type, condition, transaction.Instant);
        if (caller.IsOperator)
        {
            return transaction.Rows.SearchCondition(request.Query, transaction.Sight).Matches;
        }

        if (!foreseen.IsForeseen(type, condition))
        {
            persons.Demand(caller, request.Query);
        }

        var page = foreseen.Confirmed(type, condition, transaction)
            ?? transaction.Rows.SearchCondition(request.Query, Searching(transaction));
        persons.Note(caller, request.Pairs, request.Query, page);
        var row = AuditTrail.SearchRow(transaction, request, page, isCondition: true);
        transaction.Audit(row);
        foreseen.Rows.Add(row);
        return page.Matches;
    }

    /// <summary>A condition sees what a search of the writer's would.</summary>
    public static Sight Searching(GuardedTransaction transaction) => transaction.Sight.Within(transaction.Caller, SmartRight.Search);

    /// <summary>Runs a write; where it is undone, what its conditions looked for is written down all the same.</summary>
    public async Task<T> KeepingAsync<T>(Func<ForeseenConditions, Task<T>> write)
    {
        var foreseen = new ForeseenConditions();
        try
        {
            return await write(foreseen);
        }
        catch when (foreseen.Rows.Count > 0)
        {
            foreach (var row in foreseen.Rows)
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
