using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Http;
using Interop.Sharing.Redaction;

namespace Interop.Server.Measures.Collecting;

/// <summary>
/// A MeasureReport of type data-collection: of which measure and time some resources are, and which. It has no figure, and is not kept.
/// </summary>
internal sealed class DataCollection : IOwnAnswer
{
    private DataCollection(MeasureReport report) => Json = AuthoredJson.Of(report);

    public ReadOnlyMemory<byte> Json { get; }

    /// <param name="subject">Id of the Patient whom alone it is about; null for all.</param>
    /// <param name="found">What the caller is shown.</param>
    /// <param name="instant">UTC microseconds.</param>
    public static DataCollection Of(
        CrisisMeasure measure,
        DateOnly first,
        DateOnly last,
        string? subject,
        string custodian,
        IReadOnlyList<Disclosure> found,
        long instant) =>
        new(new MeasureReport
        {
            Status = MeasureReport.MeasureReportStatus.Complete,
            Type = MeasureReport.MeasureReportType.DataCollection,
            Measure = measure.Canonical,
            Subject = subject is null ? null : new($"Patient/{subject}"),
            Date = Instants.ToDateTimeOffset(instant).ToDateTimeText(),
            Reporter = new($"Organization/{custodian}"),
            Period = new() { Start = Text(first), End = Text(last) },
            EvaluatedResource = [.. found.Select(one => new ResourceReference(one.Key.ToString()))],
        });

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
