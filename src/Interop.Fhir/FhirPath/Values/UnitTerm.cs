using System.Globalization;

namespace Interop.Fhir.FhirPath.Values;

/// <summary>A unit as a factor times powers of base units: <c>mm[Hg]</c>, <c>g/m</c>, <c>10*3/uL</c>.</summary>
/// <param name="Dimension">The canonical unit, such as <c>g.m-1.s-2</c>; <c>1</c> for none.</param>
internal sealed record UnitTerm(decimal Factor, string Dimension)
{
    private const int LongestUnit = 100;

    /// <summary>Null for a unit that is not built from <see cref="UnitAtoms"/>.</summary>
    public static UnitTerm? Parse(string unit)
    {
        if (unit.Length > LongestUnit)
        {
            return null;
        }

        try
        {
            var reader = new Reader(unit);
            return reader.Term(0) is { } parsed && reader.IsAtEnd ? new(parsed.Factor, Write(parsed.Powers)) : null;
        }
        catch (OverflowException)
        {
            return null; // smaller or larger than a decimal holds
        }
    }

    public static string Multiply(string left, string right, int sign)
    {
        var powers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        Add(powers, new Reader(left).Term(0)!.Value.Powers, 1);
        Add(powers, new Reader(right).Term(0)!.Value.Powers, sign);
        return Write(powers);
    }

    private static void Add(SortedDictionary<string, int> powers, SortedDictionary<string, int> more, int sign)
    {
        foreach (var (unit, power) in more)
        {
            powers[unit] = powers.GetValueOrDefault(unit) + (sign * power);
        }
    }

    private static string Write(SortedDictionary<string, int> powers)
    {
        var text = string.Join('.', powers.Where(power => power.Value != 0)
            .Select(power => power.Key + (power.Value == 1 ? string.Empty : power.Value.ToString(CultureInfo.InvariantCulture))));
        return text.Length == 0 ? "1" : text;
    }

    private static decimal Power(decimal value, int exponent)
    {
        var result = 1m;
        for (var i = Math.Abs(exponent); i > 0; i--)
        {
            result *= value;
        }

        return exponent < 0 ? 1 / result : result;
    }

    private struct Reader(string text)
    {
        private int position;

        public readonly bool IsAtEnd => position == text.Length;

        public (decimal Factor, SortedDictionary<string, int> Powers)? Term(int depth)
        {
            var (factor, powers, sign) = (1m, new SortedDictionary<string, int>(StringComparer.Ordinal), 1);
            if (Skip('/'))
            {
                sign = -1;
            }

            while (depth < 20)
            {
                if (Component(depth) is not { } component || component.Factor == 0)
                {
                    return null;
                }

                factor = sign > 0 ? factor * component.Factor : factor / component.Factor;
                Add(powers, component.Powers, sign);
                if (Skip('.'))
                {
                    sign = 1;
                }
                else if (Skip('/'))
                {
                    sign = -1;
                }
                else
                {
                    return (factor, powers);
                }
            }

            return null;
        }

        private (decimal Factor, SortedDictionary<string, int> Powers)? Component(int depth)
        {
            if (Skip('('))
            {
                var inner = Term(depth + 1);
                return Skip(')') ? inner : null;
            }

            var start = position;
            var inBrackets = false;
            while (position < text.Length && (inBrackets || text[position] is not ('.' or '/' or '(' or ')' or '{')))
            {
                inBrackets = text[position] == '[' || (inBrackets && text[position] != ']');
                position++;
            }

            var symbol = text[start..position];
            if (Skip('{'))
            {
                var close = text.IndexOf('}', position);
                position = close < 0 ? position : close + 1;
                if (close < 0)
                {
                    return null;
                }
            }
            else if (symbol.Length == 0)
            {
                return null;
            }

            return Simple(symbol);
        }

        private static (decimal Factor, SortedDictionary<string, int> Powers)? Simple(string symbol)
        {
            var none = new SortedDictionary<string, int>(StringComparer.Ordinal);
            if (symbol.Length == 0)
            {
                return (1, none); // an annotation alone counts as one
            }

            if (symbol.All(char.IsAsciiDigit))
            {
                return decimal.TryParse(symbol, CultureInfo.InvariantCulture, out var number) ? (number, none) : null;
            }

            var end = symbol.Length;
            while (end > 0 && (char.IsAsciiDigit(symbol[end - 1]) || symbol[end - 1] is '-' or '+'))
            {
                end--;
            }

            var exponent = 1;
            if (end < symbol.Length
                && (!int.TryParse(symbol.AsSpan(end), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || Math.Abs(exponent) > 30))
            {
                return null;
            }

            if (Atom(symbol[..end]) is not { } atom)
            {
                return null;
            }

            foreach (var unit in atom.Powers.Keys.ToList())
            {
                atom.Powers[unit] *= exponent;
            }

            return (Power(atom.Factor, exponent), atom.Powers);
        }

        private static (decimal Factor, SortedDictionary<string, int> Powers)? Atom(string symbol)
        {
            if (Plain(symbol) is { } plain)
            {
                return plain;
            }

            for (var length = 1; length <= 2 && length < symbol.Length; length++)
            {
                var rest = symbol[length..];
                var isMetric = UnitAtoms.Derived.TryGetValue(rest, out var derived) ? derived.IsMetric : UnitAtoms.Base.Contains(rest);
                if (isMetric && UnitAtoms.Prefixes.TryGetValue(symbol[..length], out var prefix) && Plain(rest) is { } unit)
                {
                    return (prefix * unit.Factor, unit.Powers);
                }
            }

            return null;
        }

        private static (decimal Factor, SortedDictionary<string, int> Powers)? Plain(string symbol)
        {
            if (UnitAtoms.Base.Contains(symbol))
            {
                return (1, new(StringComparer.Ordinal) { [symbol] = 1 });
            }

            return UnitAtoms.Derived.TryGetValue(symbol, out var derived) && new Reader(derived.Of).Term(0) is { } definition
                ? (derived.Factor * definition.Factor, definition.Powers)
                : null;
        }

        private bool Skip(char expected)
        {
            var isThere = position < text.Length && text[position] == expected;
            position += isThere ? 1 : 0;
            return isThere;
        }
    }
}
