using System.Text.Json;
using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Storage.Write;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Server.Subscriptions;

/// <summary>What becomes of a stored Subscription by itself: active, off, or in error, which its administrator is told.</summary>
internal sealed class SubscriptionStates(GuardedStore store, InteropSettings settings, Secrets secrets)
{
    public const string ErrorCode = "subscription-error";

    /// <summary>What the stored Subscription asks for; null where it is not there any more.</summary>
    /// <param name="keeper">Id of the Organization whose record it is.</param>
    public async Task<SubscriptionRequest?> RequestOfAsync(SubscriptionChannel channel, string keeper, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsOperatorAsync(keeper, cancellationToken);
        return snapshot.Read(new("Subscription", channel.Id), snapshot.Sight) is { } stored
            ? SubscriptionRequest.Read(Asked(stored.Body), settings.Subscriptions.MayBePrivate).Request
            : null;
    }

    /// <summary>A stored Subscription as it was asked for, whatever has become of it.</summary>
    public static byte[] Asked(ReadOnlyMemory<byte> stored) => TopLevel.Replace(stored.Span, "status", "\"requested\""u8);

    /// <summary>Stores the new state, with the channel's and, for an error, the Task of who has to put it right.</summary>
    /// <param name="channel">Leased by this server; it is given back.</param>
    public Task<bool> MoveAsync(
        SubscriptionChannel channel, string keeper, string status, string? error, CancellationToken cancellationToken) =>
        store.WriteAsOperatorAsync(
            keeper,
            transaction =>
            {
                var key = new ResourceKey("Subscription", channel.Id);
                var isActive = status == "active";
                var next = channel with
                {
                    State = status,
                    Failures = 0,
                    Due = isActive ? transaction.Instant : long.MaxValue,
                    ToldAt = isActive ? transaction.Instant : channel.ToldAt,
                    LeasedUntil = 0,
                };
                if (transaction.BytesOf(key) is not { } stored || !transaction.Channels.Save(channel, next))
                {
                    return false;
                }

                var body = TopLevel.Replace(stored.Span, "status", JsonSerializer.SerializeToUtf8Bytes(status));
                body = error is null
                    ? TopLevel.Remove(body, "error")
                    : TopLevel.Replace(body, "error", JsonSerializer.SerializeToUtf8Bytes(error));
                transaction.Put(key, keeper, body);
                transaction.Audit(FhirInteraction.Update, key.ToString(), "permit", detail => detail.WriteString("rule", status));
                if (error is not null)
                {
                    Tell(transaction, key, keeper, error);
                }

                return true;
            },
            cancellationToken);

    /// <summary>Each time that it ends so is one Task, which its agency reads whatever it may see of persons.</summary>
    private void Tell(GuardedTransaction transaction, ResourceKey subscription, string keeper, string error)
    {
        var instant = Instants.ToDateTimeOffset(transaction.Instant).ToDateTimeText();
        var task = MappedResource.Of(new FhirTask
        {
            Id = NameBasedId.Of(secrets.Key.Span, $"{ErrorCode}|{subscription}|{instant}"),
            Status = FhirTask.TaskStatus.Requested,
            BusinessStatus = new() { Text = error },
            Intent = FhirTask.TaskIntent.Order,
            Priority = RequestPriority.Urgent,
            Code = new(TaskBody.Kinds, ErrorCode),
            Description = "A subscription ended because its endpoint was not reached. Put it right, and send it as requested again.",
            Focus = subscription.ToReference(),
            AuthoredOn = instant,
            LastModified = instant,
            Requester = new($"Organization/{settings.Custodian}"),
            Owner = new($"Organization/{keeper}"),
            PerformerType = [new() { Text = "Agency administrator" }],
        });
        transaction.Put(task.Key, keeper, task.Json);
        transaction.Audit(FhirInteraction.Create, task.Key.ToString(), "permit", detail => detail.WriteString("rule", ErrorCode));
    }
}
