using System.Text;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Validation;

/// <summary>The values of primitives, and what codes and references may say.</summary>
internal ref partial struct ValidationPass
{
    private static ReadOnlySpan<byte> OfR4 => "http://hl7.org/fhir/"u8;

    private void Primitive(int node, PropertyShape property)
    {
        ref readonly var value = ref nodes[node];
        var expected = property.Kind switch
        {
            PrimitiveKind.Boolean => value.Kind is TapeKind.True or TapeKind.False,
            PrimitiveKind.Decimal or PrimitiveKind.Integer or PrimitiveKind.UnsignedInt or PrimitiveKind.PositiveInt =>
                value.Kind == TapeKind.Number,
            _ => value.Kind == TapeKind.String,
        };
        if (!expected)
        {
            Add(node, "structure", $"A value of type {property.Type.Name} is expected here.");
            return;
        }

        if ((value.Flags & (TapeFlags.LoneSurrogate | TapeFlags.Control)) != 0)
        {
            var isControl = (value.Flags & TapeFlags.Control) != 0;
            Add(
                node,
                "value",
                isControl
                    ? "Control characters other than tab, CR and LF are not allowed."
                    : "Half of a surrogate pair is not a character.");
            return;
        }

        var text = utf8[value.Start..value.End];
        if (
            (value.Flags & TapeFlags.Escaped) != 0
                && property.Kind is not (PrimitiveKind.String or PrimitiveKind.Markdown or PrimitiveKind.Xhtml))
        {
            var plain = new byte[text.Length];
            text = plain.AsSpan(0, JsonText.Unescape(text, plain));
        }

        if (!PrimitiveSyntax.IsValid(property.Kind, text))
        {
            Add(node, "value", PrimitiveSyntax.Rule(property.Kind));
        }
        else if (property.Codes is { } codes && !codes.Has(text))
        {
            Add(node, "code-invalid", $"The code is not in the required value set {codes.Url}.");
        }
        else if (property.IsLanguage && !PrimitiveSyntax.IsLanguage(text))
        {
            Add(node, "code-invalid", "Not a language tag (BCP 47).");
        }
        else if (level != InvariantLevel.None)
        {
            Uri(node, property, text);
            if (property.Facts.Rules.Count > 0)
            {
                Check(node, property);
            }
        }
    }

    private void Uri(int node, PropertyShape property, ReadOnlySpan<byte> text)
    {
        if (property.IsAbsolute && !IsAbsolute(Encoding.UTF8.GetString(text)))
        {
            Add(node, "value", $"{property.Facts.Path}: an absolute URI; urn:uuid: and urn:oid: are some.");
        }
        else if (property.Kind == PrimitiveKind.Canonical && property.Targets.Length > 0 && text.StartsWith(OfR4))
        {
            CanonicalTarget(node, property, text[OfR4.Length..]);
        }
    }

    // R4 calls its own artifacts http://hl7.org/fhir/[type]/[id], so the address says what it names; other addresses do not.
    private void CanonicalTarget(int node, PropertyShape property, ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'/');
        if (end > 0 && FhirFacts.R4.Resource(rest[..end]) is { } type && !property.Targets.Contains(type.Name)
            && !property.Targets.Contains("Resource"))
        {
            Add(node, "value", $"This canonical may name {string.Join(", ", property.Targets)} only.");
        }
    }

    private void Target(int node, PropertyShape property)
    {
        var child = Child(node, "reference"u8);
        if (child < 0 || nodes[child].Kind != TapeKind.String || (nodes[child].Flags & TapeFlags.Escaped) != 0)
        {
            return;
        }

        var text = utf8[nodes[child].Start..nodes[child].End];
        var end = text.IndexOfAny((byte)'/', (byte)'?');
        if (end <= 0 || text[0] == (byte)'#' || text[..end].Contains((byte)':'))
        {
            return; // contained, absolute, urn: or logical: what they point at is not said here
        }

        if (FhirFacts.R4.Resource(text[..end]) is not { } type)
        {
            Add(child, "value", "A relative reference starts with a resource type of R4.");
        }
        else if (!property.Targets.Contains(type.Name) && !property.Targets.Contains("Resource"))
        {
            Add(child, "value", $"This reference may point at {string.Join(", ", property.Targets)} only.");
        }
    }

    private void Concept(int node, CodeSet codes)
    {
        var codings = Child(node, "coding"u8);
        if (codings >= 0 && nodes[codings].Kind == TapeKind.Array)
        {
            for (var coding = codings + 1; coding < nodes[codings].Next; coding = nodes[coding].Next)
            {
                var system = Child(coding, "system"u8);
                var code = Child(coding, "code"u8);
                if (system >= 0 && code >= 0
                    && codes.Has(utf8[nodes[system].Start..nodes[system].End], utf8[nodes[code].Start..nodes[code].End]))
                {
                    return;
                }
            }
        }

        Add(node, "code-invalid", $"At least one coding must be from the required value set {codes.Url}.");
    }
}
