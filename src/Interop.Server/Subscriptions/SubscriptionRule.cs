using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Search;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Subscriptions;

/// <summary>
/// A Subscription is one that will be served, or it is refused. Its headers, which may hold a secret, are kept beside it and never come
/// back; each write of it begins anew, through the eyes of who wrote it.
/// </summary>
internal sealed class SubscriptionRule(SearchQueryParser queries, InteropSettings settings) : TypeRule("Subscription")
{
    // Each change of a topic is a row for each of them.
    private const int Most = 100;

    public override WriteResult.Refused? Recorded(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body)
    {
        if (caller.IsPerson)
        {
            return new(IssueCode.Forbidden, "A subscription is a system's: it goes on without anybody who signed in.");
        }

        return Read(body).Request is { } request && !caller.Scopes.Allows(request.Topic.Type, SmartRight.Search)
            ? new(IssueCode.Forbidden, caller.Scopes.Objection(request.Topic.Type, SmartRight.Search), "Subscription.criteria")
            : null;
    }

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        var (request, issues) = Read(step.After);
        return request is null ? new(422, issues)
            : request.Status != "off" && step.Transaction.Channels.CountOf(step.Transaction.Caller.Organization, step.Key.Id) >= Most
                ? new(IssueCode.BusinessRule, $"An agency has {Most} subscriptions at most that are not off.", "Subscription.status")
            : Misread(request, step.Instant) is { } rule ? new(IssueCode.BusinessRule, rule, "Subscription.criteria")
            : null;
    }

    /// <summary>Null, or why a filter is no search that this server carries out.</summary>
    private string? Misread(SubscriptionRequest request, long instant) => request.Filters
        .Select(filter => queries.Parse(request.Topic.Type, FhirRequest.Pairs(filter), lenient: false, instant))
        .FirstOrDefault(parsed => parsed.Query is null)?.Issues[0].Diagnostics;

    public override byte[] Completed(ResourceStep step, byte[] body)
    {
        var stored = TopLevel.Remove(body, "error");
        var channel = TopLevel.Value(stored, "channel");
        return TopLevel.Value(channel, "header").IsEmpty
            ? Asked(step, body, stored)
            : TopLevel.Replace(Asked(step, body, stored), "channel", TopLevel.Remove(channel, "header"));
    }

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        var id = step.Key.Id;
        if (step.Body is not { } body || Read(body).Request is not { } request)
        {
            transaction.Channels.Remove(id);
            return;
        }

        var known = transaction.Channels.Of(id);
        var headers = transaction.Channels.TakeHeaders(id)
            ?? (step.Before is { } before && Read(SubscriptionStates.Asked(before)).Request?.Endpoint == request.Endpoint
                ? known?.Headers
                : null)
            ?? string.Empty;
        transaction.Channels.Keep(new(
            id,
            transaction.Caller.Organization,
            request.Endpoint is null ? SubscriptionSockets.Kind : "rest-hook",
            request.Topic.Code,
            KeptCaller.Write(transaction.Caller),
            headers,
            request.Status,
            request.Status == "off" ? long.MaxValue : transaction.Instant,
            0,
            known?.Events ?? 0,
            known?.ToldAt ?? 0,
            0)
        {
            Bound = known?.Bound ?? string.Empty,
        });
    }

    /// <summary>Keeps the headers for the channel that follows in this transaction.</summary>
    private byte[] Asked(ResourceStep step, byte[] body, byte[] stored)
    {
        if (Read(body).Request is { Headers.Count: > 0 } request)
        {
            step.Transaction.Channels.GiveHeaders(step.Key.Id, string.Join('\n', request.Headers));
        }

        return stored;
    }

    private (SubscriptionRequest? Request, IReadOnlyList<Fhir.Validation.Issue> Issues) Read(ReadOnlyMemory<byte> body) =>
        SubscriptionRequest.Read(body, settings.Subscriptions.MayBePrivate);
}
