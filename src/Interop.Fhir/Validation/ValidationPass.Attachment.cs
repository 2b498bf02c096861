using System.Buffers;
using System.Buffers.Text;
using Interop.Fhir.Json;

namespace Interop.Fhir.Validation;

/// <summary>What an Attachment says of its data: https://hl7.org/fhir/R4/datatypes.html#Attachment.</summary>
internal ref partial struct ValidationPass
{
    private void Attachment(int node)
    {
        var data = Child(node, "data"u8);
        var size = Child(node, "size"u8);
        if (data < 0 || size < 0 || nodes[data].Kind != TapeKind.String || nodes[size].Kind != TapeKind.Number)
        {
            return;
        }

        var isSize = Utf8Parser.TryParse(utf8[nodes[size].Start..nodes[size].End], out int stated, out _);
        if (isSize && DecodedLength(data) is >= 0 and var length && length != stated)
        {
            Add(size, "value", "Attachment.size: the number of bytes of the data, before they are encoded in base64.");
        }
    }

    /// <summary>The bytes that base64 stands for, counted and not decoded; -1 where it is none, which is an issue of its own.</summary>
    private readonly int DecodedLength(int node)
    {
        var text = utf8[nodes[node].Start..nodes[node].End];
        byte[]? plain = null;
        if ((nodes[node].Flags & TapeFlags.Escaped) != 0)
        {
            plain = ArrayPool<byte>.Shared.Rent(text.Length);
            text = plain.AsSpan(0, JsonText.Unescape(text, plain));
        }

        var length = PrimitiveSyntax.IsValid(Schema.PrimitiveKind.Base64Binary, text) ? Count(text) : -1;
        if (plain is not null)
        {
            ArrayPool<byte>.Shared.Return(plain);
        }

        return length;
    }

    private static int Count(ReadOnlySpan<byte> base64)
    {
        var spaces = base64.Count((byte)' ') + base64.Count((byte)'\n') + base64.Count((byte)'\r') + base64.Count((byte)'\t');
        return ((base64.Length - spaces) / 4 * 3) - base64.Count((byte)'=');
    }
}
