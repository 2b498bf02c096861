using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage;
using Interop.Storage.Audit;
using Interop.Storage.Write;

namespace Interop.Server.Subscriptions;

/// <summary>
/// The next thing that one subscriber is told: a greeting, something that has happened, or that nothing has. What has happened is looked at
/// through the subscriber's eyes at the moment of telling, so that nothing is told that it may not see by then.
/// </summary>
internal sealed class Delivery(
    GuardedStore store,
    SubscriptionStates states,
    SearchQueryParser queries,
    ScopeReader scopes,
    TokenVerifier verifier,
    InteropSettings settings)
{
    private static readonly TimeSpan WithoutAgreement = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(1);

    /// <summary>Does the next thing that is due; null where the channel waits now, or is nobody's business any more.</summary>
    /// <param name="channel">Leased by this server.</param>
    public async Task<SubscriptionChannel?> NextAsync(
        SubscriptionChannel channel, ISubscriberLine line, CancellationToken cancellationToken)
    {
        var caller = KeptCaller.Read(channel.Caller, scopes);
        var request = await states.RequestOfAsync(channel, caller.Organization, cancellationToken);
        var now = store.Now();
        if (request is null)
        {
            return await SaveAsync(channel, channel with { State = "off", Due = long.MaxValue }, cancellationToken);
        }

        if (request.End <= now || verifier.Revocations.HasEnded(caller))
        {
            await states.MoveAsync(channel, caller.Organization, "off", null, cancellationToken);
            return null;
        }

        var standing = new SubscriptionStanding(channel.Id, request.Topic.Url, channel.State, channel.Events);
        Waiting? waiting;
        try
        {
            await using var snapshot = await store.OpenAsync(caller, cancellationToken);
            waiting = channel.State == "active" ? WaitingOf(snapshot, channel, request) : null;
        }
        catch (FhirException)
        {
            // No agreement, or a qualification that has run out: such a subscriber is told nothing, not even that nothing has happened.
            return await SaveAsync(channel, channel with { Due = now + WithoutAgreement.InMicroseconds() }, cancellationToken);
        }
        catch (TooCostlyException)
        {
            return await FailedAsync(channel, caller, null, "What its criteria ask for takes too long.", true, cancellationToken);
        }

        if (waiting is { Told: null })
        {
            return await DropAsync(channel, waiting.Event, cancellationToken);
        }

        var (type, told) = channel.State == "requested" ? ("handshake", (NotifiedEvent?)null)
            : waiting is { Told: { } happened } ? ("event-notification", happened)
            : ("heartbeat", null);
        if (type == "heartbeat" && (request.Heartbeat is not { } beat || channel.ToldAt + beat.InMicroseconds() > now))
        {
            return await RestAsync(channel, request, cancellationToken);
        }

        if (told is not null)
        {
            // It is on the trail, and has its number, before it leaves: who goes on after a kill gives that number to nothing else.
            if (!await NumberedAsync(channel, waiting!, told.Number))
            {
                return null;
            }

            standing = standing with { Events = told.Number };
        }

        var notification = Notification.Of(
            settings.PublicUrl, standing, type, told is null ? [] : [told], request.Content, now);
        // It may have been ended while this was looked up: then the channel is taken once more, and turned off.
        if (verifier.Revocations.HasEnded(caller))
        {
            return channel;
        }

        var headers = channel.Headers.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var answer = await line.SendAsync(request, headers, notification, cancellationToken);
        if (answer.Failure is { } failure)
        {
            // What can't have come gives the number back that it got just now.
            var missed = waiting is null ? null
                : answer.MayHaveCome ? waiting.Event with { Event = told?.Number }
                : waiting.Event;
            return await FailedAsync(channel, caller, missed, failure, line.CanFail, cancellationToken);
        }

        var next = channel with { Failures = 0, ToldAt = now, Events = told?.Number ?? channel.Events };
        if (type == "handshake")
        {
            await states.MoveAsync(channel, caller.Organization, "active", null, cancellationToken);
            return null;
        }

        return await store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction =>
            {
                if (!transaction.Channels.Save(channel, next))
                {
                    return null;
                }

                if (waiting is { } done)
                {
                    transaction.Channels.Tell(done.Event with { Event = next.Events, ToldAt = now });
                }

                return next;
            },
            cancellationToken);
    }

    /// <summary>Lets those that wait have their turn; always null, as the channel is not this server's then.</summary>
    public Task<SubscriptionChannel?> YieldAsync(SubscriptionChannel channel, CancellationToken cancellationToken) =>
        SaveAsync(channel, channel with { Due = store.Now() }, cancellationToken);

    /// <summary>Ends a lease before its time: where a server or a connection ends, whoever goes on need not wait for it.</summary>
    public async Task GiveBackAsync(SubscriptionChannel leased)
    {
        try
        {
            await store.WriteAsOperatorAsync(
                settings.Custodian,
                transaction =>
                {
                    transaction.Channels.GiveBack(leased);
                    return true;
                },
                CancellationToken.None);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The database may be what has ended: then the lease ends by itself.
        }
    }

    /// <summary>The oldest thing that waits, and how the subscriber sees it; nothing to tell where it sees nothing new.</summary>
    private Waiting? WaitingOf(GuardedSnapshot snapshot, SubscriptionChannel channel, SubscriptionRequest request)
    {
        if (snapshot.WaitingEvents(channel.Id, 1) is not [var first])
        {
            return null;
        }

        var sight = snapshot.Sight.Within(snapshot.Caller, SmartRight.Search);
        var seen = Seen(snapshot, sight, request, first.Focus);
        if (seen is null)
        {
            return Gone(snapshot, sight, channel, request, first);
        }

        // The view changed with this event, or with a later one that no event tells of: else another one tells it, or none.
        var isNews = seen.LastUpdated == first.HappenedAt
            || (seen.LastUpdated > first.HappenedAt && !snapshot.HasLaterEvent(first));
        if (!isNews)
        {
            return new(first, null, null);
        }

        var told = new NotifiedEvent(first.Event ?? channel.Events + 1, first.HappenedAt, seen.Key, seen);
        var target = $"Subscription/{channel.Id}/$notify";
        return new(first, told, AuditTrail.ShownRow(snapshot, FhirInteraction.Operation, target, [seen], sight, detail =>
        {
            detail.WriteString("content", request.Content);
            detail.WriteNumber("event", told.Number);
        }));
    }

    /// <summary>
    /// A deletion is told to who was told of the resource, and would read now that it is gone: what ends being visible in any other way
    /// ends in silence.
    /// </summary>
    private static Waiting Gone(
        GuardedSnapshot snapshot, Sight sight, SubscriptionChannel channel, SubscriptionRequest request, SubscriptionEvent first)
    {
        if (ResourceKey.TryParse(first.Focus) is not { } key || snapshot.GoneAt(key, sight) != first.HappenedAt
            || !snapshot.WasTold(channel.Id, first.Focus))
        {
            return new(first, null, null);
        }

        var told = new NotifiedEvent(first.Event ?? channel.Events + 1, first.HappenedAt, key, null);
        var about = snapshot.PatientsOf(key) is [var one] ? one : null;
        var target = $"Subscription/{channel.Id}/$notify";
        return new(first, told, AuditTrail.Row(
            snapshot.Caller, snapshot.Instant, FhirInteraction.Operation, target, about, "permit", detail =>
            {
                detail.WriteString("content", request.Content);
                detail.WriteNumber("event", told.Number);
                detail.WriteString("deleted", first.Focus);
            }));
    }

    /// <summary>The resource as a search of the subscriber's finds it now, with the criteria of the subscription.</summary>
    private Disclosure? Seen(GuardedSnapshot snapshot, Sight sight, SubscriptionRequest request, string focus)
    {
        var pairs = request.Filters.SelectMany(FhirRequest.Pairs).Append(KeyValuePair.Create("_id", focus.Split('/')[1]));
        return queries.Parse(request.Topic.Type, pairs, lenient: false, snapshot.Instant).Query is { } query
            && snapshot.Search(query with { ListsIds = true }, sight, _ => true) is [var found, ..] ? found : null;
    }

    /// <summary>Writes down that an event is told, under which number; false where the channel is another's by now.</summary>
    private Task<bool> NumberedAsync(SubscriptionChannel channel, Waiting waiting, long number) => store.WriteAsOperatorAsync(
        settings.Custodian,
        transaction =>
        {
            if (!transaction.Channels.Holds(channel))
            {
                return false;
            }

            transaction.Channels.Tell(waiting.Event with { Event = number });
            transaction.Audit(waiting.Row!);
            return true;
        },
        CancellationToken.None);

    /// <summary>Nothing waits: until something happens, or the next heartbeat.</summary>
    private Task<SubscriptionChannel?> RestAsync(
        SubscriptionChannel channel, SubscriptionRequest request, CancellationToken cancellationToken)
    {
        var due = channel.State != "active" ? long.MaxValue
            : Math.Min(
                request.End ?? long.MaxValue,
                request.Heartbeat is { } beat ? channel.ToldAt + beat.InMicroseconds() : long.MaxValue);
        return SaveAsync(channel, channel with { Due = due, Failures = 0 }, cancellationToken, rests: true);
    }

    /// <summary>What is not to be told goes; a number that may have come with it is not given again.</summary>
    private Task<SubscriptionChannel?> DropAsync(
        SubscriptionChannel channel, SubscriptionEvent dropped, CancellationToken cancellationToken) =>
        store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction =>
            {
                var next = channel with { Events = Math.Max(channel.Events, dropped.Event ?? 0) };
                if (!transaction.Channels.Save(channel, next))
                {
                    return null;
                }

                transaction.Channels.Drop(dropped.Number);
                return next;
            },
            cancellationToken);

    /// <param name="missed">What was to be told, with the number under which it may have come all the same, or without one.</param>
    /// <param name="counts">Whether enough such failures end the subscription.</param>
    private async Task<SubscriptionChannel?> FailedAsync(
        SubscriptionChannel channel,
        Caller caller,
        SubscriptionEvent? missed,
        string failure,
        bool counts,
        CancellationToken cancellationToken)
    {
        var failures = counts ? channel.Failures + 1 : 0;
        if (failures >= settings.Subscriptions.Tries)
        {
            await states.MoveAsync(channel, caller.Organization, "error", failure, cancellationToken);
            return null;
        }

        var wait = counts ? settings.Subscriptions.Retry * Math.Pow(2, failures - 1) : TimeSpan.Zero;
        var due = store.Now() + (wait < LongestRetry ? wait : LongestRetry).InMicroseconds();
        await store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction =>
            {
                var isSaved = transaction.Channels.Save(channel, channel with { Failures = failures, Due = due, LeasedUntil = 0 });
                if (isSaved && missed is not null)
                {
                    transaction.Channels.Tell(missed);
                }

                return isSaved;
            },
            cancellationToken);
        return null;
    }

    private async Task<SubscriptionChannel?> SaveAsync(
        SubscriptionChannel channel, SubscriptionChannel next, CancellationToken cancellationToken, bool rests = false)
    {
        await store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction =>
            {
                transaction.Channels.Save(channel, next with { LeasedUntil = 0 }, rests);
                return true;
            },
            cancellationToken);
        return null;
    }

    /// <param name="Told">As the subscriber sees it; null where it is not to be told.</param>
    /// <param name="Row">What the trail says of it then.</param>
    private sealed record Waiting(SubscriptionEvent Event, NotifiedEvent? Told, AuditRow? Row);
}
