using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Json;

namespace Interop.Fhir.Search.Index;

/// <summary>Tokens: https://hl7.org/fhir/R4/search.html#token, by the table of data types there.</summary>
internal static class TokenEntries
{
    public static void Add(Evaluation evaluation, CodeCase codeCase, string parameter, PathItem item, List<IndexEntry> entries)
    {
        switch (item.Type.Name)
        {
            case "CodeableConcept":
                Concept(evaluation, codeCase, parameter, item.Node, entries);
                break;
            case "Coding":
                Coding(evaluation, codeCase, parameter, item.Node, entries);
                break;
            case "Identifier":
                var type = evaluation.ChildText(evaluation.Child(item.Node, "type"u8), "text"u8);
                Token(parameter, evaluation.ChildText(item.Node, "system"u8), Typed(evaluation, item), type, entries);
                break;
            case "ContactPoint":
                Token(parameter, evaluation.ChildText(item.Node, "system"u8), Typed(evaluation, item), null, entries);
                break;
            default:
                Primitive(evaluation, codeCase, parameter, item, entries);
                break;
        }
    }

    private static string? Typed(Evaluation evaluation, PathItem item) =>
        evaluation.ChildText(item.Node, "value"u8) is { } value ? TokenCase.Fold(value) : null;

    // The system of a code element is the one that its value set draws the code from: the element cannot say it itself.
    private static void Primitive(Evaluation evaluation, CodeCase codeCase, string parameter, PathItem item, List<IndexEntry> entries)
    {
        var text = item.Value is bool computed ? (computed ? "true" : "false") : evaluation.Text(item);
        var system = text is null ? null : item.Codes?.SystemOf(text);
        Token(parameter, system, codeCase.Indexed(system, text), null, entries);
    }

    private static void Concept(Evaluation evaluation, CodeCase codeCase, string parameter, int concept, List<IndexEntry> entries)
    {
        var codings = evaluation.Child(concept, "coding"u8);
        if (codings >= 0 && evaluation.Tape[codings].Kind == TapeKind.Array)
        {
            for (var coding = codings + 1; coding < evaluation.Tape[codings].Next; coding = evaluation.Tape[coding].Next)
            {
                Coding(evaluation, codeCase, parameter, coding, entries);
            }
        }

        Token(parameter, null, null, evaluation.ChildText(concept, "text"u8), entries);
    }

    private static void Coding(Evaluation evaluation, CodeCase codeCase, string parameter, int coding, List<IndexEntry> entries)
    {
        var system = evaluation.ChildText(coding, "system"u8);
        var code = codeCase.Indexed(system, evaluation.ChildText(coding, "code"u8));
        Token(parameter, system, code, evaluation.ChildText(coding, "display"u8), entries);
    }

    private static void Token(string parameter, string? system, string? code, string? text, List<IndexEntry> entries)
    {
        if (system is not null || code is not null || text is not null)
        {
            entries.Add(new TokenEntry(parameter, system, code, text));
        }
    }
}
