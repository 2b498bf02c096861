using System.Globalization;
using System.Text;
using Interop.Fhir.Tables;
using Xunit;

namespace Interop.Fhir.Tests.Tables;

public sealed class ViewDefinitionTests
{
    private const string Person = """
        {"resourceType": "Patient", "id": "p1", "active": true, "birthDate": "1970-06", "multipleBirthInteger": 2,
         "name": [{"family": "Testa", "given": ["Ana", "Bea"]}, {"family": "Prova", "given": ["Cleo"]}],
         "link": [{"other": {"reference": "Patient/p2"}, "type": "seealso"}],
         "contact": [{"gender": "female"}]}
        """;

    private const string Answers = """
        {"resourceType": "QuestionnaireResponse", "id": "q1", "status": "completed", "item": [
          {"linkId": "1", "item": [{"linkId": "1.1", "answer": [{"valueString": "x", "item": [{"linkId": "1.1.1"}]}]}]},
          {"linkId": "2"}]}
        """;

    [Theory]
    [InlineData("""[{"column": [{"name": "a", "path": "id"}, {"name": "b", "path": "active", "type": "boolean"}]}]""", "p1,True")]
    [InlineData("""[{"column": [{"name": "a", "path": "name.given", "collection": true}]}]""", "[Ana Bea Cleo]")]
    [InlineData("""[{"column": [{"name": "a", "path": "name.where(use = 'usual').family"}]}]""", "-")]
    [InlineData("""[{"forEach": "name", "column": [{"name": "a", "path": "family"}, {"name": "b", "path": "%rowIndex"}]}]""",
        "Testa,0;Prova,1")]
    [InlineData("""[{"forEach": "photo", "column": [{"name": "a", "path": "title"}]}]""", "")]
    [InlineData("""[{"forEachOrNull": "photo", "column": [{"name": "a", "path": "title"}]}]""", "-")]
    [InlineData("""[{"forEach": "name", "select": [{"forEach": "given", "column": [{"name": "a", "path": "$this"}]}],"""
        + """ "column": [{"name": "b", "path": "family"}]}]""", "Testa,Ana;Testa,Bea;Prova,Cleo")]
    [InlineData("""[{"unionAll": [{"forEach": "name", "column": [{"name": "a", "path": "family"}]},"""
        + """{"forEach": "contact", "column": [{"name": "a", "path": "gender"}]}]}]""", "Testa;Prova;female")]
    [InlineData("""[{"column": [{"name": "a", "path": "getResourceKey()"}, {"name": "b", "path": "link.other.getReferenceKey(Patient)"},"""
        + """{"name": "c", "path": "link.other.getReferenceKey(Group)"}]}]""", "Patient/p1,Patient/p2,-")]
    [InlineData("""[{"column": [{"name": "a", "path": "birthDate.lowBoundary()", "type": "date"},"""
        + """{"name": "b", "path": "multipleBirth.ofType(integer)", "type": "decimal"}]}]""", "1970-06-01,2")]
    [InlineData("""[{"column": [{"name": "a", "path": "name.where(family = %family).given.first()"}]}]""", "Cleo")]
    public void Each_construct_makes_its_rows(string select, string rows) => Assert.Equal(rows, RowsOf("Patient", select, Person));

    [Fact]
    public void What_repeats_is_followed_down_in_the_order_of_the_document() => Assert.Equal(
        "0,1;1,1.1;2,1.1.1;3,2",
        RowsOf(
            "QuestionnaireResponse",
            """[{"repeat": ["item", "answer.item"], "column": [{"name": "i", "path": "%rowIndex"}, {"name": "a", "path": "linkId"}]}]""",
            Answers));

    [Fact]
    public void A_condition_must_hold_and_another_type_has_no_rows()
    {
        const string Column = """[{"column": [{"name": "a", "path": "id"}]}]""";
        Assert.Equal("p1", RowsOf("Patient", Column, Person, "active = true"));
        Assert.Equal("", RowsOf("Patient", Column, Person, "active = false"));
        Assert.Equal("", RowsOf("Patient", Column, Person, "deceased.ofType(boolean)"));
        Assert.Equal("", RowsOf("Patient", Column, Answers));
    }

    [Theory]
    [InlineData("""{}""", "ViewDefinition.resource", "ViewDefinition.select")]
    [InlineData("""{"resource": "Ufo", "select": [{"column": [{"name": "a", "path": "id"}]}]}""", "ViewDefinition.resource")]
    [InlineData("""{"resource": "Patient", "select": [{}]}""", "ViewDefinition.select[0]")]
    [InlineData("""{"resource": "Patient", "select": [{"column": [{"name": "1a", "path": "id"}]}]}""",
        "ViewDefinition.select[0].column[0].name")]
    [InlineData("""{"resource": "Patient", "select": [{"column": [{"name": "a", "path": "@@"}]}]}""",
        "ViewDefinition.select[0].column[0].path")]
    [InlineData("""{"resource": "Patient", "select": [{"column": [{"name": "a", "path": "%b"}]}]}""",
        "ViewDefinition.select[0].column[0].path")]
    [InlineData("""{"resource": "Patient", "select": [{"column": [{"name": "a", "path": "id", "type": "HumanName"}]}]}""",
        "ViewDefinition.select[0].column[0].type")]
    [InlineData("""{"resource": "Patient", "select": [{"column": [{"name": "a", "path": "id"}, {"name": "a", "path": "id"}]}]}""",
        "ViewDefinition.select[0].column[1].name")]
    [InlineData("""{"resource": "Patient", "select": [{"forEach": "name", "repeat": ["name"], "column": [{"name": "a", "path": "id"}]}]}""",
        "ViewDefinition.select[0]")]
    [InlineData("""{"resource": "Patient", "select": [{"forEach": "1", "column": [{"name": "a", "path": "id"}]}]}""",
        "ViewDefinition.select[0].forEach")]
    [InlineData("""{"resource": "Patient", "constant": [{"name": "a"}], "select": [{"column": [{"name": "a", "path": "id"}]}]}""",
        "ViewDefinition.constant[0]")]
    [InlineData("""{"resource": "Patient", "colour": 1, "select": [{"column": [{"name": "a", "path": "id"}]}]}""", "ViewDefinition")]
    [InlineData("""{"resource": "Patient", "select": [{"unionAll": [{"column": [{"name": "a", "path": "id"}]},"""
        + """{"column": [{"name": "b", "path": "id"}]}]}]}""", "ViewDefinition.select[0].unionAll[1]")]
    [InlineData("""[]""", "ViewDefinition")]
    [InlineData("""{"resource": """, "ViewDefinition")]
    public void What_is_wrong_is_named(string view, params string[] elements)
    {
        Assert.Null(ViewDefinition.Read(Encoding.UTF8.GetBytes(view), out var issues));
        Assert.Equal(elements, issues.Select(issue => issue.Expression));
    }

    [Theory]
    [InlineData("""[{"column": [{"name": "a", "path": "name.family"}]}]""", "ViewDefinition.select[0].column[0]", false)]
    [InlineData("""[{"column": [{"name": "a", "path": "name.first()"}]}]""", "ViewDefinition.select[0].column[0]", false)]
    [InlineData("""[{"column": [{"name": "a", "path": "active", "type": "integer"}]}]""", "ViewDefinition.select[0].column[0]", false)]
    [InlineData("""[{"forEach": "name.count()", "column": [{"name": "a", "path": "id"}]}]""", "ViewDefinition.select[0].forEach", false)]
    [InlineData("""[{"forEach": "descendants()", "column": [{"name": "a", "path": "%rowIndex"}]},"""
        + """{"forEach": "%resource.descendants()", "column": [{"name": "b", "path": "%rowIndex"}]},"""
        + """{"forEach": "%resource.descendants()", "column": [{"name": "c", "path": "%rowIndex"}]},"""
        + """{"forEach": "%resource.descendants()", "column": [{"name": "d", "path": "%rowIndex"}]}]""", "ViewDefinition", true)]
    public void What_the_data_breaks_is_named(string select, string element, bool isLimit)
    {
        var fault = Assert.Throws<ViewException>(() => RowsOf("Patient", select, Person));
        Assert.Equal((element, isLimit), (fault.Element, fault.IsLimit));
        Assert.DoesNotContain("Testa", fault.Message, StringComparison.Ordinal);
    }

    private static string RowsOf(string type, string select, string resource, string? where = null)
    {
        var view = ViewDefinition.Read(
            Encoding.UTF8.GetBytes($$"""
                {"resourceType": "ViewDefinition", "resource": "{{type}}", "status": "active", "select": {{select}},
                 "constant": [{"name": "family", "valueString": "Prova"}],
                 "where": [{{(where is null ? "" : $$"""{"path": "{{where}}"}""")}}]}
                """),
            out var issues);
        Assert.Empty(issues);
        return string.Join(';', view!.RowsOf(Encoding.UTF8.GetBytes(resource)).Select(row => string.Join(',', row.Select(Cell))));
    }

    private static string Cell(object? cell) => cell switch
    {
        null => "-",
        IReadOnlyList<object> list => $"[{string.Join(' ', list.Select(Cell))}]",
        _ => Convert.ToString(cell, CultureInfo.InvariantCulture)!,
    };
}
