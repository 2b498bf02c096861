using System.Text;
using System.Text.RegularExpressions;
using Hl7.Fhir.Model;
using Interop.Server.Authoring;

namespace Interop.Server.Tests.Authoring;

public sealed partial class AuthoringTests
{
    [Fact]
    public void The_server_reads_nothing_with_Firely_but_XML()
    {
        var source = Path.Combine(Repository.Root, "src", "Interop.Server");

        var found = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "FhirXml.cs")
            .SelectMany(file => Reading().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileName(file)}: {match.Value}"));

        Assert.Empty(found);
    }

    [Fact]
    public void Times_and_numbers_stay_as_they_were_given()
    {
        var provenance = new Provenance { Id = "a", RecordedElement = new() { JsonValue = "2026-03-01T12:00:00.500-05:00" } };
        var location = new Location { Id = "b", Position = new() { Longitude = -123.0900m, Latitude = 44.0500m }, Name = "é <b> \"'+" };

        Assert.Equal("""{"resourceType":"Provenance","id":"a","recorded":"2026-03-01T12:00:00.500-05:00"}""", Text(provenance));
        Assert.Equal(
            """{"resourceType":"Location","id":"b","name":"é <b> \"'+","position":{"longitude":-123.0900,"latitude":44.0500}}""",
            Text(location));
        Assert.Equal(
            "2026-03-01T12:00:00-05:00", new DateTimeOffset(2026, 3, 1, 12, 0, 0, 700, TimeSpan.FromHours(-5)).ToDateTimeText());
    }

    private static string Text(Resource resource) => Encoding.UTF8.GetString(AuthoredJson.Of(resource));

    [GeneratedRegex(@"Deserializ\w*|Fhir(Json|Xml)\w*Parser|Hl7\.Fhir\.Rest|ToTypedElement|FhirJsonNode|ForFhir")]
    private static partial Regex Reading();
}
