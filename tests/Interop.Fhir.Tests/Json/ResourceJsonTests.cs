using System.Text;
using Interop.Fhir.Json;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Json;

public sealed class ResourceJsonTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 4, 5, 6, 789, TimeSpan.Zero);

    [Theory]
    [InlineData(
        """{"resourceType":"Patient"}""",
        """{"resourceType":"Patient","id":"n","meta":{"versionId":"2","lastUpdated":"2026-11-22T04:05:06.789Z"}}""")]
    [InlineData(
        """{ "active" : true, "id" : "old" , "resourceType":"Patient" }""",
        """{ "active" : true, "id" : "n","meta":{"versionId":"2","lastUpdated":"2026-11-22T04:05:06.789Z"} , "resourceType":"Patient" }""")]
    [InlineData(
        """{"resourceType":"Patient","id":"n","meta":{ "profile" : ["p"] }}""",
        """{"resourceType":"Patient","id":"n","meta":{"versionId":"2","lastUpdated":"2026-11-22T04:05:06.789Z", "profile" : ["p"] }}""")]
    [InlineData(
        """{"resourceType":"Patient","id":"n","meta":{"lastUpdated":"1999-01-01T00:00:00Z", "tag":[], "versionId":"9"}}""",
        """{"resourceType":"Patient","id":"n","meta":{"lastUpdated":"2026-11-22T04:05:06.789Z", "tag":[], "versionId":"2"}}""")]
    [InlineData(
        """{"meta":{},"resourceType":"Patient"}""",
        """{"meta":{"versionId":"2","lastUpdated":"2026-11-22T04:05:06.789Z"},"resourceType":"Patient","id":"n"}""")]
    public void Identity_is_set_and_every_other_byte_kept(string before, string after) =>
        Assert.Equal(after, Encoding.UTF8.GetString(ResourceJson.WithIdentity(Encoding.UTF8.GetBytes(before), "n", "2", Time)));

    [Fact]
    public void Without_a_new_id_the_old_one_stays()
    {
        var header = ResourceJson.ReadHeader(ResourceJson.WithIdentity("{\"resourceType\":\"Patient\",\"id\":\"a\"}"u8, null, "2", Time));

        Assert.Equal(new("Patient", "a", "2", "2026-11-22T04:05:06.789Z"), header);
    }

    [Fact]
    public void Instants_have_microseconds_where_there_are_any()
    {
        Assert.Equal("2026-11-22T04:05:06.789Z", ResourceJson.Instant(Time));
        Assert.Equal("2026-11-22T04:05:06.789012Z", ResourceJson.Instant(Time.AddMicroseconds(12)));
        Assert.Equal("2026-11-22T02:05:06.789Z", ResourceJson.Instant(new DateTimeOffset(Time.DateTime, TimeSpan.FromHours(2))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    public void What_is_no_object_has_no_header(string json) => Assert.Null(ResourceJson.ReadHeader(Encoding.UTF8.GetBytes(json)));

    [ExamplesFact]
    public void Every_official_example_keeps_every_byte_but_those_of_meta()
    {
        Parallel.ForEach(Examples.Files(), file =>
        {
            var before = File.ReadAllBytes(file);
            var after = ResourceJson.WithIdentity(before, null, "7", Time);

            Assert.Equal("7", ResourceJson.ReadHeader(after)!.VersionId);
            Assert.True(WithoutMeta(before).AsSpan().SequenceEqual(WithoutMeta(after)), file);
            Assert.Equal(MetaWithoutIdentity(before), MetaWithoutIdentity(after));
            Assert.Equal(ResourceValidator.Validate(before), ResourceValidator.Validate(after));
        });
    }

    private static byte[] WithoutMeta(byte[] resource) => TopLevel.Remove(resource, "meta");

    private static IEnumerable<string> MetaWithoutIdentity(byte[] resource)
    {
        var meta = TopLevel.Value(resource, "meta").ToArray();
        return meta.Length == 0 ? [] : TopLevel.Properties(meta)
            .Where(property => property.Name is not ("versionId" or "lastUpdated"))
            .Select(property => property.Name + Encoding.UTF8.GetString(meta[property.Value]));
    }
}
