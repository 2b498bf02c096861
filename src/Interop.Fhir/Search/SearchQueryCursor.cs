using System.Globalization;
using System.Text.Json;

namespace Interop.Fhir.Search;

/// <summary>
/// Where a page ended: the sort values and the id of its last match. It holds nothing that the caller has not seen. The server
/// signs it before it leaves and checks the signature before it comes back here.
/// </summary>
/// <param name="Values">One per sort key: long, double, string, or null where the last match has no value.</param>
public sealed record SearchCursor(EquatableList<object?> Values, string Id)
{
    /// <summary>Writes it as text: a JSON array of the id and one tagged string per value.</summary>
    public string Write() => JsonSerializer.Serialize(Values.Select(Tagged).Prepend(Id));

    /// <summary>Reads what <see cref="Write"/> wrote; null for anything else.</summary>
    public static SearchCursor? TryRead(string text)
    {
        try
        {
            var parts = JsonSerializer.Deserialize<string[]>(text);
            if (parts is not { Length: > 0 } || parts.Any(part => part is null) || !ResourceKey.IsId(parts[0]))
            {
                return null;
            }

            return new(new(parts.Skip(1).Select(Untagged).ToArray()), parts[0]);
        }
        catch (Exception failure) when (failure is JsonException or FormatException or OverflowException)
        {
            return null;
        }
    }

    private static string Tagged(object? value) => value switch
    {
        null => "n",
        long number => "l" + number.ToString(CultureInfo.InvariantCulture),
        double number => "d" + number.ToString("R", CultureInfo.InvariantCulture),
        string text => "s" + text,
        _ => throw new ArgumentException("A sort value is a long, a double or a string.", nameof(value)),
    };

    private static object? Untagged(string text) => text switch
    {
        "n" => null,
        ['l', .. var number] => long.Parse(number, CultureInfo.InvariantCulture),
        ['d', .. var number] => double.Parse(number, CultureInfo.InvariantCulture),
        ['s', .. var rest] => rest,
        _ => throw new FormatException("Not a sort value."),
    };
}
