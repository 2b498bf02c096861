using System.Text;
using Interop.Fhir.Schema;
using Interop.Fhir.Search.Index;
using Xunit;

namespace Interop.Fhir.Tests.Search;

/// <summary>What single parameters find in single resources, written down by hand.</summary>
public sealed class ExtractionTests
{
    private const long Day = 86_400_000_000;

    private static readonly IndexExtractor Extractor = new(SearchParameterSet.R4.With(
        [new("Task", "due", "http://example.org/due", SearchParameterType.Date, "Task.restriction.period.end", [], [])]));

    [Fact]
    public void A_code_has_the_system_of_its_value_set() => Finds(
        """{"resourceType":"Patient","gender":"male"}""",
        "gender",
        new TokenEntry("gender", "http://hl7.org/fhir/administrative-gender", "male"));

    [Fact]
    public void A_boolean_is_a_token_without_a_system() => Finds(
        """{"resourceType":"Patient","active":true}""", "active", new TokenEntry("active", null, "true"));

    [Fact]
    public void Deceased_is_false_for_false_and_true_for_a_date()
    {
        Finds("""{"resourceType":"Patient","deceasedBoolean":false}""", "deceased", new TokenEntry("deceased", null, "false"));
        Finds("""{"resourceType":"Patient","deceasedDateTime":"2020"}""", "deceased", new TokenEntry("deceased", null, "true"));
        Finds("""{"resourceType":"Patient","active":true}""", "deceased", new TokenEntry("deceased", null, "false"));
    }

    [Fact]
    public void An_identifier_is_system_and_value_with_the_text_of_its_type() => Finds(
        """{"resourceType":"Patient","identifier":[{"system":"s","value":"v","type":{"text":"MRN"}},{"value":"w"}]}""",
        "identifier",
        new TokenEntry("identifier", "s", "v", "MRN"),
        new TokenEntry("identifier", null, "w"));

    [Fact]
    public void A_concept_gives_its_codings_and_its_text() => Finds(
        """{"resourceType":"Condition","subject":{"reference":"Patient/1"},"code":{"coding":[{"system":"s","code":"c","display":"d"},"""
            + """{"code":"e"}],"text":"t"}}""",
        "code",
        new TokenEntry("code", "s", "c", "d"),
        new TokenEntry("code", null, "e"),
        new TokenEntry("code", null, null, "t"));

    [Fact]
    public void A_contact_point_is_found_by_its_value_within_its_system() => Finds(
        """{"resourceType":"Patient","telecom":[{"system":"email","value":"a@b"},{"system":"phone","value":"1"}]}""",
        "email",
        new TokenEntry("email", "email", "a@b"));

    [Fact]
    public void A_name_is_found_by_each_part_folded() => Finds(
        """{"resourceType":"Patient","name":[{"family":"Ångström ","given":["Zoë  Mae","ŁUKASZ"],"use":"usual","period":"""
            + """{"start":"2020"}}]}""",
        "name",
        new StringEntry("name", "Ångström ", "angstrom"),
        new StringEntry("name", "Zoë  Mae", "zoe mae"),
        new StringEntry("name", "ŁUKASZ", "lukasz"));

    [Fact]
    public void An_address_is_found_by_each_part() => Finds(
        """{"resourceType":"Patient","address":[{"use":"home","line":["1 Main St","Apt 2"],"city":"Durham","postalCode":"27701"}]}""",
        "address",
        new StringEntry("address", "1 Main St", "1 main st"),
        new StringEntry("address", "Apt 2", "apt 2"),
        new StringEntry("address", "Durham", "durham"),
        new StringEntry("address", "27701", "27701"));

    [Fact]
    public void A_primitive_that_has_only_extensions_is_not_found() => Finds(
        """{"resourceType":"Patient","name":[{"_family":{"extension":[{"url":"u","valueString":"x"}]},"given":[null,"b"],"_given":["""
            + """{"id":"a"},null]}]}""",
        "name",
        new StringEntry("name", "b", "b"));

    [Fact]
    public void A_partial_date_covers_its_unit()
    {
        Finds("""{"resourceType":"Patient","birthDate":"1970"}""", "birthdate", new DateEntry("birthdate", 0, (365 * Day) - 1));
        Finds("""{"resourceType":"Patient","birthDate":"1970-02"}""", "birthdate", new DateEntry("birthdate", 31 * Day, (59 * Day) - 1));
        Finds("""{"resourceType":"Patient","birthDate":"1969-12-31"}""", "birthdate", new DateEntry("birthdate", -Day, -1));
    }

    [Fact]
    public void A_period_without_an_end_is_open() => Finds(
        """{"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"period":{"start":"1970-01-02T00:00:00+02:00"}}""",
        "date",
        new DateEntry("date", Day - 7_200_000_000, long.MaxValue));

    [Fact]
    public void A_timing_counts_with_its_outer_limits() => Finds(
        """{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"Patient/1"},"occurrenceTiming":"""
            + """{"event":["1970-01-03","1970-01-01"]}}""",
        "occurrence",
        new DateEntry("occurrence", 0, (3 * Day) - 1));

    [Fact]
    public void An_instant_has_the_precision_of_its_fraction() => Finds(
        """{"resourceType":"Patient","meta":{"lastUpdated":"1970-01-01T00:00:01.5Z"}}""",
        "_lastUpdated",
        new DateEntry("_lastUpdated", 1_500_000, 1_599_999));

    [Fact]
    public void A_number_has_the_precision_of_its_digits() => Finds(
        """{"resourceType":"RiskAssessment","status":"final","subject":{"reference":"Patient/1"},"prediction":["""
            + """{"probabilityDecimal":0.50}]}""",
        "probability",
        new NumberEntry("probability", 0.495, 0.505));

    [Fact]
    public void A_quantity_keeps_unit_and_comparator() => Finds(
        """{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":"""
            + """{"value":5.4,"comparator":">","unit":"milligram","system":"http://unitsofmeasure.org","code":"mg"}}""",
        "value-quantity",
        new QuantityEntry("value-quantity", 5.35, double.PositiveInfinity, "http://unitsofmeasure.org", "mg", "milligram"));

    [Fact]
    public void Money_has_its_currency_as_unit() => Finds(
        """{"resourceType":"Invoice","status":"issued","totalNet":{"value":10,"currency":"USD"}}""",
        "totalnet",
        new QuantityEntry("totalnet", 9.5, 10.5, "urn:iso:std:iso:4217", "USD", null));

    [Fact]
    public void References_are_local_elsewhere_or_logical() => Finds(
        """
        {"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"appointment":[{"reference":"Appointment/a"},
        {"reference":"Appointment/a/_history/2"},{"reference":"https://h/fhir/Appointment/b"},{"reference":"urn:uuid:c"},{"reference":"#d"},
        {"type":"Appointment","identifier":{"system":"s","value":"v"}}]}
        """,
        "appointment",
        new ReferenceEntry("appointment", "Appointment", "a", null, null, null, null),
        new ReferenceEntry("appointment", "Appointment", "a", "2", null, null, null),
        new ReferenceEntry("appointment", "Appointment", null, null, "https://h/fhir/Appointment/b", null, null),
        new ReferenceEntry("appointment", null, null, null, "urn:uuid:c", null, null),
        new ReferenceEntry("appointment", null, null, null, "#d", null, null),
        new ReferenceEntry("appointment", "Appointment", null, null, null, "s", "v"));

    [Fact]
    public void A_patient_parameter_takes_only_references_to_patients()
    {
        const string Group = """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Group/g"}}""";

        Finds(Group, "subject", new ReferenceEntry("subject", "Group", "g", null, null, null, null));
        Finds(Group, "patient");
        Finds(
            """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"type":"Patient","identifier":"""
                + """{"value":"v"}}}""",
            "patient",
            new ReferenceEntry("patient", "Patient", null, null, null, null, "v"));
    }

    [Fact]
    public void A_canonical_is_a_reference_by_url() => Finds(
        """{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"http://q|1"}""",
        "questionnaire",
        new ReferenceEntry("questionnaire", null, null, null, "http://q|1", null, null));

    [Fact]
    public void A_uri_is_kept_as_it_is() => Finds(
        """{"resourceType":"ValueSet","status":"draft","url":"http://x/Y"}""", "url", new UriEntry("url", "http://x/Y"));

    [Fact]
    public void A_location_is_near_its_position() => Finds(
        """{"resourceType":"Location","position":{"longitude":-78.9,"latitude":36.0}}""", "near", new PositionEntry("near", 36.0, -78.9));

    [Fact]
    public void A_composite_pairs_the_values_of_one_item() => Finds(
        """
        {"resourceType":"Observation","status":"final","code":{"text":"bp"},"component":[
        {"code":{"coding":[{"code":"s"}]},"valueQuantity":{"value":120}},{"code":{"coding":[{"code":"d"}]},"valueQuantity":{"value":80}},
        {"code":{"coding":[{"code":"n"}]}}]}
        """,
        "component-code-value-quantity",
        new CompositeEntry("component-code-value-quantity", new(
            [new TokenEntry("component-code-value-quantity", null, "s"), new QuantityEntry(
                "component-code-value-quantity", 119.5, 120.5, null, null, null)])),
        new CompositeEntry("component-code-value-quantity", new(
            [new TokenEntry("component-code-value-quantity", null, "d"), new QuantityEntry(
                "component-code-value-quantity", 79.5, 80.5, null, null, null)])));

    [Fact]
    public void The_pairs_of_a_composite_are_bounded()
    {
        var codings = string.Join(',', Enumerable.Range(0, 300).Select(i => $$"""{"code":"c{{i}}"}"""));

        var entries = Extractor.Extract(Encoding.UTF8.GetBytes(
            $$$"""{"resourceType":"Observation","status":"final","code":{"coding":[{{{codings}}}]},"valueCodeableConcept":{"coding":["""
                + $$$"""{{{codings}}}]}}"""));

        Assert.Equal(10_000, entries.Count(entry => entry.Parameter == "code-value-concept"));
    }

    [Fact]
    public void The_value_date_component_spells_its_type_DateTime() => Finds(
        """{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"c"}]},"valueDateTime":"1970-01-01"}""",
        "code-value-date",
        new CompositeEntry(
            "code-value-date", new([new TokenEntry("code-value-date", null, "c"), new DateEntry("code-value-date", 0, Day - 1)])));

    [Fact]
    public void The_first_entry_of_a_document_is_its_composition() => Finds(
        """{"resourceType":"Bundle","type":"document","entry":[{"resource":{"resourceType":"Composition","id":"c"}},"""
            + """{"resource":{"resourceType":"Patient","id":"p"}}]}""",
        "composition",
        new ReferenceEntry("composition", "Composition", "c", null, null, null, null));

    [Fact]
    public void Common_parameters_are_indexed_for_every_type()
    {
        const string Json = """{"resourceType":"Basic","id":"b","code":{"text":"x"},"meta":{"profile":["http://p"],"tag":["""
            + """{"code":"t"}],"security":[{"system":"s","code":"R"}]}}""";

        Finds(Json, "_id", new TokenEntry("_id", null, "b"));
        Finds(Json, "_profile", new UriEntry("_profile", "http://p"));
        Finds(Json, "_tag", new TokenEntry("_tag", null, "t"));
        Finds(Json, "_security", new TokenEntry("_security", "s", "R"));
    }

    [Fact]
    public void Own_parameters_are_extracted_too() => Finds(
        """{"resourceType":"Task","status":"requested","intent":"order","restriction":{"period":{"end":"1970-01-01T00:00:01Z"}}}""",
        "due",
        new DateEntry("due", 1_000_000, 1_999_999));

    [Fact]
    public void Equal_values_are_indexed_once() => Finds(
        """{"resourceType":"Patient","name":[{"family":"A"},{"family":"A"}]}""", "family", new StringEntry("family", "A", "a"));

    [Fact]
    public void What_is_no_resource_is_a_format_error()
    {
        Assert.Throws<FormatException>(() => Extractor.Extract("{}"u8.ToArray()));
        Assert.Throws<FormatException>(() => Extractor.Extract("{"u8.ToArray()));
    }

    private static void Finds(string json, string parameter, params IndexEntry[] expected) =>
        Assert.Equal(expected, Extractor.Extract(Encoding.UTF8.GetBytes(json)).Where(entry => entry.Parameter == parameter));
}
