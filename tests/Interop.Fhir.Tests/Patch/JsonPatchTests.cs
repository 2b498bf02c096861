using System.Text;
using Interop.Fhir.Patch;
using Xunit;

namespace Interop.Fhir.Tests.Patch;

public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("""{ "a": 1 }""", """[{"op":"add","path":"/b","value":[2]}]""", """{ "a": 1,"b":[2] }""")]
    [InlineData("""{ "a": 1 }""", """[{"op":"add","path":"/a","value":"x"}]""", """{ "a": "x" }""")]
    [InlineData("""{"a":[1, 3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1, 2,3]}""")]
    [InlineData("""{"a":[1, 3]}""", """[{"op":"add","path":"/a/-","value":4}]""", """{"a":[1, 3,4]}""")]
    [InlineData("""{"a":[]}""", """[{"op":"add","path":"/a/0","value":4}]""", """{"a":[4]}""")]
    [InlineData("""{"a":[1, 2 ,3]}""", """[{"op":"remove","path":"/a/1"}]""", """{"a":[1 ,3]}""")]
    [InlineData("""{"a":1, "b":2}""", """[{"op":"remove","path":"/a"}]""", """{"b":2}""")]
    [InlineData("""{"a":"x","b":2.50}""", """[{"op":"replace","path":"/a","value":{"c":1.0}}]""", """{"a":{"c":1.0},"b":2.50}""")]
    [InlineData("""{"a":{"b":1},"c":{}}""", """[{"op":"move","from":"/a/b","path":"/c/d"}]""", """{"a":{},"c":{"d":1}}""")]
    [InlineData("""{"a":[1,2,3]}""", """[{"op":"move","from":"/a/0","path":"/a/2"}]""", """{"a":[2,3,1]}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":"/c"}]""", """{"a":{"b":1},"c":{"b":1}}""")]
    [InlineData(
        """{"a/b":1,"m~n":2,"~1":3}""",
        """[{"op":"remove","path":"/a~1b"},{"op":"remove","path":"/m~0n"},{"op":"test","path":"/~01","value":3}]""",
        """{"~1":3}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"","value":{"b":2}}]""", """{"b":2}""")]
    [InlineData("""{"":1}""", """[{"op":"replace","path":"/","value":2}]""", """{"":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":null,"xyz":1}]""", """{"a":1,"b":null}""")]
    public void An_operation_changes_its_place_and_no_other_byte(string document, string patch, string expected) =>
        Assert.Equal(expected, Apply(document, patch));

    [Theory]
    [InlineData("""{"a":{"x":1,"y":[1,2]}}""", "/a", """{"y":[1.0,20e-1],"x":1}""", true)]
    [InlineData("""{"a":"\u0041"}""", "/a", "\"A\"", true)]
    [InlineData("""{"a":1}""", "/a", "\"1\"", false)]
    [InlineData("""{"a":[1,2]}""", "/a", "[2,1]", false)]
    [InlineData("""{"a":null}""", "/a", "null", true)]
    [InlineData("""{"a":1}""", "/b", "null", false)]
    [InlineData("""{"a":0}""", "/a", "-0.0", true)]
    [InlineData("""{"a":12345678901234567890123456789012}""", "/a", "12345678901234567890123456789013", false)]
    public void A_test_compares_json_values(string document, string path, string value, bool holds)
    {
        var patch = $$"""[{"op":"test","path":"{{path}}","value":{{value}}}]""";

        Assert.Equal(holds ? document : null, Apply(document, patch));
    }

    [Theory]
    [InlineData("""[{"op":"remove","path":"/zz"}]""")]
    [InlineData("""[{"op":"replace","path":"/zz","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/zz/y","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/l/3","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/l/01","value":1}]""")]
    [InlineData("""[{"op":"remove","path":"/l/-"}]""")]
    [InlineData("""[{"op":"remove","path":"/l/2"}]""")]
    [InlineData("""[{"op":"remove","path":""}]""")]
    [InlineData("""[{"op":"copy","from":"/zz","path":"/y"}]""")]
    [InlineData("""[{"op":"replace","path":"/a","value":2},{"op":"test","path":"/a","value":1}]""")]
    public void An_operation_that_fails_leaves_nothing_changed_and_says_which_it_was(string patch)
    {
        var result = JsonPatch.Parse(Bytes(patch), out _)!.Apply(Bytes("""{"a":1,"l":[1,2]}"""), out var issues);

        Assert.Null(result);
        Assert.Equal("processing", Assert.Single(issues).Code);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[")]
    [InlineData("""[{"op":"spam","path":"/a"}]""")]
    [InlineData("""[{"op":"add","path":"/a"}]""")]
    [InlineData("""[{"op":"add","path":"a","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/a~2","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/a~","value":1}]""")]
    [InlineData("""[{"op":"move","path":"/a"}]""")]
    [InlineData("""[{"op":"move","from":"/a","path":"/a/b"}]""")]
    [InlineData("""[{"op":"add","op":"remove","path":"/a","value":1}]""")]
    [InlineData("""[{"path":"/a","value":1}]""")]
    public void What_is_no_patch_is_refused_before_anything_is_done(string patch)
    {
        Assert.Null(JsonPatch.Parse(Bytes(patch), out var issues));
        Assert.NotEmpty(issues);
    }

    [Fact]
    public void A_patch_that_doubles_the_document_again_and_again_ends_in_an_issue()
    {
        var operations = Enumerable.Range(0, 60).Select(i => $$"""{"op":"copy","from":"/a","path":"/a/{{i}}"}""");

        Assert.Null(JsonPatch.Parse(Bytes($"[{string.Join(',', operations)}]"), out _)!.Apply(Bytes("""{"a":{}}"""), out var issues));
        Assert.Single(issues);
    }

    [Fact]
    public void All_broken_operations_are_named()
    {
        Assert.Null(JsonPatch.Parse("""[{"op":"x"},{"op":"remove","path":"/a"},{"op":"remove"}]"""u8.ToArray(), out var issues));
        Assert.Equal(["[0]", "[2]"], issues.Select(issue => issue.Expression));
    }

    private static string? Apply(string document, string patch)
    {
        var parsed = JsonPatch.Parse(Bytes(patch), out var issues);
        Assert.Empty(issues);
        return parsed!.Apply(Bytes(document), out _) is { } changed ? Encoding.UTF8.GetString(changed) : null;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
