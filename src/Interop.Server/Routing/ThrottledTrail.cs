using System.Collections.Concurrent;
using System.Data.Common;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Routing;

/// <summary>
/// Writes down requests that a limit refused: the first of a minute at once, the others as one number when the minute is over. A row for
/// each would turn a flood of requests into a flood of writes.
/// </summary>
internal sealed class ThrottledTrail(AuditTrail audit, TimeProvider clock, ILogger<ThrottledTrail> logger) : BackgroundService
{
    private const int MostCallers = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Refusals> windows = new(StringComparer.Ordinal);

    public async Task RefusedAsync(Caller? caller, FhirInteraction interaction, string? target, string rule)
    {
        var now = clock.GetUtcNow();

        // Addresses are not limited in number, so neither are strangers: beyond some thousands they share a row.
        var key = RequestLimits.KeyOf(
            rule, windows.Count >= MostCallers ? "others" : caller is null ? string.Empty : RequestLimits.KeyOf(caller));
        if (windows.TryGetValue(key, out var known))
        {
            if (now - known.Since < Window)
            {
                Interlocked.Increment(ref known.More);
                return;
            }

            await EndAsync(key, known);
        }

        var first = new Refusals(now, caller, interaction, target, rule);
        if (windows.TryAdd(key, first))
        {
            await audit.RefusedAsync(caller, interaction, target, rule, CancellationToken.None);
        }
        else if (windows.TryGetValue(key, out var other))
        {
            Interlocked.Increment(ref other.More);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await EndAllAsync(_ => true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Window);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await EndAllAsync(refusals => clock.GetUtcNow() - refusals.Since >= Window);
            }
            catch (DbException failure)
            {
                // The server goes on without a database, and so does the count: it is written when there is one again.
                logger.LogWarning("Refused requests could not be written down: {Failure}", failure.GetType().Name);
            }
        }
    }

    private async Task EndAllAsync(Func<Refusals, bool> isOver)
    {
        foreach (var (key, refusals) in windows.Where(pair => isOver(pair.Value)))
        {
            await EndAsync(key, refusals);
        }
    }

    private async Task EndAsync(string key, Refusals refusals)
    {
        if (windows.TryRemove(KeyValuePair.Create(key, refusals)) && refusals.More > 0)
        {
            var row = AuditTrail.Row(
                refusals.Caller, Instants.ToMicroseconds(clock.GetUtcNow()), refusals.Interaction, refusals.Target, null, "deny", detail =>
                {
                    detail.WriteString("rule", refusals.Rule);
                    detail.WriteNumber("repeated", refusals.More);
                });
            try
            {
                await audit.RecordAsync(row, CancellationToken.None);
            }
            catch (DbException)
            {
                windows.TryAdd(key, refusals);
                throw;
            }
        }
    }

    private sealed class Refusals(DateTimeOffset since, Caller? caller, FhirInteraction interaction, string? target, string rule)
    {
        public int More;

        public DateTimeOffset Since { get; } = since;

        public Caller? Caller { get; } = caller;

        public FhirInteraction Interaction { get; } = interaction;

        public string? Target { get; } = target;

        public string Rule { get; } = rule;
    }
}
