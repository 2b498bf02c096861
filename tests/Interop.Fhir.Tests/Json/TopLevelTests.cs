using System.Text;
using Interop.Fhir.Json;
using Xunit;

namespace Interop.Fhir.Tests.Json;

public sealed class TopLevelTests
{
    private const string Json = """{ "a" : 1, "b":"x\"y" ,"c":{"a":2} }""";

    [Theory]
    [InlineData("a", "true", """{ "a" : true, "b":"x\"y" ,"c":{"a":2} }""")]
    [InlineData("b", "[]", """{ "a" : 1, "b":[] ,"c":{"a":2} }""")]
    [InlineData("c", "\"z\"", """{ "a" : 1, "b":"x\"y" ,"c":"z" }""")]
    [InlineData("d", "null", """{ "a" : 1, "b":"x\"y" ,"c":{"a":2},"d":null }""")]
    public void A_value_is_replaced_or_added(string name, string value, string expected) =>
        Assert.Equal(expected, Text(TopLevel.Replace(Bytes(Json), name, Bytes(value))));

    [Theory]
    [InlineData("a", """{ "b":"x\"y" ,"c":{"a":2} }""")]
    [InlineData("b", """{ "a" : 1 ,"c":{"a":2} }""")]
    [InlineData("c", """{ "a" : 1, "b":"x\"y" }""")]
    [InlineData("d", Json)]
    public void A_property_is_removed_with_one_comma(string name, string expected) =>
        Assert.Equal(expected, Text(TopLevel.Remove(Bytes(Json), name)));

    [Fact]
    public void The_only_property_can_go_and_come()
    {
        Assert.Equal("{  }", Text(TopLevel.Remove("{ \"a\":1 }"u8, "a")));
        Assert.Equal("{\"a\":1}", Text(TopLevel.Replace("{}"u8, "a", "1"u8)));
    }

    [Fact]
    public void A_property_is_inserted_after_another() =>
        Assert.Equal("""{ "a" : 1,"n":0, "b":"x\"y" ,"c":{"a":2} }""", Text(TopLevel.InsertAfter(Bytes(Json), "a", "n", "0"u8)));

    [Fact]
    public void Properties_come_in_document_order_with_their_bytes()
    {
        var properties = TopLevel.Properties(Bytes(Json));

        Assert.Equal(["a", "b", "c"], properties.Select(property => property.Name));
        Assert.Equal(["1", "\"x\\\"y\"", "{\"a\":2}"], properties.Select(property => Json[property.Value]));
        Assert.Equal("1", Text(TopLevel.Value(Bytes(Json), "a")));
        Assert.True(TopLevel.Value(Bytes(Json), "z").IsEmpty);
    }

    [Fact]
    public void A_byte_order_mark_stays()
    {
        const string Marked = "\uFEFF{\"a\":1}";

        Assert.Equal("1", Text(TopLevel.Value(Bytes(Marked), "a")));
        Assert.Equal("\uFEFF{\"a\":2}", Text(TopLevel.Replace(Bytes(Marked), "a", "2"u8)));
        Assert.Equal("\uFEFF{}", Text(TopLevel.Remove(Bytes(Marked), "a")));
        Assert.Equal("\uFEFF{\"a\":1,\"b\":2}", Text(TopLevel.Replace(Bytes(Marked), "b", "2"u8)));
    }

    [Fact]
    public void What_is_no_object_is_a_format_error() => Assert.Throws<FormatException>(() => TopLevel.Properties("[1]"u8));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
