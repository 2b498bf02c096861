using System.Runtime.CompilerServices;
using System.Text;

namespace Interop.Sharing.Redaction;

/// <summary>A growing buffer whose end can be taken back: what turns out hidden is cut off again.</summary>
internal sealed class ByteSink
{
    private byte[] buffer = new byte[4096];

    public int Length { get; set; }

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, Length);

    public void Write(byte value)
    {
        Reserve(1);
        buffer[Length++] = value;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>A string as it stands in the source, escapes and all.</summary>
    public void WriteQuoted(ReadOnlySpan<byte> escaped)
    {
        Reserve(escaped.Length + 2);
        buffer[Length] = (byte)'"';
        escaped.CopyTo(buffer.AsSpan(Length + 1));
        Length += escaped.Length + 2;
        buffer[Length - 1] = (byte)'"';
    }

    /// <summary>A type name or an id, which are ASCII.</summary>
    public void WriteAscii(string text)
    {
        Reserve(text.Length);
        Length += Encoding.ASCII.GetBytes(text, buffer.AsSpan(Length));
    }

    public void WriteQuotedAscii(string text)
    {
        Write((byte)'"');
        WriteAscii(text);
        Write((byte)'"');
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int count)
    {
        if (buffer.Length - Length < count)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, Length + count));
        }
    }
}
