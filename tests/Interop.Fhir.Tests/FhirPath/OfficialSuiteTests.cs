using System.Globalization;
using System.Text;
using System.Text.Json;
using Interop.Fhir.FhirPath;
using Xunit;

namespace Interop.Fhir.Tests.FhirPath;

/// <summary>HL7's FHIRPath tests for R4 (../shared/data/fhirpath), in the strict reading.</summary>
public sealed class OfficialSuiteTests
{
    private const string Suite = "data/fhirpath/suite-r4.json";

    private static readonly FhirPathContext Context = new(Now: new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero));

    /// <summary>Group/name of the tests that fail, and why.</summary>
    private static readonly Dictionary<string, string> Failing = new()
    {
        ["HighBoundary/HighBoundaryDateTimeMillisecond1"] = "wants 08:00:59.999 for the last moment of an hour; it is 08:59:59.999",
        ["HighBoundary/HighBoundaryDateTimeMillisecond3"] = "the same",
        ["HighBoundary/HighBoundaryDecimal15"] =
            "wants 0.0 for a bound of 0.00345 at one digit, where others of its group round outwards; so do we",
        ["HighBoundary/HighBoundaryDecimal16"] = "the same",
        ["LowBoundary/LowBoundaryDecimal15"] = "the same, below zero",
        ["testObservations/testPolymorphismAsB"] =
            "wants an error for `value as Period`; Observation.value may be a Period, so it is empty",
    };

    [SharedFact(Suite)]
    public void The_official_suite_passes_but_for_what_is_listed()
    {
        var file = Repository.Shared(Suite);
        using var suite = JsonDocument.Parse(File.ReadAllBytes(file));
        var failures = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var test in suite.RootElement.EnumerateArray())
        {
            if (Run(test, Path.Combine(Path.GetDirectoryName(file)!, "inputs")) is { } failure)
            {
                failures[$"{Text(test, "group")}/{Text(test, "name")}"] = $"{Text(test, "expression")} {failure}";
            }
        }

        Assert.Equal(935, suite.RootElement.GetArrayLength());
        Assert.True(
            failures.Keys.Order(StringComparer.Ordinal).SequenceEqual(Failing.Keys.Order(StringComparer.Ordinal)),
            string.Join(Environment.NewLine, failures.Select(failure => $"{failure.Key}: {failure.Value}")));
    }

    private static string? Run(JsonElement test, string inputs)
    {
        var resource =
            Text(test, "input") is { } input ? File.ReadAllBytes(Path.Combine(inputs, input)) : "{\"resourceType\":\"Basic\"}"u8.ToArray();
        var mustFail = Text(test, "invalid") is not null;
        try
        {
            var items = FhirPathExpression.Compile(Text(test, "expression")!, isStrict: true).Evaluate(resource, Context);
            if (mustFail)
            {
                return "should be an error";
            }

            if (test.GetProperty("predicate").GetBoolean())
            {
                return items.Count > 0 ? null : "should not be empty";
            }

            var expected = test.GetProperty("output").EnumerateArray().ToList();
            var actual = items.Select(item => (item.Type, Value: Describe(item, resource))).ToList();
            var isSame = expected.Count == actual.Count && expected.Zip(actual).All(pair =>
                (Text(pair.First, "type") is not { } type || type == pair.Second.Type)
                    && SameValue(Text(pair.First, "value")!, pair.Second.Value));
            return isSame ? null : $"gives {string.Join(", ", actual)} instead of {string.Join(", ", expected)}";
        }
        catch (FhirPathException failure)
        {
            return mustFail ? null : $"fails: {failure.Message}";
        }
    }

    private static bool SameValue(string expected, string actual) =>
        expected == actual || expected == "@" + actual || expected == "@T" + actual
            || (decimal.TryParse(expected, CultureInfo.InvariantCulture, out var x)
                && decimal.TryParse(actual, CultureInfo.InvariantCulture, out var y) && x == y);

    private static string Describe(FhirPathResult item, byte[] resource) => item.Bytes is { } bytes
        ? Encoding.UTF8.GetString(resource[bytes]).Trim('"')
        : item.Value switch { bool truth => truth ? "true" : "false", var other => Convert.ToString(other, CultureInfo.InvariantCulture)! };

    private static string? Text(JsonElement test, string name) =>
        test.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
