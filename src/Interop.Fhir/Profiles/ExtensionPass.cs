using Interop.Fhir.Json;
using Interop.Fhir.Patch;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Profiles;

/// <summary>All extensions of a resource against the loaded definitions that their URLs name
/// (https://hl7.org/fhir/R4/defining-extensions.html).</summary>
internal sealed class ExtensionPass(ProfilePass pass)
{
    private static readonly FhirType Extension = FhirFacts.R4.Type("Extension")!;

    public void Run()
    {
        if (!pass.Set.HasExtensions)
        {
            return;
        }

        for (var node = 1; node < pass.Tape.Count; node++)
        {
            if (IsExtensions(node))
            {
                foreach (var item in pass.Place(node).Children())
                {
                    if (item.ChildText("url"u8) is { } url && pass.Set.Find(url) is { Type: "Extension" } definition)
                    {
                        Check(definition, item.Node);
                    }
                }
            }
        }
    }

    private bool IsExtensions(int node)
    {
        ref readonly var value = ref pass.Tape[node];
        return value.Kind == TapeKind.Array
            && value.NameLength > 0
            && pass.Utf8.Span.Slice(value.NameStart, value.NameLength) is var name
            && (name.SequenceEqual("extension"u8) || name.SequenceEqual("modifierExtension"u8));
    }

    private void Check(ProfileFacts definition, int node)
    {
        var place = TypedPlace.At(pass.Utf8.Span, pass.Tape, pass.Tape[node].Start);
        if (definition.Contexts.Count > 0 && place is { Holder: >= 0 } found
            && !definition.Contexts.Any(context => Allows(context, found.Holder)))
        {
            pass.Misplaced(definition, node);
        }

        pass.Profile(definition, new(Extension, node));
    }

    private bool Allows((string Type, string Expression) context, int host)
    {
        if (TypedPlace.At(pass.Utf8.Span, pass.Tape, pass.Tape[host].Start) is not { Type: { } type } place)
        {
            return true;
        }

        return context.Type switch
        {
            "element" => type.Is(context.Expression)
                || type.Path == context.Expression
                || context.Expression == "Element"
                || place.Property?.Facts.Path == context.Expression
                || $"{place.Property?.Facts.Path}[x]" == context.Expression,
            "extension" => type.Name == "Extension" && pass.Place(host).ChildText("url"u8) == context.Expression,
            _ => true,
        };
    }
}
