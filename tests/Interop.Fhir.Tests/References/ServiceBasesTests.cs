using Interop.Fhir.References;
using Xunit;

namespace Interop.Fhir.Tests.References;

public sealed class ServiceBasesTests
{
    private static readonly ServiceBases Bases = new("http://interop.test/fhir", "https://other.test:8443", "http://10.0.0.1:5080/fhir/");

    [Theory]
    [InlineData("Patient/X")]
    [InlineData("http://interop.test/fhir/Patient/X")]
    [InlineData("https://interop.test/fhir/Patient/X")]
    [InlineData("HTTP://Interop.Test:80/fhir//Patient/X/")]
    [InlineData("https://INTEROP.test:443/fhir/Patient/X")]
    [InlineData("http://interop.test:443/fhir/Patient/X")]
    [InlineData("http://interop.test./fhir/Patient/X")]
    [InlineData("http://user@interop.test/fhir/Patient/X")]
    [InlineData("http://interop.test//fhir///Patient//X//")]
    [InlineData("http://interop.test/fhir/./a/../Patient/X")]
    [InlineData("http://interop.test/%66hir/Patient/%58")]
    [InlineData("http://interop.test/FHIR/Patient/X")]
    [InlineData("https://other.test:8443/Patient/X")]
    [InlineData("http://other.test/Patient/X")]
    [InlineData("http://10.0.0.1:5080/fhir/Patient/X")]
    [InlineData("https://10.0.0.1/fhir/Patient/X")]
    public void A_resource_of_ours_has_many_addresses(string text) =>
        Assert.Equal(new ReferenceReading.Local(new("Patient", "X"), null), Bases.Read(text));

    [Theory]
    [InlineData("Patient/X/_history/2")]
    [InlineData("http://interop.test/fhir/Patient/X/_history/2")]
    public void A_version_is_read_with_it(string text) =>
        Assert.Equal(new ReferenceReading.Local(new("Patient", "X"), "2"), Bases.Read(text));

    [Theory]
    [InlineData("http://interop.test:8080/fhir/Patient/X", "Patient")]
    [InlineData("http://interop.test/other/Patient/X", "Patient")]
    [InlineData("http://interop.test.example/fhir/Patient/X", "Patient")]
    [InlineData("http://interop.test/fhirs/Patient/X", "Patient")]
    [InlineData("https://elsewhere.example/fhir/Condition/1/_history/3", "Condition")]
    [InlineData("https://elsewhere.example/", null)]
    [InlineData("mailto:somebody@elsewhere.example", null)]
    [InlineData("ftp://interop.test/fhir/Patient/X", null)]
    public void Other_addresses_are_foreign(string text, string? type) =>
        Assert.Equal(new ReferenceReading.Foreign(type), Bases.Read(text));

    [Theory]
    [InlineData("")]
    [InlineData("Patient")]
    [InlineData("Patient/")]
    [InlineData("/Patient/X")]
    [InlineData("//interop.test/fhir/Patient/X")]
    [InlineData("Patient/X/")]
    [InlineData("Patient//X")]
    [InlineData("Patient/X/Y")]
    [InlineData("Patient/X/_history")]
    [InlineData("Patient/X/_history/")]
    [InlineData("Patient/X#part")]
    [InlineData("Patient/an_id")]
    [InlineData("Nothing/X")]
    [InlineData("patient/X")]
    [InlineData("Patient?")]
    [InlineData("Nothing?name=a")]
    [InlineData(" Patient/X")]
    [InlineData("Patient/X ")]
    [InlineData("#a b")]
    [InlineData("http://")]
    [InlineData("http://interop.test/fhir")]
    [InlineData("http://interop.test/fhir/Patient")]
    [InlineData("http://interop.test/fhir/Nothing/X")]
    [InlineData("http://interop.test/fhir/Patient/X/Y")]
    [InlineData("http://interop.test/fhir/Patient/X#part")]
    [InlineData("http://interop.test/fhir/Patient/X?a=b")]
    [InlineData("http://10.0.0.1/fhir/metadata")]
    public void What_names_no_resource_can_not_be_read(string text) => Assert.Equal(new ReferenceReading.Unreadable(), Bases.Read(text));

    [Fact]
    public void Names_conditions_and_contained_resources_are_told_apart()
    {
        Assert.Equal(new ReferenceReading.Urn(), Bases.Read("urn:uuid:7d0e2b1c-3f43-4a52-9b43-0f5a5e1c2a11"));
        Assert.Equal(new ReferenceReading.Urn(), Bases.Read("URN:oid:1.2.3"));
        Assert.Equal(new ReferenceReading.Conditional("Patient", "identifier=a|b"), Bases.Read("Patient?identifier=a|b"));
        Assert.Equal(new ReferenceReading.Conditional("Patient", "name=a"), Bases.Read("https://interop.test/fhir/Patient?name=a"));
        Assert.Equal(new ReferenceReading.Fragment("a"), Bases.Read("#a"));
        Assert.Equal(new ReferenceReading.Fragment(""), Bases.Read("#"));
    }
}
