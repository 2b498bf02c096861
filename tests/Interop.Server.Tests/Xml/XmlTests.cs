using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;

namespace Interop.Server.Tests.Xml;

/// <summary>Whoever speaks XML does all that others do in JSON: the same resources, judged and refused by the same rules.</summary>
public class XmlTests : SceneTests
{
    private const string Patient = """
        <?xml version="1.0" encoding="UTF-8"?>
        <Patient xmlns="http://hl7.org/fhir"><text><status value="generated"/>
        <div xmlns="http://www.w3.org/1999/xhtml">Ana &amp; Co</div></text>
        <name><use value="official"/><family value="Testa"/><given value="Ana"/><given value="Lou"/></name><gender value="female"/>
        <birthDate value="1990-05-01"><extension url="http://hl7.org/fhir/StructureDefinition/patient-birthTime">
        <valueDateTime value="1990-05-01T10:00:00.500-05:00"/></extension></birthDate></Patient>
        """;

    private static readonly XNamespace Fhir = "http://hl7.org/fhir";

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"), Fixtures.Patient("p2"), Fixtures.Condition("c1", "p1"), Fixtures.Consent("c", "p1", "city-hospital"),
    ];

    [Fact]
    public async Task What_is_sent_in_XML_is_the_same_resource_and_comes_back_in_either_form()
    {
        using var navigator = Server.As("navigator");

        using var created = await SendAsync(navigator, HttpMethod.Post, "Patient", Patient);

        Assert.Equal(201, (int)created.StatusCode);
        Assert.Equal("application/fhir+xml", created.Content.Headers.ContentType?.MediaType);
        var id = ValueOf(await XmlAsync(created), "id");
        var json = (await navigator.GetJsonAsync($"Patient/{id}")).GetRawText();
        foreach (var part in new[] { "\"Testa\"", "\"Lou\"", "\"_birthDate\"", "1990-05-01T10:00:00.500-05:00", "Ana &amp; Co" })
        {
            Assert.Contains(part, json, StringComparison.Ordinal);
        }

        foreach (var path in new[] { $"Patient/{id}?_format=xml", $"Patient/{id}?_format=application/fhir%2Bxml", $"Patient/{id}" })
        {
            using var read = await AskAsync(navigator, path, path.Contains('?', StringComparison.Ordinal) ? "*/*" : "application/fhir+xml");
            Assert.Equal("1990-05-01", ValueOf(await XmlAsync(read), "birthDate"));
            Assert.NotNull(read.Headers.ETag);
            Assert.Contains("Accept", read.Headers.Vary);
        }

        using var changed = await SendAsync(navigator, HttpMethod.Put, $"Patient/{id}", Patient
            .Replace("<text>", $"<id value=\"{id}\"/><text>", StringComparison.Ordinal).Replace("1990", "1991", StringComparison.Ordinal));
        Assert.Equal(200, (int)changed.StatusCode);
    }

    [Fact]
    public async Task A_transaction_a_search_and_its_next_page_are_in_XML_too()
    {
        using var navigator = Server.As("navigator");
        using var done = await SendAsync(navigator, HttpMethod.Post, "", """
            <Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/><entry>
            <fullUrl value="urn:uuid:9d3f9f3c-5f5e-4c9e-8a52-0c7b2b9b2f11"/>
            <resource><Patient><name><family value="Testa"/></name></Patient></resource>
            <request><method value="POST"/><url value="Patient"/></request></entry></Bundle>
            """);
        Assert.Equal(200, (int)done.StatusCode);
        Assert.Equal("Bundle", (await XmlAsync(done)).Name.LocalName);

        using var first = await AskAsync(navigator, "Patient?_count=1&_format=xml", "*/*");
        var link = (await XmlAsync(first)).Elements(Fhir + "link")
            .Single(each => ValueOf(each, "relation") == "next");
        using var second = await AskAsync(navigator, new Uri(ValueOf(link, "url")).PathAndQuery, "*/*");

        Assert.Single((await XmlAsync(second)).Elements(Fhir + "entry"));
    }

    [Fact]
    public async Task A_partner_sees_no_more_in_XML_than_in_JSON()
    {
        using var hospital = Server.As("hospital");

        using var condition = await AskAsync(hospital, "Condition/c1", "application/fhir+xml");
        using var hidden = await AskAsync(hospital, "Condition/none", "application/fhir+xml");

        var shown = await XmlAsync(condition);
        Assert.Null(shown.Element(Fhir + "note"));
        Assert.NotNull(shown.Element(Fhir + "code"));
        Assert.Equal(404, (int)hidden.StatusCode);
        Assert.Equal("OperationOutcome", (await XmlAsync(hidden)).Name.LocalName);
    }

    /// <summary>What is wrong, and what the refusal names.</summary>
    [Theory]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"><gender value=\"female\"></Patient>", 400, null)]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"b\">]><Patient xmlns=\"http://hl7.org/fhir\"><gender value=\"&a;\"/></Patient>", 400, null)]
    [InlineData("<Patient><gender value=\"female\"/></Patient>", 400, null)]
    [InlineData("<Nobody xmlns=\"http://hl7.org/fhir\"/>", 400, null)]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"><shoe value=\"38\"/></Patient>", 400, "shoe")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"><gender value=\"blue\"/></Patient>", 400, "Patient.gender")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"><birthDate value=\"May\"/></Patient>", 400, "Patient.birthDate")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"><active value=\"perhaps\"/></Patient>", 400, "Patient.active")]
    [InlineData("{\"resourceType\":\"Patient\"}", 400, null)]
    [InlineData("", 400, null)]
    public async Task What_is_no_resource_of_R4_is_refused_and_nothing_is_stored(string xml, int status, string? named)
    {
        using var navigator = Server.As("navigator");
        var before = (await navigator.GetJsonAsync("Patient?_summary=count")).GetProperty("total").GetInt32();

        using var answer = await SendAsync(navigator, HttpMethod.Post, "Patient", xml);

        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, text);
        Assert.Contains("OperationOutcome", text, StringComparison.Ordinal);
        Assert.Contains(named ?? "", text, StringComparison.Ordinal);
        Assert.Equal(before, (await navigator.GetJsonAsync("Patient?_summary=count")).GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("application/fhir+xml;q=0.5, application/fhir+json", false)]
    [InlineData("application/fhir+xml, application/fhir+json;q=0.9", true)]
    [InlineData("application/fhir+xml, application/fhir+json", false)]
    [InlineData("text/xml", true)]
    [InlineData("*/*", false)]
    public async Task The_form_is_the_one_that_is_preferred(string accept, bool isXml)
    {
        using var navigator = Server.As("navigator");

        using var read = await AskAsync(navigator, "Patient/p1", accept);

        Assert.Equal(isXml ? "application/fhir+xml" : "application/fhir+json", read.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Who_is_not_let_in_has_no_body_read_and_is_told_so_in_XML()
    {
        using var nobody = Server.WithToken(null);

        using var answer = await SendAsync(nobody, HttpMethod.Post, "Patient", "<not closed");

        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Equal("OperationOutcome", (await XmlAsync(answer)).Name.LocalName);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, string xml)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(xml.TrimStart(), new UTF8Encoding(false), new MediaTypeHeaderValue("application/fhir+xml")),
        };
        request.Headers.TryAddWithoutValidation("Accept", "application/fhir+xml");
        return await client.SendAsync(request);
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.RelativeOrAbsolute));
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await client.SendAsync(request);
    }

    private static string ValueOf(XElement parent, string name) => parent.Element(Fhir + name)!.Attribute("value")!.Value;

    private static async Task<XElement> XmlAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/fhir+xml", answer.Content.Headers.ContentType?.MediaType);
        return XElement.Parse(await answer.Content.ReadAsStringAsync());
    }
}
