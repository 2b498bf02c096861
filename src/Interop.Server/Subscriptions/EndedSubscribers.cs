using Interop.Server.Guard;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Storage.Write;

namespace Interop.Server.Subscriptions;

/// <summary>Turns off the subscriptions of clients that their issuer has ended, before it is told that this server knows.</summary>
internal sealed class EndedSubscribers(
    GuardedStore store, SubscriptionStates states, TokenVerifier verifier, ScopeReader scopes, InteropSettings settings) : IRevocationWatch
{
    public async Task NoteAsync(CancellationToken cancellationToken)
    {
        // One that is being told is written down by who tells it, and taken again after that.
        for (var ended = await EndedAsync(cancellationToken); ended.Count > 0; ended = await EndedAsync(cancellationToken))
        {
            foreach (var (channel, keeper) in ended)
            {
                await states.MoveAsync(channel, keeper, "off", null, cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<(SubscriptionChannel Channel, string Keeper)>> EndedAsync(CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken);
        return [.. snapshot.AllChannels()
            .Select(channel => (Channel: channel, Caller: KeptCaller.Read(channel.Caller, scopes)))
            .Where(kept => verifier.Revocations.HasEnded(kept.Caller))
            .Select(kept => (kept.Channel, kept.Caller.Organization))];
    }
}
