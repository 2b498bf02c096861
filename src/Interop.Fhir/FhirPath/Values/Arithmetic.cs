namespace Interop.Fhir.FhirPath.Values;

/// <summary>Addition, multiplication and their inverses on values: https://hl7.org/fhirpath/N1/#math-2.</summary>
internal static class Arithmetic
{
    private const int LongestText = 1_000_000;

    /// <summary>
    /// Null for division by zero, for overflow and for units that do not go together. FhirPathException for operands of wrong types.
    /// </summary>
    public static object? Apply(string symbol, object? x, object? y, int position)
    {
        try
        {
            return (x, y) switch
            {
                (string first, string second) when symbol == "+" => Bounded(first + second, position),
                (PathTime time, PathQuantity amount) when symbol is "+" or "-" => Move(time, amount, symbol == "+" ? 1 : -1, position),
                (PathQuantity first, PathQuantity second) => Quantities(symbol, first, second, position),
                (PathQuantity first, int or decimal) when symbol is "*" or "/" =>
                    Quantities(symbol, first, new(PathComparison.Number(y)!.Value, "1"), position),
                (int or decimal, PathQuantity second) when symbol == "*" =>
                    Quantities(symbol, second, new(PathComparison.Number(x)!.Value, "1"), position),
                (int first, int second) => Integers(symbol, first, second, position),
                _ when PathComparison.Number(x) is { } first && PathComparison.Number(y) is { } second =>
                    Decimals(symbol, first, second, position),
                _ => throw Unfit(symbol, position),
            };
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>The same text. FhirPathException where it has grown out of bounds.</summary>
    public static string Bounded(string text, int position) =>
        text.Length <= LongestText ? text : throw new FhirPathException($"A text of more than {LongestText} characters", position);

    private static PathTime? Move(PathTime time, PathQuantity amount, int sign, int position)
    {
        if (amount.TimeUnit() is not { } unit || (time.Kind == TimeKind.Time && unit is "year" or "month"))
        {
            throw new FhirPathException("A date or time is moved by a calendar duration or a definite one", position);
        }

        return time.Add(sign * amount.Value, unit);
    }

    private static PathQuantity? Quantities(string symbol, PathQuantity x, PathQuantity y, int position) => symbol switch
    {
        "*" => PathQuantity.Multiply(x, y, 1),
        "/" => PathQuantity.Multiply(x, y, -1),
        "+" or "-" when x.Unit == y.Unit => x with { Value = symbol == "+" ? x.Value + y.Value : x.Value - y.Value },
        "+" or "-" =>
            PathQuantity.Convert(y, x.Unit) is { } other ? x with { Value = symbol == "+" ? x.Value + other : x.Value - other } : null,
        _ => throw Unfit(symbol, position),
    };

    private static object? Integers(string symbol, int x, int y, int position) => symbol switch
    {
        "+" => checked(x + y),
        "-" => checked(x - y),
        "*" => checked(x * y),
        "/" => y == 0 ? null : (decimal)x / y,
        "div" => y == 0 ? null : checked(x / y),
        "mod" => y is 0 or -1 ? (y == 0 ? null : 0) : x % y,
        _ => throw Unfit(symbol, position),
    };

    private static object? Decimals(string symbol, decimal x, decimal y, int position) => symbol switch
    {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "/" => y == 0 ? null : x / y,
        "div" => y == 0 ? null : decimal.ToInt32(decimal.Truncate(x / y)),
        "mod" => y == 0 ? null : x % y,
        _ => throw Unfit(symbol, position),
    };

    private static FhirPathException Unfit(string symbol, int position) =>
        new($"The operator {symbol} does not take these values", position);
}
