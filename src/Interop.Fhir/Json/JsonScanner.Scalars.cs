namespace Interop.Fhir.Json;

/// <summary>Names, literals, numbers and strings.</summary>
internal ref partial struct JsonScanner
{
    private bool Name()
    {
        if (position >= utf8.Length || utf8[position] != (byte)'"')
        {
            return Fail("A property name in double quotes is expected");
        }

        if (!String(out var start, out var end, out var flags))
        {
            return false;
        }

        SkipSpace();
        if (position >= utf8.Length || utf8[position] != (byte)':')
        {
            return Fail("A colon is expected after the property name");
        }

        position++;
        nameStart = start;
        nameLength = end - start;
        nameFlags = flags == TapeFlags.None ? TapeFlags.None : TapeFlags.NameEscaped;
        return true;
    }

    private bool Scalar(byte first)
    {
        switch (first)
        {
            case (byte)'"':
                if (!String(out var start, out var end, out var flags))
                {
                    return false;
                }

                Add(TapeKind.String, start, end, flags);
                return true;
            case (byte)'t':
                return Literal("true"u8, TapeKind.True);
            case (byte)'f':
                return Literal("false"u8, TapeKind.False);
            case (byte)'n':
                return Literal("null"u8, TapeKind.Null);
            default:
                return Number();
        }
    }

    private bool Literal(ReadOnlySpan<byte> literal, TapeKind kind)
    {
        if (!utf8[position..].StartsWith(literal))
        {
            return Fail("Not a JSON value");
        }

        Add(kind, position, position + literal.Length, TapeFlags.None);
        position += literal.Length;
        return true;
    }

    private bool Number()
    {
        var start = position;
        if (utf8[position] == (byte)'-')
        {
            position++;
        }

        if (position < utf8.Length && utf8[position] == (byte)'0')
        {
            position++;
        }
        else if (!Digits())
        {
            position = start;
            return Fail("Not a JSON value");
        }

        if (position < utf8.Length && utf8[position] == (byte)'.')
        {
            position++;
            if (!Digits())
            {
                return Fail("A digit is expected after the decimal point");
            }
        }

        if (position < utf8.Length && utf8[position] is (byte)'e' or (byte)'E')
        {
            position++;
            if (position < utf8.Length && utf8[position] is (byte)'+' or (byte)'-')
            {
                position++;
            }

            if (!Digits())
            {
                return Fail("A digit is expected in the exponent");
            }
        }

        Add(TapeKind.Number, start, position, TapeFlags.None);
        return true;
    }

    private bool Digits()
    {
        var start = position;
        while (position < utf8.Length && char.IsAsciiDigit((char)utf8[position]))
        {
            position++;
        }

        return position > start;
    }

    private bool String(out int start, out int end, out TapeFlags flags)
    {
        start = ++position;
        end = start;
        flags = TapeFlags.None;
        while (true)
        {
            var length = utf8[position..].IndexOfAny(StringBreaks);
            if (length < 0)
            {
                position = utf8.Length;
                return Fail("The text ends inside a string");
            }

            position += length;
            switch (utf8[position])
            {
                case (byte)'"':
                    end = position++;
                    return true;
                case (byte)'\\':
                    if (!Escape(ref flags))
                    {
                        return false;
                    }

                    break;
                default:
                    return Fail("A control character must be escaped inside a string");
            }
        }
    }

    private bool Escape(ref TapeFlags flags)
    {
        flags |= TapeFlags.Escaped;
        var kind = position + 1 < utf8.Length ? utf8[position + 1] : (byte)0;
        switch (kind)
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'n' or (byte)'r' or (byte)'t':
                position += 2;
                return true;
            case (byte)'b' or (byte)'f':
                flags |= TapeFlags.Control;
                position += 2;
                return true;
            case (byte)'u' when JsonText.TryUnit(utf8, position, out var unit):
                return Unit(unit, ref flags);
            default:
                return Fail("Not an escape that JSON knows");
        }
    }

    private bool Unit(char unit, ref TapeFlags flags)
    {
        position += 6;
        if (unit < ' ' && unit is not ('\t' or '\r' or '\n'))
        {
            flags |= TapeFlags.Control;
        }
        else if (char.IsHighSurrogate(unit) && JsonText.TryUnit(utf8, position, out var low) && char.IsLowSurrogate(low))
        {
            position += 6;
        }
        else if (char.IsSurrogate(unit))
        {
            flags |= TapeFlags.LoneSurrogate;
        }

        return true;
    }
}
