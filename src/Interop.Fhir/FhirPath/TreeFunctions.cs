using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;

namespace Interop.Fhir.FhirPath;

/// <summary>Movement through resources: children and descendants, extensions, references, narrative.</summary>
internal static class TreeFunctions
{
    public static readonly (string Name, PathFunction Function)[] All =
    [
        ("children", new(0, 0, Children)),
        ("descendants", new(0, 0, Descendants)),
        ("extension", new(1, 1, Extension)),
        ("resolve", new(0, 0, Resolve)),
        ("htmlChecks", new(0, 0, HtmlChecks)),
    ];

    private static readonly MemberNode ExtensionMember = new(null, "extension", isStrict: false);

    /// <summary>The elements below an item in document order, each primitive together with its twin.</summary>
    public static void AddChildren(Evaluation evaluation, PathItem item, List<PathItem> output)
    {
        var parent = item.Type.Kind == PrimitiveKind.None ? item.Node : item.Twin;
        if (parent < 0 || evaluation.Tape[parent].Kind != TapeKind.Object)
        {
            return;
        }

        var tape = evaluation.Tape;
        var properties = item.Type.Shape.Properties;
        for (var child = parent + 1; child < tape[parent].Next; child = tape[child].Next)
        {
            var name = evaluation.Utf8.Span.Slice(tape[child].NameStart, tape[child].NameLength);
            if (properties.Find(name) is not { } property)
            {
                continue;
            }

            var isTwin = property.IsTwin;
            var other = property.Kind == PrimitiveKind.None ? -1
                : isTwin ? tape.Find(evaluation.Utf8.Span, parent, name[1..])
                : tape.Find(evaluation.Utf8.Span, parent, [(byte)'_', .. name]);
            if (!isTwin || other < 0)
            {
                MemberNode.Emit(evaluation, property, isTwin ? -1 : child, isTwin ? child : other, output);
            }
        }
    }

    private static void Children(FunctionCall call, List<PathItem> output)
    {
        foreach (var item in call.Items)
        {
            AddChildren(call.Evaluation, item, output);
        }
    }

    private static void Descendants(FunctionCall call, List<PathItem> output)
    {
        var next = output.Count;
        Children(call, output);
        for (; next < output.Count; next++)
        {
            call.Evaluation.Spend(1);
            AddChildren(call.Evaluation, output[next], output);
        }
    }

    private static void Extension(FunctionCall call, List<PathItem> output)
    {
        if (call.ArgumentText(0) is not { } url)
        {
            return;
        }

        var found = call.Evaluation.Rent();
        foreach (var item in call.Items)
        {
            ExtensionMember.Evaluate(call.Evaluation, item, found);
        }

        foreach (var extension in found)
        {
            if (call.Evaluation.ChildText(extension.Node, "url"u8) == url)
            {
                output.Add(extension);
            }
        }

        call.Evaluation.Return(found);
    }

    private static void HtmlChecks(FunctionCall call, List<PathItem> output)
    {
        if (call.Single() is { } item)
        {
            // On a Narrative the check is about its div: R4 puts the invariants on either.
            var node = item.Type.Kind == PrimitiveKind.None ? call.Evaluation.Child(item.Node, "div"u8) : item.Node;
            output.Add(PathItem.Of(call.Evaluation.Text(node) is { } text && Narrative.Fault(text) is null));
        }
    }

    // A contained resource and an entry of the same Bundle are here; others the caller may give. Where nobody has the resource, the
    // reference itself says the type, and that is all that `where(resolve() is Patient)` asks.
    private static void Resolve(FunctionCall call, List<PathItem> output)
    {
        var evaluation = call.Evaluation;
        foreach (var item in call.Items)
        {
            var isObject = item.Node >= 0 && evaluation.Tape[item.Node].Kind == TapeKind.Object;
            var text = isObject ? evaluation.ChildText(item.Node, "reference"u8) : evaluation.Text(item);
            if (text is ['#', .. var id])
            {
                Contained(evaluation, id, output);
            }
            else if ((text is null ? null : Entry(evaluation, text) ?? evaluation.Fetch(text)) is { } resource)
            {
                output.Add(resource);
            }
            else if (ReferenceText.TargetType(text, isObject ? evaluation.ChildText(item.Node, "type"u8) : null) is { } type)
            {
                output.Add(new(type, -1));
            }
        }
    }

    private static void Contained(Evaluation evaluation, string id, List<PathItem> output)
    {
        var container = evaluation.RootResource;
        if (id.Length == 0)
        {
            output.Add(container);
            return;
        }

        var contained = evaluation.Child(container.Node, "contained"u8);
        for (var child = contained + 1; contained >= 0 && child < evaluation.Tape[contained].Next; child = evaluation.Tape[child].Next)
        {
            if (evaluation.ChildText(child, "id"u8) == id && evaluation.ResourceType(child) is { } type)
            {
                output.Add(new(type, child));
                return;
            }
        }
    }

    // https://hl7.org/fhir/R4/bundle.html#references, for the two plain cases: the fullUrl itself, and Type/id at its end.
    private static PathItem? Entry(Evaluation evaluation, string reference)
    {
        if (evaluation.Root.Type.Name != "Bundle" || evaluation.Child(0, "entry"u8) is not (>= 0 and var entries))
        {
            return null;
        }

        for (var entry = entries + 1; entry < evaluation.Tape[entries].Next; entry = evaluation.Tape[entry].Next)
        {
            evaluation.Spend(1);
            var url = evaluation.ChildText(entry, "fullUrl"u8);
            var isIt = url is not null && (url == reference || (ReferenceText.Split(reference) is { IsRelative: true }
                && url.EndsWith("/" + reference, StringComparison.Ordinal)));
            if (isIt && evaluation.Child(entry, "resource"u8) is >= 0 and var resource && evaluation.ResourceType(resource) is { } type)
            {
                return new(type, resource);
            }
        }

        return null;
    }
}
