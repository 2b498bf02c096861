using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Profiles;

/// <summary>
/// All extensions of a resource against the loaded definitions that their URLs name (https://hl7.org/fhir/R4/defining-extensions.html).
/// One walk over the tape; it recurses once per level, and the levels are bounded.
/// </summary>
internal sealed class ExtensionPass(ProfilePass pass)
{
    private static readonly FhirType Extension = FhirFacts.R4.Type("Extension")!;

    public void Run()
    {
        if (pass.Set.HasExtensions)
        {
            Value(0, ElementPath.ResourceTypeOf(pass.Utf8.Span, pass.Tape.Nodes, 0)!, null);
        }
    }

    private void Value(int node, FhirType type, PropertyShape? property)
    {
        if (pass.Tape[node].Kind == TapeKind.Array)
        {
            for (var item = node + 1; item < pass.Tape[node].Next; item = pass.Tape[item].Next)
            {
                Value(item, type, property);
            }
        }
        else if (pass.Tape[node].Kind == TapeKind.Object)
        {
            Object(node, type.IsResource ? ElementPath.ResourceTypeOf(pass.Utf8.Span, pass.Tape.Nodes, node) ?? type : type, property);
        }
    }

    private void Object(int node, FhirType type, PropertyShape? property)
    {
        for (var child = node + 1; child < pass.Tape[node].Next; child = pass.Tape[child].Next)
        {
            var name = pass.Utf8.Span.Slice(pass.Tape[child].NameStart, pass.Tape[child].NameLength);
            if (type.Shape.Properties.Find(name) is not { } shape)
            {
                continue;
            }

            if (shape.Type == Extension)
            {
                for (var item = child + 1; item < pass.Tape[child].Next; item = pass.Tape[item].Next)
                {
                    Check(item, node, type, property);
                }
            }

            Value(child, shape.Type, shape);
        }
    }

    private void Check(int node, int host, FhirType type, PropertyShape? property)
    {
        if (pass.Place(node).ChildText("url"u8) is not { } url || pass.Set.Find(url) is not { Type: "Extension" } definition)
        {
            return;
        }

        if (definition.Contexts.Count > 0 && !definition.Contexts.Any(context => Allows(context, host, type, property?.Facts.Path)))
        {
            pass.Misplaced(definition, node);
        }

        pass.Profile(definition, new(Extension, node));
    }

    private bool Allows((string Type, string Expression) context, int host, FhirType type, string? path) => context.Type switch
    {
        "element" => type.Is(context.Expression)
            || type.Path == context.Expression
            || context.Expression == "Element"
            || path == context.Expression
            || (path is not null && path.EndsWith("[x]", StringComparison.Ordinal) && path[..^3] == context.Expression),
        "extension" => type == Extension && pass.Place(host).ChildText("url"u8) == context.Expression,
        _ => true,
    };
}
