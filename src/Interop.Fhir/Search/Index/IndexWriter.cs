using System.Globalization;
using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Search.Index;

/// <summary>Turns the items that an expression yields into index entries, by the parameter's type and the item's.</summary>
internal sealed class IndexWriter(Evaluation evaluation, TimeZoneInfo? zone, CodeCase codeCase)
{
    public void Write(string parameter, SearchParameterType type, PathItem item, List<IndexEntry> entries)
    {
        switch (type)
        {
            case SearchParameterType.Token:
                TokenEntries.Add(evaluation, codeCase, parameter, item, entries);
                break;
            case SearchParameterType.String:
                StringEntries.Add(evaluation, parameter, item, entries);
                break;
            case SearchParameterType.Date:
                DateEntries.Add(evaluation, zone, parameter, item, entries);
                break;
            case SearchParameterType.Number:
                Number(parameter, item, entries);
                break;
            case SearchParameterType.Quantity:
                QuantityEntries.Add(evaluation, parameter, item, entries);
                break;
            case SearchParameterType.Reference:
                ReferenceEntries.Add(evaluation, parameter, item, entries);
                break;
            case SearchParameterType.Uri when evaluation.Text(item) is { } uri:
                entries.Add(new UriEntry(parameter, uri));
                break;
            case SearchParameterType.Special:
                Position(parameter, item, entries);
                break;
        }
    }

    private void Number(string parameter, PathItem item, List<IndexEntry> entries)
    {
        if (item.Type.Name == "Range")
        {
            if (QuantityEntries.Range(evaluation, item) is { } range)
            {
                entries.Add(new NumberEntry(parameter, range.Low, range.High));
            }
        }
        else if (evaluation.Text(item) is { } text && NumberInterval.TryParse(text) is { } interval)
        {
            // An integer type counts: its value is exact.
            var isExact = item.Type.Kind is PrimitiveKind.Integer or PrimitiveKind.PositiveInt or PrimitiveKind.UnsignedInt;
            var value = isExact ? double.Parse(text, CultureInfo.InvariantCulture) : 0;
            entries.Add(isExact ? new NumberEntry(parameter, value, value) : new NumberEntry(parameter, interval.Low, interval.High));
        }
    }

    private void Position(string parameter, PathItem item, List<IndexEntry> entries)
    {
        var latitude = evaluation.ChildText(item.Node, "latitude"u8);
        var longitude = evaluation.ChildText(item.Node, "longitude"u8);
        if (latitude is not null && longitude is not null
            && double.TryParse(latitude, CultureInfo.InvariantCulture, out var north)
            && double.TryParse(longitude, CultureInfo.InvariantCulture, out var east))
        {
            entries.Add(new PositionEntry(parameter, north, east));
        }
    }
}
