using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Interop.Fhir.Json;

namespace Interop.Fhir.Validation;

/// <summary>What an Attachment says of its data: https://hl7.org/fhir/R4/datatypes.html#Attachment.</summary>
internal ref partial struct ValidationPass
{
    private void Attachment(int node)
    {
        var data = Child(node, "data"u8);
        var (size, hash) = (Child(node, "size"u8), Child(node, "hash"u8));
        var isStated = (size >= 0 && nodes[size].Kind == TapeKind.Number) || (hash >= 0 && nodes[hash].Kind == TapeKind.String);
        if (data < 0 || !isStated || nodes[data].Kind != TapeKind.String)
        {
            return;
        }

        var bytes = ArrayPool<byte>.Shared.Rent(nodes[data].End - nodes[data].Start);
        if (Decode(data, bytes) is >= 0 and var length) // what is not base64 is an issue of its own
        {
            Size(size, length);
            Hash(hash, bytes.AsSpan(0, length));
        }

        ArrayPool<byte>.Shared.Return(bytes);
    }

    private void Size(int size, int length)
    {
        if (size >= 0 && Utf8Parser.TryParse(utf8[nodes[size].Start..nodes[size].End], out int stated, out _) && stated != length)
        {
            Add(size, "value", "Attachment.size: the number of bytes of the data, before they are encoded in base64.");
        }
    }

    private void Hash(int hash, ReadOnlySpan<byte> bytes)
    {
        if (hash < 0 || nodes[hash].Kind != TapeKind.String)
        {
            return;
        }

        var stated = ArrayPool<byte>.Shared.Rent(nodes[hash].End - nodes[hash].Start);
#pragma warning disable CA5350 // R4 says SHA-1, against damage and not against malice
        var actual = SHA1.HashData(bytes);
#pragma warning restore CA5350
        if (Decode(hash, stated) is >= 0 and var length && !stated.AsSpan(0, length).SequenceEqual(actual))
        {
            Add(hash, "value", "Attachment.hash: the SHA-1 of the data, before they are encoded in base64.");
        }

        ArrayPool<byte>.Shared.Return(stated);
    }

    /// <summary>The bytes that a value stands for, and how many they are; -1 where it is no base64.</summary>
    private readonly int Decode(int node, byte[] bytes)
    {
        var text = utf8[nodes[node].Start..nodes[node].End];
        byte[]? plain = null;
        if ((nodes[node].Flags & TapeFlags.Escaped) != 0)
        {
            plain = ArrayPool<byte>.Shared.Rent(text.Length);
            text = plain.AsSpan(0, JsonText.Unescape(text, plain));
        }

        var status = Base64.DecodeFromUtf8(text, bytes, out _, out var length);
        if (plain is not null)
        {
            ArrayPool<byte>.Shared.Return(plain);
        }

        return status == OperationStatus.Done ? length : -1;
    }
}
