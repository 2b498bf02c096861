using Interop.Fhir.FhirPath.Values;

namespace Interop.Fhir.FhirPath;

/// <summary>Functions on numbers, and the boundaries of partial values: https://hl7.org/fhirpath/N1/#math.</summary>
internal static class NumberFunctions
{
    private const int DefaultDigits = 8;
    private const int MostDigits = 28;

    public static readonly (string Name, PathFunction Function)[] All =
    [
        ("abs", new(0, 0, Abs)),
        ("ceiling", new(0, 0, (call, output) => Whole(call, output, decimal.Ceiling))),
        ("floor", new(0, 0, (call, output) => Whole(call, output, decimal.Floor))),
        ("truncate", new(0, 0, (call, output) => Whole(call, output, decimal.Truncate))),
        ("round", new(0, 1, Round)),
        ("exp", new(0, 0, (call, output) => Real(call, output, Math.Exp))),
        ("ln", new(0, 0, (call, output) => Real(call, output, Math.Log))),
        ("sqrt", new(0, 0, (call, output) => Real(call, output, Math.Sqrt))),
        ("log", new(1, 1, (call, output) => Real(
            call, output, value => Math.Log(value) / Math.Log((double)(PathComparison.Number(call.ArgumentValue(0)) ?? 0))))),
        ("power", new(1, 1, Power)),
        ("lowBoundary", new(0, 1, (call, output) => Boundary(call, output, isHigh: false))),
        ("highBoundary", new(0, 1, (call, output) => Boundary(call, output, isHigh: true))),
        ("precision", new(0, 0, Precision)),
    ];

    private static decimal? Number(FunctionCall call) => call.Value() is { } value
        ? PathComparison.Number(value) ?? throw call.Fault("A number is expected")
        : null;

    private static void Abs(FunctionCall call, List<PathItem> output)
    {
        switch (call.Value())
        {
            case int whole when whole != int.MinValue:
                output.Add(PathItem.Of(Math.Abs(whole)));
                break;
            case PathQuantity quantity:
                output.Add(PathItem.Of(quantity with { Value = Math.Abs(quantity.Value) }));
                break;
            default:
                if (Number(call) is { } number)
                {
                    output.Add(PathItem.Of(Math.Abs(number)));
                }

                break;
        }
    }

    private static void Whole(FunctionCall call, List<PathItem> output, Func<decimal, decimal> round)
    {
        if (Number(call) is { } number && round(number) is >= int.MinValue and <= int.MaxValue and var whole)
        {
            output.Add(PathItem.Of((int)whole));
        }
    }

    private static void Round(FunctionCall call, List<PathItem> output)
    {
        var digits = call.Count == 1 ? call.ArgumentInteger(0) ?? 0 : 0;
        if (digits is < 0 or > MostDigits)
        {
            throw call.Fault("round() takes 0 to 28 digits");
        }

        if (Number(call) is { } number)
        {
            output.Add(PathItem.Of(Math.Round(number, digits, MidpointRounding.AwayFromZero)));
        }
    }

    private static void Real(FunctionCall call, List<PathItem> output, Func<double, double> function)
    {
        if (Number(call) is { } number)
        {
            AddReal(function((double)number), output);
        }
    }

    private static void Power(FunctionCall call, List<PathItem> output)
    {
        if (call.Value() is not { } value || call.ArgumentValue(0) is not { } argument)
        {
            return;
        }

        if (PathComparison.Number(value) is not { } number || PathComparison.Number(argument) is not { } exponent)
        {
            throw call.Fault("power() takes numbers");
        }

        var result = Math.Pow((double)number, (double)exponent);
        if (value is int && argument is int and >= 0 && Math.Abs(result) <= int.MaxValue)
        {
            output.Add(PathItem.Of((int)result));
        }
        else
        {
            AddReal(result, output);
        }
    }

    private static void AddReal(double result, List<PathItem> output)
    {
        if (Math.Abs(result) < 7.9e28)
        {
            output.Add(PathItem.Of((decimal)result));
        }
    }

    // Half a unit of the last written digit to either side: https://build.fhir.org/ig/HL7/FHIRPath/#lowboundary.
    private static void Boundary(FunctionCall call, List<PathItem> output, bool isHigh)
    {
        var digits = call.Count == 1 ? call.ArgumentInteger(0) : null;
        switch (call.Value())
        {
            case PathTime time:
                if (TimeBoundary.Of(time, digits ?? TimeBoundary.DefaultDigits(time), isHigh) is { } moment)
                {
                    output.Add(PathItem.Of(moment));
                }

                break;
            case PathQuantity quantity:
                if (Boundary(quantity.Value, digits ?? DefaultDigits, isHigh) is { } amount)
                {
                    output.Add(PathItem.Of(quantity with { Value = amount }));
                }

                break;
            default:
                if (Number(call) is { } number && Boundary(number, digits ?? DefaultDigits, isHigh) is { } bound)
                {
                    output.Add(PathItem.Of(bound));
                }

                break;
        }
    }

    private static decimal? Boundary(decimal value, int digits, bool isHigh)
    {
        if (digits is < 0 or > MostDigits || value.Scale >= MostDigits)
        {
            return null;
        }

        try
        {
            var half = new decimal(5, 0, 0, false, (byte)(value.Scale + 1));
            var scale = new decimal(1, 0, 0, false, (byte)digits);
            var bound = isHigh ? decimal.Ceiling((value + half) / scale) : decimal.Floor((value - half) / scale);
            return bound * scale;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static void Precision(FunctionCall call, List<PathItem> output)
    {
        switch (call.Value())
        {
            case null:
                break;
            case PathTime time:
                output.Add(PathItem.Of(TimeBoundary.Digits(time)));
                break;
            case var value:
                var number = PathComparison.Number(value) ?? (value as PathQuantity)?.Value;
                output.Add(PathItem.Of((number ?? throw call.Fault("A number or time is expected")).Scale));
                break;
        }
    }
}
