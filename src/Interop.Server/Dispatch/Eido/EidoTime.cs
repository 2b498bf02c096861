using System.Globalization;
using System.Text.RegularExpressions;

namespace Interop.Server.Dispatch.Eido;

/// <summary>An instant with the text that it came in, because the offset given is part of the record.</summary>
public readonly partial record struct EidoTime(string Text, DateTimeOffset Value)
{
    /// <summary>RFC 3339 with a zone, narrowed to what FHIR's dateTime can carry unchanged; null for anything else.</summary>
    public static EidoTime? TryParse(string text) =>
        Shape().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var value)
        && value.UtcDateTime.Year is >= 1900 and < 2200
            ? new(text, value)
            : null;

    [GeneratedRegex(@"\A\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,7})?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)\z")]
    private static partial Regex Shape();
}
