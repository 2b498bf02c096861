using Hl7.Fhir.Model;
using Interop.Pages.Fhir;
using Interop.Pages.Looks.Measured;

namespace Interop.Pages.Pages.Evaluation;

/// <summary>
/// What is published, taken apart once a minute: it is the same for everybody, and anybody may ask for it as often as the limits let.
/// </summary>
public sealed class PublishedFigures(TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim one = new(1);
    private Taken? taken;

    /// <param name="api">By which it is asked for, without a token.</param>
    public async Task<Taken> ReadAsync(FhirApi api, CancellationToken cancellationToken)
    {
        if (IsGood(taken))
        {
            return taken!;
        }

        await one.WaitAsync(cancellationToken);
        try
        {
            if (!IsGood(taken))
            {
                var published = (await api.ReadOpenAsync<Bundle>("MeasureReport/$published")).Entry
                    .Select(entry => entry.Resource).ToList();
                taken = new(
                    clock.GetUtcNow(),
                    published.OfType<Measure>().ToDictionary(MeasurePage.IdOf),
                    [.. published.OfType<MeasureReport>().Select(Reported.Of).OfType<Reported>().Where(report => report.IsSigned)]);
            }

            return taken!;
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    private bool IsGood(Taken? known) =>
        known is not null && clock.GetUtcNow() - known.At is var age && age >= TimeSpan.Zero && age < Fresh;

    /// <param name="At">When it was asked for.</param>
    /// <param name="Measures">By their ids.</param>
    public sealed record Taken(DateTimeOffset At, IReadOnlyDictionary<string, Measure> Measures, IReadOnlyList<Reported> Reports);
}
