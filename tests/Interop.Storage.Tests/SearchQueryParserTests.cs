using Interop.Fhir.Search;
using Xunit;
using static Interop.Storage.Tests.Given;

namespace Interop.Storage.Tests;

public sealed class SearchQueryParserTests
{
    [Theory]
    [InlineData("Patient?nonsense=1", "not-supported", "nonsense")]
    [InlineData("Patient?gender:above=1", "not-supported", "gender:above")]
    [InlineData("Patient?family:text=1", "not-supported", "family:text")]
    [InlineData("Patient?gender:exact=1", "not-supported", "gender:exact")]
    [InlineData("Patient?family:not=1", "not-supported", "family:not")]
    [InlineData("Patient?birthdate=yesterday", "value", "birthdate")]
    [InlineData("Patient?birthdate=1980-13-01", "value", "birthdate")]
    [InlineData("Patient?birthdate=1980-02-30", "value", "birthdate")]
    [InlineData("Patient?birthdate=xx1980", "value", "birthdate")]
    [InlineData("Patient?birthdate=1980-01-01T25:00Z", "value", "birthdate")]
    [InlineData("Patient?birthdate=", "value", "birthdate")]
    [InlineData("Patient?gender=", "value", "gender")]
    [InlineData("Patient?gender=male,", "value", "gender")]
    [InlineData("Patient?gender=|", "value", "gender")]
    [InlineData("Patient?gender:missing=maybe", "value", "gender:missing")]
    [InlineData("Patient?_count=-1", "value", "_count")]
    [InlineData("Patient?_count=many", "value", "_count")]
    [InlineData("Patient?_total=some", "value", "_total")]
    [InlineData("Patient?_summary=data", "not-supported", "_summary")]
    [InlineData("Patient?_summary=x", "value", "_summary")]
    [InlineData("Patient?_sort=nonsense", "not-supported", "_sort")]
    [InlineData("Patient?_sort=general-practitioner", "not-supported", "_sort")]
    [InlineData("Patient?_cursor=nonsense", "value", "_cursor")]
    [InlineData("Patient?_include=*", "not-supported", "_include")]
    [InlineData("Patient?_include=Patient:gender", "not-supported", "_include")]
    [InlineData("Patient?_include=Patient", "value", "_include")]
    [InlineData("Patient?_include:sometimes=Patient:link", "not-supported", "_include:sometimes")]
    [InlineData("Patient?_text=x", "not-supported", "_text")]
    [InlineData("Patient?_filter=x", "not-supported", "_filter")]
    [InlineData("Patient?_id:missing=true", "not-supported", "_id:missing")]
    [InlineData("Patient?general-practitioner:Device.identifier=x", "not-supported", "general-practitioner:Device.identifier")]
    [InlineData("Patient?general-practitioner.nonsense=x", "not-supported", "general-practitioner.nonsense")]
    [InlineData("Patient?gender.code=x", "not-supported", "gender.code")]
    [InlineData("Patient?_has:Observation=x", "value", "_has:Observation")]
    [InlineData("Patient?_has:Observation:code:code=x", "not-supported", "_has:Observation:code:code")]
    [InlineData("Patient?_has:Observation:patient:nonsense=x", "not-supported", "_has:Observation:patient:nonsense")]
    [InlineData("Task?focus.status=x", "too-costly", "focus.status")]
    [InlineData("Task?focus:Basic.subject.identifier=x", "too-costly", "focus:Basic.subject.identifier")]
    [InlineData("RiskAssessment?probability=high", "value", "probability")]
    [InlineData("RiskAssessment?probability=1e999", "value", "probability")]
    [InlineData("Observation?value-quantity=5|mg", "value", "value-quantity")]
    [InlineData("Observation?code-value-quantity=x", "value", "code-value-quantity")]
    [InlineData("Observation?code-value-quantity=x$y", "value", "code-value-quantity")]
    [InlineData("Location?near=91|0", "value", "near")]
    [InlineData("Encounter?subject:Patient.general-practitioner:Organization.partof.partof.partof.partof.name=x", "not-supported",
        "subject:Patient.general-practitioner:Organization.partof.partof.partof.partof.name")]
    public void What_cannot_be_answered_is_refused_by_name(string text, string code, string parameter)
    {
        var parse = Parse(text);

        Assert.Null(parse.Query);
        var issue = Assert.Single(parse.Issues);
        Assert.Equal(code, issue.Code);
        Assert.StartsWith(parameter + ":", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_told_at_once() =>
        Assert.Equal(3, Parse("Patient?nonsense=1&birthdate=x&_count=y").Issues.Count);

    [Fact]
    public void Lenient_leaves_out_what_is_unknown_and_says_so_but_never_a_bad_value()
    {
        var parse = Parse("Patient?nonsense=1&gender:above=x&gender=male", lenient: true);

        Assert.Equal(["nonsense", "gender:above"], parse.Ignored.Select(issue => issue.Diagnostics.Split(": ")[0]));
        Assert.Single(parse.Query!.Criteria);
        Assert.Null(Parse("Patient?birthdate=x", lenient: true).Query);
    }

    [Fact]
    public void Control_parameters_are_read()
    {
        var query =
            Query("Patient?_count=5000&_total=accurate&_sort=-birthdate,_id&_format=json&_include=Patient:organization:Organization");

        Assert.Equal(SearchQuery.MaximumCount, query.Count);
        Assert.Equal(SearchTotal.Accurate, query.Total);
        Assert.Equal([("birthdate", true), ("_id", false)], query.Sort.Select(sort => (sort.Code, sort.Descending)));
        Assert.Equal("Organization", Assert.Single(query.Includes).Target);
        Assert.Equal(SearchQuery.DefaultCount, Query("Patient").Count);
    }

    [Fact]
    public void Escapes_keep_separators_in_values()
    {
        var values = Assert.IsType<ValueCriterion>(Assert.Single(Query(@"Patient?identifier=a\,b,s\|t|c\|d").Criteria)).Values;

        Assert.Equal([new TokenValue(null, "a,b"), new TokenValue("s|t", "c|d")], values);
    }

    [Theory]
    [InlineData("2020", "2020-01-01T00:00:00.000000", "2020-12-31T23:59:59.999999")]
    [InlineData("2020-02", "2020-02-01T00:00:00.000000", "2020-02-29T23:59:59.999999")]
    [InlineData("2020-02-29", "2020-02-29T00:00:00.000000", "2020-02-29T23:59:59.999999")]
    [InlineData("2020-02-29T10:30", "2020-02-29T10:30:00.000000", "2020-02-29T10:30:59.999999")]
    [InlineData("2020-02-29T10:30:15Z", "2020-02-29T10:30:15.000000", "2020-02-29T10:30:15.999999")]
    [InlineData("2020-02-29T10:30:15.25Z", "2020-02-29T10:30:15.250000", "2020-02-29T10:30:15.259999")]
    [InlineData("2020-02-29T00:30:15+02:00", "2020-02-28T22:30:15.000000", "2020-02-28T22:30:15.999999")]
    [InlineData("2020-02-29T00:30:15 02:00", "2020-02-28T22:30:15.000000", "2020-02-28T22:30:15.999999")]
    [InlineData("9999", "9999-01-01T00:00:00.000000", "9999-12-31T23:59:59.999999")]
    public void A_date_covers_its_unit(string text, string low, string high)
    {
        var date = Only<DateValue>("Patient?birthdate=" + Uri.EscapeDataString(text));

        Assert.Equal((low, high), (Written(date.Low), Written(date.High)));

        static string Written(long microseconds) => DateTime.UnixEpoch.AddTicks(microseconds * 10)
            .ToString("yyyy-MM-ddTHH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("100", 99.5, 100.5)]
    [InlineData("100.00", 99.995, 100.005)]
    [InlineData("1e2", 50, 150)]
    [InlineData("-0.5", -0.55, -0.45)]
    public void A_number_covers_its_precision(string text, double low, double high)
    {
        var number = Only<NumberValue>("RiskAssessment?probability=" + text);

        Assert.Equal(low, number.Low, 9);
        Assert.Equal(high, number.High, 9);
    }

    [Theory]
    [InlineData("MÜLLER", "muller")]
    [InlineData("  Anne   Marie ", "anne marie")]
    [InlineData("Ñandú", "nandu")]
    public void Text_is_folded(string text, string folded) =>
        Assert.Equal(folded, Only<StringValue>("Patient?family=" + Uri.EscapeDataString(text)).Folded);

    [Fact]
    public void A_cursor_survives_being_written()
    {
        var cursor = new SearchCursor(new([null, 5L, -0.25, "a\"b,n", ""]), "id-1");

        Assert.Equal(cursor, SearchCursor.TryRead(cursor.Write()));
        Assert.Null(SearchCursor.TryRead("[\"not an id\"]"));
        Assert.Null(SearchCursor.TryRead("[]"));
        Assert.Null(SearchCursor.TryRead("[null]"));
        Assert.Null(SearchCursor.TryRead("[\"a\",\"x\"]"));
        Assert.Null(SearchCursor.TryRead("[\"a\",\"l9999999999999999999999\"]"));
    }

    [Fact]
    public void A_cursor_of_another_sort_is_refused()
    {
        var cursor = Uri.EscapeDataString(new SearchCursor(new([]), "a").Write());

        Assert.Equal("value", Assert.Single(Parse("Patient?_sort=birthdate&_cursor=" + cursor).Issues).Code);
    }

    private static T Only<T>(string query) =>
        Assert.IsType<T>(Assert.Single(Assert.IsType<ValueCriterion>(Assert.Single(Query(query).Criteria)).Values));
}
