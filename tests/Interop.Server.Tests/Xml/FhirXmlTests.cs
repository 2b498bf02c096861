using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Interop.Server.Http;
using Interop.Server.Xml;

namespace Interop.Server.Tests.Xml;

/// <summary>JSON to XML and back, of official examples of R4.</summary>
public sealed partial class FhirXmlTests
{
    // Each takes some milliseconds; of all 5,211 the same was seen once.
    private const int OneOf = 12;

    /// <summary>
    /// But for what means nothing in FHIR: white space around a text, in a narrative or in base64, and how a number is written.
    /// </summary>
    [ExamplesFact]
    public void An_official_example_comes_back_as_it_was()
    {
        var changed = new List<string>();
        foreach (var file in Examples.Files(smallerThan: 60_000).Where((_, number) => number % OneOf == 0))
        {
            var json = File.ReadAllBytes(file);
            try
            {
                using var before = JsonDocument.Parse(json);
                using var after = JsonDocument.Parse(FhirXml.ToJson(FhirXml.OfJson(json, null)));
                if (Difference(before.RootElement, after.RootElement) is { } place)
                {
                    changed.Add($"{Path.GetFileName(file)}{place}");
                }
            }
            catch (FhirException refused)
            {
                changed.Add($"{Path.GetFileName(file)} {refused.Message}");
            }
        }

        Assert.Empty(changed);
    }

    private static string? Difference(JsonElement before, JsonElement after) => (before.ValueKind, after.ValueKind) switch
    {
        var (one, other) when one != other => $" is {other} and not {one}",
        (JsonValueKind.Object, _) => before.EnumerateObject().Concat(after.EnumerateObject()).Select(property => property.Name).Distinct()
            .Select(name => before.TryGetProperty(name, out var one) && after.TryGetProperty(name, out var other)
                ? Difference(one, other) is { } place ? $".{name}{place}" : null
                : $".{name} is in one alone")
            .FirstOrDefault(place => place is not null),
        (JsonValueKind.Array, _) when before.GetArrayLength() != after.GetArrayLength() => " has another length",
        (JsonValueKind.Array, _) => before.EnumerateArray().Zip(after.EnumerateArray(), Difference)
            .FirstOrDefault(place => place is not null),
        (JsonValueKind.Number, _) => Number(before) == Number(after) ? null : " is another number",
        (JsonValueKind.String, _) => Plain(before) == Plain(after) ? null : " is another text",
        _ => null,
    };

    private static decimal Number(JsonElement number) =>
        decimal.Parse(number.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string Plain(JsonElement text) => Space().Replace(WebUtility.HtmlDecode(text.GetString()!), string.Empty);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
