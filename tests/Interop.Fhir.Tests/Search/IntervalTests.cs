using Interop.Fhir.Schema;
using Interop.Fhir.Search;
using Xunit;

namespace Interop.Fhir.Tests.Search;

public sealed class IntervalTests
{
    [Theory]
    [InlineData("1970", 0, 31_535_999_999_999)]
    [InlineData("1970-01-01T00:00", 0, 59_999_999)]
    [InlineData("1970-01-01T00:00:00", 0, 999_999)]
    [InlineData("1970-01-01T00:00:00Z", 0, 999_999)]
    [InlineData("1970-01-01T01:00:00.123+01:00", 123_000, 123_999)]
    [InlineData("1969-12-31T19:00:00.000001-05:00", 1, 1)]
    [InlineData("1970-01-01T00:00:00.1234567899Z", 123_456, 123_456)]
    [InlineData("9999", 253_370_764_800_000_000, 253_402_300_799_999_999)]
    [InlineData("9999-12-31", 253_402_214_400_000_000, 253_402_300_799_999_999)]
    public void A_date_covers_its_precision(string text, long low, long high) =>
        Assert.Equal(new DateInterval(low, high), DateInterval.TryParse(text));

    [Theory]
    [InlineData("")]
    [InlineData("19")]
    [InlineData("0000")]
    [InlineData("1970-1")]
    [InlineData("1970-00")]
    [InlineData("1970-02-29")]
    [InlineData("1970-01-01T")]
    [InlineData("1970-01-01T24:00:00Z")]
    [InlineData("1970-01-01T00:00:00X")]
    [InlineData("1970-01-01T00:00:00+1:00")]
    [InlineData("1970-01-01T00:00:00.Z")]
    [InlineData("1970-01-01 00:00:00")]
    [InlineData("1970-01-01T00:00:00Z1970-01-01T00:00:00Z1970-01-01T00:00:00Z1970-01-01T00:00:00Z")]
    public void What_is_no_date_has_no_interval(string text) => Assert.Null(DateInterval.TryParse(text));

    [Theory]
    [InlineData("100", 99.5, 100.5)]
    [InlineData("100.00", 99.995, 100.005)]
    [InlineData("-1.5", -1.55, -1.45)]
    [InlineData("0", -0.5, 0.5)]
    [InlineData("1e2", 50, 150)]
    [InlineData("1E-1", 0.05, 0.15000000000000002)]
    public void A_number_covers_its_precision(string text, double low, double high) =>
        Assert.Equal(new NumberInterval(low, high), NumberInterval.TryParse(text));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("Infinity")]
    [InlineData("1,5")]
    [InlineData(" 1")]
    public void What_is_no_number_has_no_interval(string text) => Assert.Null(NumberInterval.TryParse(text));

    [Theory]
    [InlineData("1E+245")]
    [InlineData("1234567890123456789012345678901234567890.5")]
    [InlineData("1e99999999999")]
    public void Numbers_of_any_size_are_indexed(string text) => Assert.NotNull(NumberInterval.TryParse(text));

    [Theory]
    [InlineData("  Two   Words ", "two words")]
    [InlineData("ÅÉÎÕÜ ß Æ ñ", "aeiou ss ae n")]
    [InlineData("e\u0301", "e")]
    [InlineData("Nguyễn", "nguyen")]
    [InlineData("Άλφα", "αλφα")]
    [InlineData("日本", "日本")]
    [InlineData("ΣΊΣΥΦΟΣ", "σισυφοσ")]
    [InlineData("σίσυφος", "σισυφοσ")]
    [InlineData("İstanbul", "istanbul")]
    [InlineData("Łódź Ørsted Đorđe", "lodz orsted dorde")]
    [InlineData("Ｋａｔｏ", "kato")]
    [InlineData("Мойсей", "моисеи")]
    [InlineData("Мои\u0306сей", "моисеи")]
    [InlineData("\u1112\u1161\u11ab", "한")]
    [InlineData("か\u3099", "か")]
    [InlineData("が", "か")]
    [InlineData("\u00A0a\tb\u00A0", "a b")]
    [InlineData("", "")]
    public void Strings_fold(string text, string folded) => Assert.Equal(folded, StringFolding.Fold(text));

    [Fact]
    public void More_marks_on_one_letter_than_any_script_has_are_left_out()
    {
        // Unicode sorts the marks of a letter, which takes the square of their number
        // (https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format).
        var marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 15));

        Assert.Equal(TokenCase.Fold("a" + marks + "b"), TokenCase.Fold("a" + marks + marks + marks + "b"));
        Assert.Equal("ab", StringFolding.Fold("a" + string.Concat(Enumerable.Repeat(marks, 1_000)) + "b"));
    }

    [Fact]
    public void Half_a_character_folds_to_the_mark_of_what_is_none() => Assert.Equal("a\ufffd", StringFolding.Fold("A\ud800"));

    [Theory]
    [InlineData("2026-11-28", "2026-11-28T08:00:00Z", "2026-11-29T07:59:59.999999Z")]
    [InlineData("2026-03-08", "2026-03-08T08:00:00Z", "2026-03-09T06:59:59.999999Z")] // clocks leap: 23 hours
    [InlineData("2026-11-01", "2026-11-01T07:00:00Z", "2026-11-02T07:59:59.999999Z")] // and turn back: 25
    [InlineData("2026-11-01T01:30", "2026-11-01T08:30:00Z", "2026-11-01T08:30:59.999999Z")] // which is twice: the first
    [InlineData("2026-07", "2026-07-01T07:00:00Z", "2026-08-01T06:59:59.999999Z")]
    [InlineData("2026-11-28T10:00:00", "2026-11-28T18:00:00Z", "2026-11-28T18:00:00.999999Z")]
    [InlineData("2026-11-28T10:00:00+01:00", "2026-11-28T09:00:00Z", "2026-11-28T09:00:00.999999Z")]
    public void What_names_no_zone_is_of_the_place(string text, string first, string last)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/Los_Angeles");

        Assert.Equal(
            new DateInterval(DateInterval.TryParse(first)!.Value.Low, DateInterval.TryParse(last)!.Value.Low),
            DateInterval.TryParse(text, zone));
    }

    [Theory]
    [InlineData("Patient", "identifier", true)]
    [InlineData("Patient", "phone", true)]
    [InlineData("Patient", "email", true)]
    [InlineData("Patient", "telecom", true)]
    [InlineData("Practitioner", "email", true)]
    [InlineData("ServiceRequest", "requisition", true)]
    [InlineData("Task", "group-identifier", true)]
    [InlineData("Patient", "gender", false)]
    [InlineData("Condition", "code", false)]
    [InlineData("Observation", "value-concept", false)]
    [InlineData("Patient", "_id", false)]
    public void What_people_type_ignores_case(string type, string code, bool isIgnored) =>
        Assert.Equal(isIgnored, TokenCase.IsIgnored(SearchParameterSet.R4.Find(type, code)!));
}
