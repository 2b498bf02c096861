using Interop.Fhir;
using Interop.Server.Settings;

namespace Interop.Server.Guard;

/// <summary>
/// Asks whether the rows that decide who sees what are those that this server would compile from the resources. Each part is compiled in
/// a transaction that is undone: nothing changes.
/// </summary>
internal sealed class Checkup(GuardedStore store, InteropSettings settings)
{
    private const int AtOnce = 200;

    /// <param name="progress">Is told how many resources have been looked at.</param>
    /// <returns>The resources and tables whose rows differ.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(Action<long> progress, CancellationToken cancellationToken)
    {
        var (differences, last, count) = (new List<string>(), (ResourceKey?)null, 0L);
        while (true)
        {
            var part = await PartAsync(last, cancellationToken);
            differences.AddRange(part.Differences);
            count += part.Count;
            progress(count);
            if (part.Last is null)
            {
                return differences;
            }

            last = part.Last;
        }
    }

    private async Task<Part> PartAsync(ResourceKey? after, CancellationToken cancellationToken)
    {
        try
        {
            return await store.WriteAsOperatorAsync<Part>(
                settings.Custodian,
                transaction =>
                {
                    var resources = transaction.Rows.After(after, AtOnce);
                    throw new Undone(new(
                        transaction.Recompile(resources), resources.Count, resources.Count == AtOnce ? resources[^1].Key : null));
                },
                cancellationToken);
        }
        catch (Undone undone)
        {
            return undone.Part;
        }
    }

    /// <param name="Last">Where the next part begins; null after the last one.</param>
    private sealed record Part(IReadOnlyList<string> Differences, int Count, ResourceKey? Last);

    private sealed class Undone(Part part) : Exception
    {
        public Part Part { get; } = part;
    }
}
