using Xunit;

namespace Interop.Fhir.Tests.Validation;

/// <summary>Documents, messages, fragments, attachments and periods.</summary>
public sealed partial class RuleTests
{
    public static TheoryData<string, string, string?> Documents => new()
    {
        { "relative to the fullUrl", Document("http://a/Composition/c", "Patient/a", "http://a/Patient/a"), null },
        { "absolute", Document(Uuid + "1", "http://a/Patient/a", "http://a/Patient/a"), null },
        { "by uuid", Document(Uuid + "1", Uuid + "2", Uuid + "2"), null },
        { "versioned, relative", Document("http://a/Composition/c", "Patient/a/_history/1", "http://a/Patient/a"), null },
        { "versioned, absolute", Document(Uuid + "1", "http://a/Patient/a/_history/1", "http://a/Patient/a"), null },
        { "contained", Document(Uuid + "1", "#p", Uuid + "2", """,{"resourceType":"Patient","id":"p"}"""), null },
        {
            "logical",
            Document(Uuid + "1", Uuid + "2", Uuid + "2")
                .Replace("\"reference\":\"" + Uuid + "2\"", "\"identifier\":{\"value\":\"1\"}", StringComparison.Ordinal),
            null
        },
        {
            "another server's", Document("http://b/Composition/c", "Patient/a", "http://a/Patient/a"),
            "Bundle.entry[0].resource.subject.reference"
        },
        {
            "another type", Document("http://a/Composition/c", "Group/a", "http://a/Patient/a"),
            "Bundle.entry[0].resource.subject.reference"
        },
        { "relative, from a uuid", Document(Uuid + "1", "Patient/a", Uuid + "2"), "Bundle.entry[0].resource.subject.reference" },
        {
            "relative, from no RESTful address", Document("http://a/c", "Patient/a", "http://a/Patient/a"),
            "Bundle.entry[0].resource.subject.reference"
        },
        {
            "absolute and not there", Document(Uuid + "1", "http://a/Patient/b", "http://a/Patient/a"),
            "Bundle.entry[0].resource.subject.reference"
        },
        { "another uuid", Document(Uuid + "1", Uuid + "3", Uuid + "2"), "Bundle.entry[0].resource.subject.reference" },
        {
            "another version, relative", Document("http://a/Composition/c", "Patient/a/_history/2", "http://a/Patient/a"),
            "Bundle.entry[0].resource.subject.reference"
        },
        {
            "another version, absolute", Document(Uuid + "1", "http://a/Patient/a/_history/2", "http://a/Patient/a"),
            "Bundle.entry[0].resource.subject.reference"
        },
        {
            "a search", Document("http://a/Composition/c", "Patient?identifier=1", "http://a/Patient/a"),
            "Bundle.entry[0].resource.subject.reference"
        },
        { "contained and not there (ref-1)", Document(Uuid + "1", "#q", Uuid + "2"), "Bundle.entry[0].resource.subject" },
        { "an author", Composed("""
            "author":[{"reference":"#d"},{"reference":"Device/1"}]
            """), "Bundle.entry[0].resource.author[1].reference" },
        { "an encounter", Composed("""
            "encounter":{"reference":"Encounter/1"}
            """), "Bundle.entry[0].resource.encounter.reference" },
        { "an attester", Composed("""
            "attester":[{"mode":"legal","party":{"reference":"Patient/1"}}]
            """), "Bundle.entry[0].resource.attester[0].party.reference" },
        { "a custodian", Composed("""
            "custodian":{"reference":"Organization/1"}
            """), "Bundle.entry[0].resource.custodian.reference" },
        { "an event", Composed("""
            "event":[{"detail":[{"reference":"Encounter/1"}]}]
            """), "Bundle.entry[0].resource.event[0].detail[0].reference" },
        { "an entry of a section", Composed("""
            "section":[{"entry":[{"reference":"http://a/Device/d"},{"reference":"Patient/1"}]}]
            """), "Bundle.entry[0].resource.section[0].entry[1].reference" },
        { "an entry of a section in a section", Composed("""
            "section":[{"section":[{"section":[{"entry":[{"reference":"Patient/1"}]}]}]}]
            """), "Bundle.entry[0].resource.section[0].section[0].section[0].entry[0].reference" },
        { "an earlier document, which is another one", Composed("""
            "relatesTo":[{"code":"replaces","targetReference":{"reference":"Composition/0"}}]
            """), null },
        {
            "what the Patient refers to",
            Document(Uuid + "1", Uuid + "2", Uuid + "2")
                .Replace(
                    "\"versionId\":\"1\"}",
                    "\"versionId\":\"1\"},\"managingOrganization\":{\"reference\":\"http://a/Organization/1\"}",
                    StringComparison.Ordinal),
            null
        },
        { "the focus of a message", Message("http://a/Patient/a"), null },
        { "the focus of a message, not there", Message("http://a/Patient/b"), "Bundle.entry[0].resource.focus[0].reference" },
        {
            "the same reference outside a document",
            Document(Uuid + "1", Uuid + "3", Uuid + "2").Replace("\"document\"", "\"collection\"", StringComparison.Ordinal), null
        },
    };

    public static TheoryData<string, string, string?> Fragments => new()
    {
        { "a uuid", Referring(Uuid + "1"), null },
        { "a uuid with a fragment", Referring(Uuid + "1#p"), "Patient.managingOrganization.reference" },
        { "an oid with a fragment", Referring("urn:oid:1.2#p"), "Patient.managingOrganization.reference" },
        { "an address with a fragment", Referring("http://a/Organization/1#p"), "Patient.managingOrganization.reference" },
        { "a relative one with a fragment", Referring("Organization/1#p"), "Patient.managingOrganization.reference" },
        {
            "a canonical with a fragment, which R4 allows",
            """{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"http://a/Questionnaire/1#p"}""", null
        },
    };

    public static TheoryData<string, string, string?> Attachments => new()
    {
        { "the length of the data", Attached("TWFu", 3), null },
        { "one byte of padding", Attached("TWE=", 2), null },
        { "two bytes of padding", Attached("TQ==", 1), null },
        { "spaces and broken lines", Attached("TW Fu\\r\\nTWFu\\t", 6), null },
        { "an escaped slash and plus", Attached("\\/\\/\\u002b\\/", 3), null },
        { "no data, only an address", """{"resourceType":"Patient","photo":[{"url":"http://a/b","size":5}]}""", null },
        { "too small", Attached("TWFu", 2), "Patient.photo[0].size" },
        { "too large", Attached("TWFu", 100), "Patient.photo[0].size" },
        { "the length of the base64", Attached("TWFu", 4), "Patient.photo[0].size" },
        { "the length with padding", Attached("TQ==", 3), "Patient.photo[0].size" },
        { "zero", Attached("TWFu", 0), "Patient.photo[0].size" },
        {
            "in an extension",
            """{"resourceType":"Patient","extension":[{"url":"http://a","valueAttachment":"""
                + """{"contentType":"text/plain","data":"TWFu","size":9}}]}""",
            "Patient.extension[0].value.size"
        },
        { "the SHA-1 of the data", Hashed("TWFu", "i3C7Ok1FjPKXq3s6Owe2O1ygfek="), null },
        { "of data in broken lines", Hashed("TW\\r\\nFu", "i3C7Ok1FjPKXq3s6Owe2O1ygfek="), null },
        { "of data with an escaped slash", Hashed("TW\\/u", "Uc8OS0WiyXwBOOy4+/AX/+ayiSw="), null },
        { "a hash without data", """{"resourceType":"Patient","photo":[{"url":"http://a/b","hash":"TWFu"}]}""", null },
        { "of other data", Hashed("TWFv", "i3C7Ok1FjPKXq3s6Owe2O1ygfek="), "Patient.photo[0].hash" },
        { "of the base64 instead of the data", Hashed("TWFu", "BxiB/E2bh86QwjSwS6OgFrGcHyY="), "Patient.photo[0].hash" },
        { "in hexadecimal", Hashed("TWFu", "8b70bb3a4d458cf297ab7b3a3b07b63b5ca07de9"), "Patient.photo[0].hash" },
        { "the SHA-256", Hashed("TWFu", "IP4b0gHNkAvb/+rsC0LkC1HL9rN65fvq3dg6q5oiGDc="), "Patient.photo[0].hash" },
        { "a hash that is no base64 has one issue, not two", Hashed("TWFu", "i3C"), "Patient.photo[0].hash" },
        { "data that is no base64 has one issue, not two", Attached("TWF", 9), "Patient.photo[0].data" },
    };

    // https://hl7.org/fhir/R4/datatypes.html#Period: an end includes all that matches it. A date has no time zone, a dateTime has.
    public static TheoryData<string, string, string?> Periods => new()
    {
        { "a year in itself", During("2020", "2020"), null },
        { "a day in its year", During("2020-05-05", "2020"), null },
        { "a day in its month", During("2020-05-05", "2020-05"), null },
        { "a month and its first day", During("2020-05", "2020-05-01"), null },
        { "a year and a day in it", During("2020", "2020-01-01"), null },
        { "a time on the day of the end", During("2020-05-05T10:00:00Z", "2020-05-05"), null },
        { "a time on the next day, which is the same day further west", During("2020-05-06T02:00:00Z", "2020-05-05"), null },
        { "the same moment in two zones", During("2020-05-05T12:00:00+02:00", "2020-05-05T10:00:00Z"), null },
        { "years", During("2021", "2020"), "Patient.name[0].period" },
        { "months", During("2020-06", "2020-05"), "Patient.name[0].period" },
        { "a year and an earlier day", During("2021", "2020-12-31"), "Patient.name[0].period" },
        { "a day and an earlier year", During("2020-01-01", "2019"), "Patient.name[0].period" },
        { "a month and an earlier day", During("2020-06", "2020-05-31"), "Patient.name[0].period" },
        { "a day and an earlier month", During("2020-06-01", "2020-05"), "Patient.name[0].period" },
        { "a time two days after the end", During("2020-05-07T00:00:00Z", "2020-05-05"), "Patient.name[0].period" },
        { "a time and an earlier year", During("2020-05-07T00:00:00Z", "2019"), "Patient.name[0].period" },
        { "a day after the moment of the end", During("2020-05-07", "2020-05-05T00:00:00Z"), "Patient.name[0].period" },
        { "moments", During("2020-05-05T10:00:01Z", "2020-05-05T10:00:00Z"), "Patient.name[0].period" },
        { "moments in two zones", During("2020-05-05T11:00:00Z", "2020-05-05T12:00:00+02:00"), "Patient.name[0].period" },
    };

    /// <summary>A document of a Composition and version 1 of a Patient, its subject; the author is contained.</summary>
    private static string Document(string composition, string subject, string patient, string contained = "") => Entries(
        "document",
        Entry(composition, Composition($$"""
            "subject":{"reference":"{{subject}}"}
            """, contained)),
        Entry(patient, Version("1")));

    private static string Composed(string element) => Entries(
        "document",
        Entry("http://a/Composition/c", Composition(element)),
        Entry("http://a/Device/d", """{"resourceType":"Device","id":"d"}"""));

    private static string Composition(string element, string contained = "")
    {
        var author = element.Contains("author", StringComparison.Ordinal) ? string.Empty : "\"author\":[{\"reference\":\"#d\"}],";
        return $$"""{"resourceType":"Composition","id":"c","contained":[{"resourceType":"Device","id":"d"}{{contained}}],"""
            + $$"""{{author}}"status":"final","type":{"text":"t"},"date":"2020","title":"t",{{element}} }""";
    }

    private static string Message(string focus) => Entries(
        "message",
        Entry(
            Uuid + "1",
            """{"resourceType":"MessageHeader","eventUri":"http://e","source":{"endpoint":"http://s"},"focus":["""
                + $$"""{"reference":"{{focus}}"}]}"""),
        Entry("http://a/Patient/a", Patient));

    private static string Referring(string reference) =>
        $$"""{"resourceType":"Patient","managingOrganization":{"reference":"{{reference}}"} }""";

    private static string Attached(string data, int size) =>
        $$"""{"resourceType":"Patient","photo":[{"contentType":"text/plain","data":"{{data}}","size":{{size}} }]}""";

    private static string Hashed(string data, string hash) =>
        $$"""{"resourceType":"Patient","photo":[{"contentType":"text/plain","data":"{{data}}","hash":"{{hash}}" }]}""";

    private static string During(string start, string end) =>
        $$"""{"resourceType":"Patient","name":[{"family":"f","period":{"start":"{{start}}","end":"{{end}}"} }]}""";
}
