using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Search.Index;

/// <summary>Dates: https://hl7.org/fhir/R4/search.html#date. A Timing counts with its outer limits.</summary>
internal static class DateEntries
{
    public static void Add(Evaluation evaluation, TimeZoneInfo? zone, string parameter, PathItem item, List<IndexEntry> entries)
    {
        var interval = item.Type.Name switch
        {
            "Period" => Period(evaluation, zone, item.Node),
            "Timing" => Timing(evaluation, zone, item.Node),
            _ when item.Type.Kind is PrimitiveKind.Date or PrimitiveKind.DateTime or PrimitiveKind.Instant =>
                Single(evaluation, zone, item.Node),
            _ => null,
        };
        if (interval is { } found)
        {
            entries.Add(new DateEntry(parameter, found.Low, found.High));
        }
    }

    private static DateInterval? Single(Evaluation evaluation, TimeZoneInfo? zone, int node) =>
        node >= 0 && evaluation.Tape[node].Kind == TapeKind.String ? DateInterval.TryParse(evaluation.Raw(node), zone) : null;

    private static DateInterval? Period(Evaluation evaluation, TimeZoneInfo? zone, int node)
    {
        var start = Single(evaluation, zone, evaluation.Child(node, "start"u8));
        var end = Single(evaluation, zone, evaluation.Child(node, "end"u8));
        return start is null && end is null ? null : new(start?.Low ?? long.MinValue, end?.High ?? long.MaxValue);
    }

    private static DateInterval? Timing(Evaluation evaluation, TimeZoneInfo? zone, int node)
    {
        var repeat = evaluation.Child(node, "repeat"u8);
        var limits = repeat < 0 ? null : Period(evaluation, zone, evaluation.Child(repeat, "boundsPeriod"u8));
        var events = evaluation.Child(node, "event"u8);
        if (events >= 0 && evaluation.Tape[events].Kind == TapeKind.Array)
        {
            for (var item = events + 1; item < evaluation.Tape[events].Next; item = evaluation.Tape[item].Next)
            {
                if (Single(evaluation, zone, item) is { } moment)
                {
                    limits = limits is { } known ? new(Math.Min(known.Low, moment.Low), Math.Max(known.High, moment.High)) : moment;
                }
            }
        }

        return limits;
    }
}
