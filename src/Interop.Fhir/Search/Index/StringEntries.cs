using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Search.Index;

/// <summary>Strings: https://hl7.org/fhir/R4/search.html#string. Every part of a name or address can be found by itself.</summary>
internal static class StringEntries
{
    private static readonly string[] NameParts = ["text", "family", "given", "prefix", "suffix"];
    private static readonly string[] AddressParts = ["text", "line", "city", "district", "state", "postalCode", "country"];

    public static void Add(Evaluation evaluation, string parameter, PathItem item, List<IndexEntry> entries)
    {
        switch (item.Type.Name)
        {
            case "HumanName":
                Parts(evaluation, parameter, item.Node, NameParts, entries);
                break;
            case "Address":
                Parts(evaluation, parameter, item.Node, AddressParts, entries);
                break;
            case "CodeableConcept":
                Text(parameter, evaluation.ChildText(item.Node, "text"u8), entries);
                break;
            default:
                Text(parameter, item.Type.Kind == PrimitiveKind.None ? null : evaluation.Text(item), entries);
                break;
        }
    }

    private static void Parts(Evaluation evaluation, string parameter, int parent, string[] parts, List<IndexEntry> entries)
    {
        var tape = evaluation.Tape;
        for (var child = parent + 1; parent >= 0 && child < tape[parent].Next; child = tape[child].Next)
        {
            if (!IsPart(evaluation.Utf8.Span.Slice(tape[child].NameStart, tape[child].NameLength), parts))
            {
                continue;
            }

            if (tape[child].Kind != TapeKind.Array)
            {
                Text(parameter, evaluation.Text(child), entries);
                continue;
            }

            for (var item = child + 1; item < tape[child].Next; item = tape[item].Next)
            {
                Text(parameter, evaluation.Text(item), entries);
            }
        }
    }

    private static bool IsPart(ReadOnlySpan<byte> name, string[] parts)
    {
        foreach (var part in parts)
        {
            if (System.Text.Ascii.Equals(name, part))
            {
                return true;
            }
        }

        return false;
    }

    private static void Text(string parameter, string? text, List<IndexEntry> entries)
    {
        if (text is not null)
        {
            entries.Add(new StringEntry(parameter, text, StringFolding.Fold(text)));
        }
    }
}
