using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Measures;
using Interop.Server.Settings;
using Interop.Sharing.Redaction;

namespace Interop.Server.Transparency;

/// <summary>
/// The reports that somebody of the administration has signed, as an evaluator reads them, with the measures that say what is counted. They
/// change seldom and are asked for by anybody: what was read is good for a minute.
/// </summary>
internal sealed class SignedReports(
    GuardedStore store, Sights sights, Reports reports, Calendar calendar, Secrets secrets, InteropSettings settings)
    : IDisposable
{
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim one = new(1);
    private Published? known;

    /// <summary>The measures, and the signed reports, the first period first.</summary>
    public async Task<Published> ReadAsync(CancellationToken cancellationToken)
    {
        if (IsGood(known))
        {
            return known!;
        }

        // Whoever comes meanwhile waits for the one who reads.
        await one.WaitAsync(cancellationToken);
        try
        {
            return IsGood(known) ? known! : known = await LookAsync(cancellationToken);
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    private bool IsGood(Published? read) =>
        read is not null && store.Now() - read.Instant is >= 0 and var age && age < (long)Fresh.TotalMicroseconds;

    private async Task<Published> LookAsync(CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken);
        var sight = sights.OfReports(settings.Custodian, snapshot.Instant);
        return new(
            snapshot.Instant,
            [.. CrisisMeasure.All.Select(measure => snapshot.Read(new("Measure", measure.Id), sight)).OfType<Disclosure>()],
            [
                .. calendar.DueBy(snapshot.Instant)
                    .SelectMany(period => CrisisMeasure.All.Select(measure => reports.KeyOf(measure, period)))
                    .Select(key => Signed(snapshot, key) ? snapshot.Read(key, sight) : null)
                    .OfType<Disclosure>()
                    .Where(report => ReportRule.IsComplete(report.Body)),
            ]);
    }

    /// <summary>Whether the signature is there, by which the report became what it is.</summary>
    private bool Signed(GuardedSnapshot snapshot, ResourceKey report)
    {
        var signature = ReportRule.SignatureOf(secrets, report);
        return snapshot.Sees(signature, snapshot.Sight) && snapshot.GoneAt(signature, snapshot.Sight) is null;
    }
}

/// <summary>What is everybody's, and the tables of it, each written once.</summary>
/// <param name="instant">When it was read, UTC microseconds.</param>
internal sealed class Published(long instant, IReadOnlyList<Disclosure> measures, IReadOnlyList<Disclosure> reports)
{
    private readonly Lazy<FigureTable> csv = new(() => FigureTable.Of(reports, isCsv: true));
    private readonly Lazy<FigureTable> json = new(() => FigureTable.Of(reports, isCsv: false));

    public long Instant => instant;

    public IReadOnlyList<Disclosure> Measures => measures;

    public IReadOnlyList<Disclosure> Reports => reports;

    public FigureTable Figures(bool isCsv) => (isCsv ? csv : json).Value;
}
