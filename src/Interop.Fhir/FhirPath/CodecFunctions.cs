using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Interop.Fhir.FhirPath.Values;

namespace Interop.Fhir.FhirPath;

/// <summary>encode, decode, escape and unescape: https://build.fhir.org/ig/HL7/FHIRPath/#additional-string-functions.</summary>
internal static class CodecFunctions
{
    public static readonly (string Name, PathFunction Function)[] All =
    [
        ("encode", new(1, 1, (call, output) => Apply(call, output, Encode))),
        ("decode", new(1, 1, (call, output) => Apply(call, output, Decode))),
        ("escape", new(1, 1, (call, output) => Apply(call, output, Escape))),
        ("unescape", new(1, 1, (call, output) => Apply(call, output, Unescape))),
    ];

    private static void Apply(FunctionCall call, List<PathItem> output, Func<string, string, string?> apply)
    {
        if (call.Text() is not { } text || call.ArgumentText(0) is not { } format)
        {
            return;
        }

        try
        {
            if (apply(text, format) is { } result)
            {
                output.Add(PathItem.Of(Arithmetic.Bounded(result, call.Position)));
            }
        }
        catch (Exception failure) when (failure is FormatException or JsonException)
        {
            throw call.Fault("The text is not in this format");
        }
    }

    private static string? Encode(string text, string format)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return format switch
        {
            "base64" => Convert.ToBase64String(bytes),
            "urlbase64" => Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_'),
            "hex" => Convert.ToHexStringLower(bytes),
            _ => null,
        };
    }

    private static string? Decode(string text, string format) => format switch
    {
        "base64" => Encoding.UTF8.GetString(Convert.FromBase64String(text)),
        "urlbase64" => Encoding.UTF8.GetString(Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/'))),
        "hex" => Encoding.UTF8.GetString(Convert.FromHexString(text)),
        _ => null,
    };

    private static string? Escape(string text, string format) => format switch
    {
        "html" => WebUtility.HtmlEncode(text),
        "json" => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
        _ => null,
    };

    private static string? Unescape(string text, string format) => format switch
    {
        "html" => WebUtility.HtmlDecode(text),
        "json" => Json(text),
        _ => null,
    };

    private static string Json(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            var next = ++i < text.Length ? text[i] : throw new FormatException();
            if (next == 'u')
            {
                var digits = text.AsSpan(i + 1, Math.Min(4, text.Length - i - 1));
                var isUnit = ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit);
                result.Append(isUnit && digits.Length == 4 ? (char)unit : throw new FormatException());
                i += 4;
                continue;
            }

            result.Append(next switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'b' => '\b',
                'f' => '\f',
                '"' or '\\' or '/' => next,
                _ => throw new FormatException(),
            });
        }

        return result.ToString();
    }
}
