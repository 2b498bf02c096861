using System.Diagnostics;
using System.Text;
using Interop.Fhir.FhirPath;
using Xunit;

namespace Interop.Fhir.Tests.FhirPath;

/// <summary>Hostile expressions end in the declared error, and soon.</summary>
public sealed class LimitTests
{
    private static readonly byte[] Patient = [.. """
        {"resourceType":"Patient","id":"p","active":true,"name":[{"family":"A","given":["B","C"],"period":{"start":"2020",
        "end":"2021-02-03"}},{"family":"D"}],
        "birthDate":"1990-02-03","deceasedDateTime":"2020-01-01T10:00:00Z","multipleBirthInteger":2,"telecom":[{"system":"phone",
        "value":"1","rank":3}],
        "contained":[{"resourceType":"Observation","id":"o","status":"final","code":{"text":"t"},"valueQuantity":{"value":1.50,"unit":"mg",
        "system":"http://unitsofmeasure.org","code":"mg"}}],
        "generalPractitioner":[{"reference":"Practitioner/1"},{"reference":"#o"}]}
        """u8];

    private static readonly string[] Expressions =
    [
        new string('(', 100_000),
        new string('-', 100_000) + "1",
        "a" + string.Concat(Enumerable.Repeat(".a", 100_000)),
        string.Concat(Enumerable.Repeat("iif(true,", 5_000)),
        string.Concat(Enumerable.Repeat("%resource.where(", 90)) + "true" + new string(')', 90) + ".foo(",
        "1" + string.Concat(Enumerable.Repeat(" + 1", 100_000)),
        "repeat($this | 1 | $this & 'a')",
        "('a' | 'b').repeat($this & 'a' | $this & 'b')",
        "1.repeat($this + 1)",
        "descendants().select(%resource.descendants()).select(%resource.descendants()).select(%resource.descendants()).select(%resource."
            + "descendants())",
        "(1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|29|30).aggregate($total & $total, 'aaaaaaaaaa')",
        "(1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|29|30).aggregate($total.combine($total), 1)",
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'.matches('^(?=(a+)+b)(a+)+$') and "
            + "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(?!x)(a+)+$')",
        "'a'.matches('(((((((((((((((((((((((((((((((((((((((((((((((a{1,100}){1,100}){1,100}){1,100}){1,100}')",
        "name.family.select('" + new string('a', 1000) + "'.replace('', '" + new string('b', 1000) + "').replace('', 'cccccccc'))",
        "@2020-13-45",
        "@T25:61",
        "99999999999999999999",
    ];

    public static TheoryData<int> Hostile => [.. Enumerable.Range(0, Expressions.Length)];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_expressions_end_in_the_declared_error(int index)
    {
        var start = Stopwatch.GetTimestamp();

        Assert.Throws<FhirPathException>(() => FhirPathExpression.Compile(Expressions[index]).Evaluate(Patient, new(MaxSteps: 200_000)));

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(2), "it takes too long");
    }

    [Theory]
    [InlineData("@9999-12-31 + 1 day")]
    [InlineData("@0001-01-01 - 1 year")]
    [InlineData("@2020-01-01 + 79228162514264337593543950335 years")]
    [InlineData("2147483647 + 1")]
    [InlineData("-2147483647 - 2")]
    [InlineData("2147483647 * 2147483647")]
    [InlineData("79228162514264337593543950335.0 * 10.0")]
    [InlineData("79228162514264337593543950335.0 'Ym' * 1000 'Ym'")]
    [InlineData("10.power(100)")]
    [InlineData("1 / 0")]
    [InlineData("1 mod 0")]
    [InlineData("1 'mg' / 0 'mg'")]
    [InlineData("0.log(0)")]
    [InlineData("'a'.toInteger()")]
    public void What_has_no_value_is_empty(string text) => Assert.Empty(FhirPathExpression.Compile(text).Evaluate(Patient));

    [Theory]
    [InlineData("79228162514264337593543950335.0 'g' = 1 'kg'")]
    [InlineData("1 'Ym' > 1 'ym'")]
    [InlineData("1 'mg/(((((g' = 1 'mg'")]
    [InlineData("1 '10*99999999999' = 1 '1'")]
    [InlineData("1 'm-30' = 1 'km-30'")]
    [InlineData("@2020-01-01T00:00:00.12345678901234567890 = @2020-01-01")]
    [InlineData("(-2147483648 div -1).abs()")]
    [InlineData("substring(0)")]
    [InlineData("descendants().all(descendants() ~ %resource.descendants())")]
    public void Odd_values_are_survived(string text) => Survive(text);

    [Fact]
    public void Deep_expressions_need_little_stack()
    {
        var thread = new Thread(() => Array.ForEach(Expressions, Survive), maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
    }

    [Fact]
    public void Fuzzed_expressions_are_survived()
    {
        string[] words =
        [
            "name", "given", "family", "period", "start", "birthDate", "deceased", "contained", "value", "active", "telecom", "$this",
            "$index", "$total", "%resource",
            "%context", "%ucum", "%x", "1", "0", "-1", "2.50", "'a'", "''", "'mg'", "true", "false", "{}", "@2020", "@2020-01-02T10:00:00Z",
            "@T10:00", "3 'mg'", "2 days", "(", ")",
            "[", "]", ".", ".", ".", ".", ",", "|", "+", "-", "*", "/", "div", "mod", "&", "=", "!=", "~", "!~", "<", ">", "<=", ">=",
            "and", "or", "xor", "implies", "is", "as", "in",
            "contains", "Patient", "Quantity", "string", "System.String", "where(", "select(", "all(", "exists(", "repeat(", "aggregate(",
            "iif(", "sort(", "ofType(", "first()", "last()",
            "tail()", "skip(", "take(", "count()", "distinct()", "isDistinct()", "union(", "combine(", "intersect(", "exclude(",
            "subsetOf(", "children()", "descendants()",
            "extension(", "resolve()", "htmlChecks()", "startsWith(", "matches(", "matchesFull(", "indexOf(", "substring(", "length()",
            "upper()", "toChars()", "replace(", "replaceMatches(",
            "split(", "join(", "encode(", "decode(", "escape(", "unescape(", "trim()", "abs()", "ceiling()", "round(", "exp()", "ln()",
            "log(", "power(", "sqrt()", "lowBoundary(",
            "highBoundary(", "precision()", "toInteger()", "toDecimal()", "toString()", "toDate()", "toDateTime()", "toTime()",
            "toQuantity(", "convertsToBoolean()", "type()", "now()",
            "today()", "not()", "hasValue()", "getValue()", "allTrue()", "comparable(", "conformsTo(", "trace(", "single()", "yearOf()",
            "millisecondOf()",
        ];
        for (var seed = 0; seed < 60_000; seed++)
        {
            var random = new Random(seed);
            var text = new StringBuilder();
            for (var i = random.Next(1, 14); i > 0; i--)
            {
                var word = words[random.Next(words.Length)];
                text.Append(word);
                if (word.EndsWith('('))
                {
                    text.Append(words[random.Next(words.Length)]).Append(random.Next(4) == 0 ? ", 'a')" : ")");
                }

                text.Append(random.Next(3) == 0 ? " " : random.Next(2) == 0 ? "." : " " + words[random.Next(51, 66)] + " ");
            }

            Survive(text.ToString().TrimEnd('.', ' '));
        }
    }

    [Fact]
    public void Noise_is_survived()
    {
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var letters = new char[random.Next(40)];
            for (var i = 0; i < letters.Length; i++)
            {
                letters[i] = random.Next(10) == 0 ? (char)random.Next(65536) : (char)random.Next(32, 127);
            }

            Survive(new string(letters));
        }
    }

    private static void Survive(string text)
    {
        try
        {
            _ = FhirPathExpression.Compile(text, isStrict: text.Length % 2 == 0)
                .Evaluate(Patient, new(Now: DateTimeOffset.UnixEpoch, Resolve: _ => Patient, MaxSteps: 20_000));
        }
        catch (FhirPathException)
        {
        }
        catch (Exception other)
        {
            Assert.Fail($"{text}: {other}");
        }
    }
}
