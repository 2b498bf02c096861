using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Schema;

namespace Interop.Fhir.FhirPath;

/// <summary>Conversion, types, the clock of the caller, and parts of dates.</summary>
internal static class ValueFunctions
{
    private const string Definitions = "http://hl7.org/fhir/StructureDefinition/";

    private static readonly string[] Types = ["Boolean", "Integer", "Decimal", "String", "Date", "DateTime", "Time", "Quantity"];

    public static readonly (string Name, PathFunction Function)[] All =
    [
        .. Types.Select(type => ("to" + type, new PathFunction(0, type == "Quantity" ? 1 : 0, (call, output) => To(call, type, output)))),
        .. Types.Select(
            type => ("convertsTo" + type, new PathFunction(0, type == "Quantity" ? 1 : 0, (call, output) => Converts(call, type, output)))),
        ("type", new(0, 0, TypeOf)),
        ("conformsTo", new(1, 1, ConformsTo)),
        ("comparable", new(1, 1, Comparable)),
        ("now", new(0, 0, (call, output) => output.Add(PathItem.Of(Now(call))))),
        ("today", new(0, 0, (call, output) => output.Add(PathItem.Of(new PathTime(
            TimeKind.Date, TimePrecision.Day, Now(call).Local.Date, 0, null))))),
        ("timeOfDay", new(0, 0, (call, output) => output.Add(PathItem.Of(new PathTime(
            TimeKind.Time, TimePrecision.Second, new(Now(call).Local.TimeOfDay.Ticks), 3, null))))),
        ("yearOf", new(0, 0, (call, output) => Part(call, TimePrecision.Year, time => time.Year, output))),
        ("monthOf", new(0, 0, (call, output) => Part(call, TimePrecision.Month, time => time.Month, output))),
        ("dayOf", new(0, 0, (call, output) => Part(call, TimePrecision.Day, time => time.Day, output))),
        ("hourOf", new(0, 0, (call, output) => Part(call, TimePrecision.Hour, time => time.Hour, output))),
        ("minuteOf", new(0, 0, (call, output) => Part(call, TimePrecision.Minute, time => time.Minute, output))),
        ("secondOf", new(0, 0, (call, output) => Part(call, TimePrecision.Second, time => time.Second, output))),
        ("millisecondOf", new(0, 0, (call, output) => Part(call, TimePrecision.Second, time => time.Millisecond, output))),
    ];

    private static void To(FunctionCall call, string type, List<PathItem> output)
    {
        if (call.Value() is { } value && Converted(call, type, value) is { } converted)
        {
            output.Add(PathItem.OfAny(converted));
        }
    }

    private static void Converts(FunctionCall call, string type, List<PathItem> output)
    {
        if (call.Single() is { } item)
        {
            output.Add(PathItem.Of(call.Evaluation.Value(item) is { } value && Converted(call, type, value) is not null));
        }
    }

    private static object? Converted(FunctionCall call, string type, object value)
    {
        var converted = Conversions.To(type, value);
        return converted is PathQuantity quantity && call.Count == 1 && call.ArgumentText(0) is { } unit
            ? PathQuantity.Convert(quantity, unit) is { } amount ? new PathQuantity(amount, unit) : null
            : converted;
    }

    private static void TypeOf(FunctionCall call, List<PathItem> output) =>
        output.AddRange(call.Items.Select(item => PathItem.Of(item.Value is null
        ? new PathTypeName("FHIR", item.Type.Name)
        : new PathTypeName("System", TypeSpecifier.NameOf(item.Value)))));

    // Profiles are judged by the validator; here a type conforms to its own definition and to those that it specialises.
    private static void ConformsTo(FunctionCall call, List<PathItem> output)
    {
        if (call.Single() is not { } item || call.ArgumentText(0) is not { } url)
        {
            return;
        }

        var name = url.StartsWith(Definitions, StringComparison.Ordinal) ? url[Definitions.Length..] : string.Empty;
        output.Add(PathItem.Of(FhirFacts.R4.Type(name) is not null
            ? item.Value is null && item.Type.Is(name)
            : throw call.Fault("This structure definition is not known")));
    }

    private static void Comparable(FunctionCall call, List<PathItem> output)
    {
        if (call.Value() is PathQuantity x && call.ArgumentValue(0) is PathQuantity y)
        {
            output.Add(PathItem.Of(PathQuantity.Common(x, y) is not null));
        }
    }

    private static PathTime Now(FunctionCall call)
    {
        var now = call.Evaluation.Context.Now ?? throw call.Fault("The caller gave no time of day for this evaluation");
        var ticks = now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond);
        return new(TimeKind.DateTime, TimePrecision.Second, new(ticks), 3, now.Offset);
    }

    private static void Part(FunctionCall call, TimePrecision precision, Func<DateTime, int> part, List<PathItem> output)
    {
        if (call.Value() is PathTime time && time.Precision >= precision && (time.Kind != TimeKind.Time || precision >= TimePrecision.Hour))
        {
            output.Add(PathItem.Of(part(time.Local)));
        }
    }
}
