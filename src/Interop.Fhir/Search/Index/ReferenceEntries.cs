using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Search.Index;

/// <summary>
/// References: https://hl7.org/fhir/R4/search.html#reference. A Reference with both a literal and an identifier gives two entries.
/// </summary>
internal static class ReferenceEntries
{
    public static void Add(Evaluation evaluation, string parameter, PathItem item, List<IndexEntry> entries)
    {
        if (item.Type.IsResource)
        {
            // Bundle.entry[0].resource: the resource itself stands where the reference would.
            if (evaluation.ChildText(item.Node, "id"u8) is { } id)
            {
                entries.Add(new ReferenceEntry(parameter, item.Type.Name, id, null, null, null, null));
            }
        }
        else if (item.Type.Is("Reference"))
        {
            Reference(evaluation, parameter, item.Node, entries);
        }
        else if (item.Type.Kind != PrimitiveKind.None && evaluation.Text(item) is { } canonical)
        {
            entries.Add(new ReferenceEntry(parameter, null, null, null, canonical, null, null));
        }
    }

    private static void Reference(Evaluation evaluation, string parameter, int node, List<IndexEntry> entries)
    {
        var type = evaluation.ChildText(node, "type"u8);
        var literal = evaluation.ChildText(node, "reference"u8);
        if (literal is not null)
        {
            var split = ReferenceText.Split(literal);
            entries.Add(split is { IsRelative: true } key
                ? new(parameter, key.Type, key.Id, key.Version, null, null, null)
                : new ReferenceEntry(parameter, split?.Type ?? type, null, null, literal, null, null));
        }

        var identifier = evaluation.Child(node, "identifier"u8);
        var (system, value) = (evaluation.ChildText(identifier, "system"u8), evaluation.ChildText(identifier, "value"u8));
        if (system is not null || value is not null)
        {
            entries.Add(new ReferenceEntry(parameter, type, null, null, null, system, value is null ? null : TokenCase.Fold(value)));
        }
    }
}
