using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Audit;
using Interop.Storage.Write;

namespace Interop.Server.Subscriptions;

/// <summary>
/// <c>Subscription/[id]/$status</c>, <c>$events</c> and <c>$get-ws-binding-token</c>
/// (https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/operations.html): how a subscription stands, and what was told, as its reader
/// sees it now.
/// </summary>
internal static class SubscriptionAnswers
{
    private const int Most = 100;

    public static void Map(FhirRoutes fhir)
    {
        fhir.Get("/Subscription/{id}/$status", FhirInteraction.Operation, StatusAsync);
        fhir.Post("/Subscription/{id}/$status", FhirInteraction.Operation, StatusAsync);
        fhir.Get("/Subscription/{id}/$events", FhirInteraction.Operation, EventsAsync);
        fhir.Post("/Subscription/{id}/$events", FhirInteraction.Operation, EventsAsync);
        fhir.Get("/Subscription/{id}/$get-ws-binding-token", FhirInteraction.Operation, BindingTokenAsync);
        fhir.Post("/Subscription/{id}/$get-ws-binding-token", FhirInteraction.Operation, BindingTokenAsync);
    }

    private static async Task<IResult> StatusAsync(
        string id,
        Caller caller,
        HttpRequest request,
        GuardedStore store,
        AuditTrail audit,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        (await OperationInput.ReadAsync(request, cancellationToken)).Allow();
        var key = FhirRequest.Key("Subscription", id);
        caller.Demand(key.Type, SmartRight.Read);
        SubscriptionStanding? standing;
        AuditRow row;
        await using (var snapshot = await store.OpenAsync(caller, cancellationToken))
        {
            standing = StandingOf(snapshot, key)?.Standing;
            var outcome = standing is null ? "deny" : "permit";
            row = AuditTrail.Row(snapshot.Caller, snapshot.Instant, FhirInteraction.Operation, $"{key}/$status", null, outcome);
        }

        await audit.RecordAsync(row, cancellationToken);
        return standing is null ? Unknown(key) : FhirResult.Of(Notification.Standings(settings.PublicUrl, [standing]));
    }

    private static async Task<IResult> EventsAsync(
        string id,
        Caller caller,
        HttpRequest request,
        GuardedStore store,
        AuditTrail audit,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken))
            .Allow("eventsSinceNumber", "eventsUntilNumber", "content");
        var (first, last) = (input.Number("eventsSinceNumber") ?? 0, input.Number("eventsUntilNumber") ?? int.MaxValue);
        if (input["content"] is { } wanted && wanted is not ("empty" or "id-only" or "full-resource"))
        {
            throw new FhirException(IssueCode.Value, "The parameter content must be empty, id-only or full-resource.");
        }

        var key = FhirRequest.Key("Subscription", id);
        caller.Demand(key.Type, SmartRight.Read);
        AuditRow row;
        Notification? answer = null;
        await using (var snapshot = await store.OpenAsync(caller, cancellationToken))
        {
            var target = $"{key}/$events";
            if (StandingOf(snapshot, key) is not var (standing, asked))
            {
                row = AuditTrail.Row(snapshot.Caller, snapshot.Instant, FhirInteraction.Operation, target, null, "deny");
            }
            else
            {
                caller.Demand(asked.Topic.Type, SmartRight.Read);
                var sight = snapshot.Sight.Within(caller, SmartRight.Read);
                List<NotifiedEvent> events =
                [
                    .. snapshot.ToldEvents(id, first, last, Most)
                        .Select(told => EventOf(snapshot, sight, told))
                        .OfType<NotifiedEvent>(),
                ];
                var content = input["content"] ?? asked.Content;
                row = AuditTrail.ShownRow(
                    snapshot, FhirInteraction.Operation, target, events.Select(told => told.Focus).OfType<Disclosure>(), sight, detail =>
                        detail.WriteString("content", content));
                answer = Notification.Of(settings.PublicUrl, standing, "query-event", events, content, snapshot.Instant);
            }
        }

        await audit.RecordAsync(row, cancellationToken);
        return answer is null ? Unknown(key) : FhirResult.Of(answer);
    }

    /// <summary>What was told, as who asks sees it now; null where nothing of it is visible any more.</summary>
    private static NotifiedEvent? EventOf(GuardedSnapshot snapshot, Sight sight, SubscriptionEvent told)
    {
        var key = ResourceKey.TryParse(told.Focus)!.Value;
        return snapshot.GoneAt(key, sight) is not null ? new(told.Event!.Value, told.HappenedAt, key, null)
            : snapshot.Read(key, sight) is { } focus ? new(told.Event!.Value, told.HappenedAt, key, focus)
            : null;
    }

    /// <summary>
    /// A token by which a WebSocket is bound to the subscription
    /// (https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/OperationDefinition-backport-subscription-get-ws-binding-token.html).
    /// </summary>
    private static async Task<IResult> BindingTokenAsync(
        string id,
        Caller caller,
        HttpRequest request,
        GuardedStore store,
        AuditTrail audit,
        SubscriptionSockets sockets,
        ScopeReader scopes,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        (await OperationInput.ReadAsync(request, cancellationToken)).Allow();
        var key = FhirRequest.Key("Subscription", id);
        caller.Demand(key.Type, SmartRight.Read);
        (SubscriptionStanding Standing, SubscriptionRequest Request)? found;
        SubscriptionChannel? channel;
        long instant;
        await using (var snapshot = await store.OpenAsync(caller, cancellationToken))
        {
            (found, channel, instant) = (StandingOf(snapshot, key), snapshot.Channel(id), snapshot.Instant);
        }

        // It is told through the eyes of who subscribed: a colleague with other eyes may read it, and not listen.
        var isOwn = found is not null
            && KeptCaller.OwnerOf(KeptCaller.Read(channel!.Caller, scopes)) == KeptCaller.OwnerOf(caller);
        await audit.RecordAsync(
            AuditTrail.Row(
                caller, instant, FhirInteraction.Operation, $"{key}/$get-ws-binding-token", null, isOwn ? "permit" : "deny"),
            cancellationToken);
        return !isOwn ? Unknown(key)
            : channel!.Kind != SubscriptionSockets.Kind || channel.State == "off"
                ? FhirResult.Problem(IssueCode.BusinessRule, "The subscription has no open channel of type websocket.")
            : FhirResult.Of(sockets.TokenFor(id));
    }

    /// <summary>How a subscription stands that the caller reads; null where it reads none.</summary>
    private static (SubscriptionStanding Standing, SubscriptionRequest Request)? StandingOf(
        GuardedSnapshot snapshot, ResourceKey key)
    {
        if (snapshot.Read(key, snapshot.Sight.Within(snapshot.Caller, SmartRight.Read)) is not { } stored
            || snapshot.Channel(key.Id) is not { } channel
            || SubscriptionRequest.Read(SubscriptionStates.Asked(stored.Body), mayBePrivate: true).Request is not { } request)
        {
            return null;
        }

        return (new(key.Id, request.Topic.Url, channel.State, channel.Events), request);
    }

    private static FhirResult Unknown(ResourceKey key) => FhirResult.Problem(IssueCode.NotFound, $"{key} is not known.");
}
