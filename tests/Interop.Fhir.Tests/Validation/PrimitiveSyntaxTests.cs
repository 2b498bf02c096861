using System.Text;
using System.Text.RegularExpressions;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Validation;

/// <summary>
/// The checkers written by hand against the regular expressions of the official definitions, on values and on values gone wrong.
/// </summary>
public sealed class PrimitiveSyntaxTests
{
    [Theory]
    [InlineData("base64Binary", "TWFu", "TWE=", "TQ==", "TW Fu\nTWFu")]
    [InlineData("canonical", "http://a|1", "urn:x", "#a")]
    [InlineData("code", "a", "a b", "final-1")]
    [InlineData("date", "2024", "2024-02", "2024-02-29", "1999-12-31")]
    [InlineData(
        "dateTime", "2024", "2024-02", "2024-02-29", "2024-02-29T23:59:60Z", "2024-02-29T00:00:00.123+13:59", "2024-02-29T00:00:00-14:00")]
    [InlineData("id", "a", "A-1.b", "0123456789012345678901234567890123456789012345678901234567890123")]
    [InlineData("instant", "2024-02-29T23:59:60Z", "2024-02-29T00:00:00.1+01:00")]
    [InlineData("integer", "0", "-1", "2147483647")]
    [InlineData("markdown", "a", " b\n")]
    [InlineData("oid", "urn:oid:1.2.3", "urn:oid:2.999", "urn:oid:0.0")]
    [InlineData("positiveInt", "1", "20")]
    [InlineData("string", "a", " ", "a b\t")]
    [InlineData("time", "23:59:59", "00:00:60.5")]
    [InlineData("unsignedInt", "0", "20")]
    [InlineData("uri", "http://a", "urn:uuid:x")]
    [InlineData("url", "http://a/b?c=d")]
    [InlineData("uuid", "urn:uuid:0a000000-0000-4000-8000-00000000000f")]
    public void Hand_written_checks_agree_with_the_official_expressions(string type, params string[] values)
    {
        var kind = Enum.Parse<PrimitiveKind>(type, ignoreCase: true);
        var official = new Regex($"^(?:{FhirFacts.R4.PrimitiveRegex(type)})\\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        Assert.All(values, value => Assert.True(PrimitiveSyntax.IsValid(kind, Encoding.UTF8.GetBytes(value)), value));

        foreach (var text in values.SelectMany((value, index) => Damaged(value, index)))
        {
            var accepted = PrimitiveSyntax.IsValid(kind, Encoding.UTF8.GetBytes(text));
            if (accepted)
            {
                Assert.Matches(official, kind == PrimitiveKind.Base64Binary ? Regex.Replace(text, @"\s", string.Empty) : text);
            }
            else if (official.IsMatch(text))
            {
                Assert.True(IsStricterOnPurpose(kind, text), $"{type} '{text}' is legal and was refused");
            }
        }
    }

    [Theory]
    [InlineData("en")]
    [InlineData("de-CH")]
    [InlineData("zh-Hant-TW")]
    [InlineData("x-local")]
    public void Language_tags_have_the_shape_of_BCP_47(string tag) => Assert.True(PrimitiveSyntax.IsLanguage(Encoding.UTF8.GetBytes(tag)));

    [Theory]
    [InlineData("")]
    [InlineData("e")]
    [InlineData("en_US")]
    [InlineData("en-")]
    [InlineData("englishish")]
    public void Other_texts_are_no_language_tags(string tag) => Assert.False(PrimitiveSyntax.IsLanguage(Encoding.UTF8.GetBytes(tag)));

    // Where the text of the specification says more than its expressions: no empty values, days that exist, 32 bits, padding.
    private static bool IsStricterOnPurpose(PrimitiveKind kind, string text) => kind switch
    {
        PrimitiveKind.Date or PrimitiveKind.DateTime or PrimitiveKind.Instant =>
            text.Length >= 10 && !DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", out _),
        PrimitiveKind.Integer or PrimitiveKind.UnsignedInt or PrimitiveKind.PositiveInt => !int.TryParse(text, out _) || text[0] == '+',
        PrimitiveKind.Base64Binary =>
            text.TrimEnd().TrimEnd('=').Contains('=', StringComparison.Ordinal) || text.EndsWith("===", StringComparison.Ordinal),
        _ => text.Length == 0,
    };

    private static IEnumerable<string> Damaged(string value, int seed)
    {
        const string Alphabet = "0123456789aAfFzZ.:+-TZ= /_urn";
        var random = new Random(seed);
        yield return string.Empty;
        for (var i = 0; i < 2000; i++)
        {
            var at = random.Next(value.Length);
            var letter = Alphabet[random.Next(Alphabet.Length)];
            yield return random.Next(3) switch
            {
                0 => value.Remove(at, 1),
                1 => value.Insert(at, letter.ToString()),
                _ => value.Remove(at, 1).Insert(at, letter.ToString()),
            };
        }
    }
}
