using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Interop.Fhir.FhirPath;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;

namespace Interop.Fhir.References;

/// <summary>
/// The addresses inside a resource that came in a Bundle (https://hl7.org/fhir/R4/bundle.html#references and
/// https://hl7.org/fhir/R4/http.html#trules): those of its References, its elements of type uri, url, oid and uuid, and the links and
/// pictures of its narrative. Canonical ones name what they name by themselves and are left alone; so is what a resource holds as content,
/// as a document holds entries. Every byte that is no such address stays.
/// </summary>
public static partial class BundleAddresses
{
    /// <summary>Relative addresses (<c>Patient/1</c>) below the base of another server, from which the resource came.</summary>
    /// <param name="foreignBase">Without a slash at the end.</param>
    public static byte[] Ground(ReadOnlyMemory<byte> resource, string foreignBase) =>
        Change(resource, text => ReferenceText.Split(text) is { IsRelative: true } ? $"{foreignBase}/{text}" : null);

    /// <summary>Other addresses for some; what follows a <c>#</c> stays.</summary>
    /// <param name="replacement">The new address for an old one, or null to keep it.</param>
    public static byte[] Rewrite(ReadOnlyMemory<byte> resource, Func<string, string?> replacement) => Change(resource, text =>
    {
        var fragment = text.IndexOf('#', StringComparison.Ordinal);
        return fragment <= 0 ? replacement(text) : replacement(text[..fragment]) is { } changed ? changed + text[fragment..] : null;
    });

    private static byte[] Change(ReadOnlyMemory<byte> resource, Func<string, string?> change)
    {
        var utf8 = ByteOrderMark.Skip(resource);
        using var tape = JsonTape.TryRead(utf8.Span, out _);
        if (tape is null)
        {
            return utf8.ToArray(); // what is no JSON is refused by whoever checks it
        }

        var walk = new Walk(utf8, tape, change);
        walk.Run();
        return walk.Output();
    }

    [GeneratedRegex(
        """(?<before>\b(?:href|src)\s*=\s*)(?<quote>["'])(?<address>.*?)\k<quote>""", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Links();

    /// <summary>
    /// One walk over the tape beside the facts of the types. The validator bounds the depth, so the recursion is bounded too.
    /// </summary>
    private sealed class Walk(ReadOnlyMemory<byte> utf8, JsonTape tape, Func<string, string?> change)
    {
        private readonly ArrayBufferWriter<byte> output = new(utf8.Length + 64);
        private int copied;

        public void Run()
        {
            if (ElementPath.ResourceTypeOf(utf8.Span, tape.Nodes, 0) is { } type)
            {
                Object(0, type);
            }
        }

        public byte[] Output()
        {
            output.Write(utf8.Span[copied..]);
            return output.WrittenSpan.ToArray();
        }

        private void Object(int node, FhirType type)
        {
            for (var child = node + 1; child < tape[node].Next; child = tape[child].Next)
            {
                var name = utf8.Span.Slice(tape[child].NameStart, tape[child].NameLength);
                if (type.Shape.Properties.Find(name) is not { } shape)
                {
                    continue;
                }

                if (type.Role == TypeRole.Reference && shape.Facts.Name == "reference")
                {
                    Text(child, change);
                }
                else if (tape[child].Kind == TapeKind.Array)
                {
                    for (var item = child + 1; item < tape[child].Next; item = tape[item].Next)
                    {
                        Value(item, shape);
                    }
                }
                else
                {
                    Value(child, shape);
                }
            }
        }

        private void Value(int node, PropertyShape shape)
        {
            if (tape[node].Kind == TapeKind.Object)
            {
                var type = !shape.Type.IsResource ? shape.IsTwin ? FhirFacts.R4.Type("Element") : shape.Type
                    : shape.Facts.Name == "contained" ? ElementPath.ResourceTypeOf(utf8.Span, tape.Nodes, node)
                    : null;
                if (type is not null)
                {
                    Object(node, type);
                }

                return;
            }

            switch (shape.Kind)
            {
                case PrimitiveKind.Uri or PrimitiveKind.Url or PrimitiveKind.Oid or PrimitiveKind.Uuid:
                    Text(node, change);
                    break;
                case PrimitiveKind.Xhtml:
                    Text(node, Narrative);
                    break;
            }
        }

        private string? Narrative(string xhtml)
        {
            var changed = Links().Replace(xhtml, link => change(link.Groups["address"].Value) is { } address
                ? $"{link.Groups["before"]}{link.Groups["quote"]}{address}{link.Groups["quote"]}"
                : link.Value);
            return changed == xhtml ? null : changed;
        }

        private void Text(int node, Func<string, string?> replacement)
        {
            var value = tape[node];
            if (value.Kind != TapeKind.String)
            {
                return;
            }

            var (start, end) = (TapeEdit.StartOf(value), TapeEdit.EndOf(value));
            if (replacement(JsonText.Read(utf8.Span, value)) is { } changed)
            {
                output.Write(utf8.Span[copied..start]);
                output.Write(Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(changed, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""));
                copied = end;
            }
        }
    }
}
