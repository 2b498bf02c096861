using System.Text;
using System.Text.Json;
using Interop.Fhir.Terminology;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Terminology;

public sealed class TerminologySetTests
{
    private const string Animals = """
        {"resourceType":"CodeSystem","url":"http://x/animals","version":"1","name":"Animals","status":"active","caseSensitive":true,
        "valueSet":"http://x/vs/animals","content":"complete",
         "property":[{"code":"legs","type":"integer"},{"code":"notSelectable","type":"boolean"},{"code":"parent","type":"code"}],
         "concept":[
          {"code":"mammal","display":"Mammal","concept":[
            {"code":"dog","display":"Dog","definition":"Barks","designation":[{"language":"de","value":"Hund"}],"property":[{"code":"legs",
            "valueInteger":4}],"concept":[{"code":"puppy","display":"Puppy"}]},
            {"code":"bat","display":"Bät","property":[{"code":"legs","valueInteger":2}]}]},
          {"code":"group","display":"Group","property":[{"code":"notSelectable","valueBoolean":true}],"concept":[{"code":"snake",
          "display":"Snake","property":[{"code":"legs","valueInteger":0},{"code":"inactive","valueBoolean":true}]}]},
          {"code":"platypus","display":"Platypus","property":[{"code":"parent","valueCode":"mammal"}]}]}
        """;

    private static readonly DateTimeOffset Time = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, string> Compositions => new()
    {
        { """{"include":[{"system":"http://x/animals"}]}""", "mammal dog puppy bat snake platypus" },
        { """{"inactive":false,"include":[{"system":"http://x/animals"}]}""", "mammal dog puppy bat platypus" },
        { """{"include":[{"system":"http://x/animals","concept":[{"code":"bat"},{"code":"group"}]}]}""", "bat group" },
        {
            """{"include":[{"system":"http://x/animals","filter":[{"property":"concept","op":"is-a","value":"mammal"}]}]}""",
            "mammal dog puppy bat platypus"
        },
        {
            """{"include":[{"system":"http://x/animals","filter":[{"property":"concept","op":"descendent-of","value":"mammal"}]}]}""",
            "dog puppy bat platypus"
        },
        { """{"include":[{"system":"http://x/animals","filter":[{"property":"concept","op":"is-not-a","value":"mammal"}]}]}""", "snake" },
        {
            """{"include":[{"system":"http://x/animals","filter":[{"property":"concept","op":"generalizes","value":"puppy"}]}]}""",
            "mammal dog puppy"
        },
        { """{"include":[{"system":"http://x/animals","filter":[{"property":"legs","op":"=","value":"4"}]}]}""", "dog" },
        { """{"include":[{"system":"http://x/animals","filter":[{"property":"legs","op":"in","value":"2,4"}]}]}""", "dog bat" },
        { """{"include":[{"system":"http://x/animals","filter":[{"property":"legs","op":"exists","value":"true"}]}]}""", "dog bat snake" },
        {
            """{"include":[{"system":"http://x/animals","filter":[{"property":"legs","op":"exists","value":"false"}]}]}""",
            "mammal puppy platypus"
        },
        { """{"include":[{"system":"http://x/animals","filter":[{"property":"code","op":"regex","value":"p.*"}]}]}""", "puppy platypus" },
        {
            """{"include":[{"system":"http://x/animals","filter":[{"property":"concept","op":"is-a","value":"mammal"},"""
                + """{"property":"legs","op":"exists","value":"true"}]}]}""",
            "dog bat"
        },
        {
            """{"include":[{"system":"http://x/animals"}],"exclude":[{"system":"http://x/animals","filter":["""
                + """{"property":"concept","op":"is-a","value":"dog"}]}]}""",
            "mammal bat snake platypus"
        },
        {
            """{"include":[{"valueSet":["http://x/vs/animals"]}],"exclude":[{"system":"http://x/animals","concept":[{"code":"bat"}]}]}""",
            "mammal dog puppy snake platypus"
        },
        {
            """{"include":[{"system":"http://x/other","concept":[{"code":"bat"}]},"""
                + """{"system":"http://x/animals","concept":[{"code":"bat"}]}]}""",
            "bat bat"
        },
        { """{"include":[{"valueSet":["http://hl7.org/fhir/ValueSet/administrative-gender"]}]}""", "male female other unknown" },
    };

    [Theory]
    [MemberData(nameof(Compositions))]
    public void A_composition_expands_to_its_codes_and_has_no_others_as_members(string compose, string codes)
    {
        var set = Set(compose);

        var expansion = Expansion(set.Expand("http://x/vs", Time));
        var listed = expansion.GetProperty("expansion").GetProperty("contains").EnumerateArray().ToList();

        Assert.Equal(codes.Split(' '), listed.Select(item => item.GetProperty("code").GetString()));
        Assert.All(
            listed,
            item => Assert.Equal(
                Membership.Yes,
                set.Contains("http://x/vs", item.GetProperty("system").GetString(), item.GetProperty("code").GetString()!)));
        foreach (var code in "mammal dog puppy bat group snake platypus cat".Split(' ').Except(codes.Split(' ')))
        {
            Assert.Equal(Membership.No, set.Contains("http://x/vs", "http://x/animals", code));
            Assert.Equal(Membership.No, set.Contains("http://x/vs", null, code));
        }
    }

    [Theory]
    [InlineData("bat", null, null, "bat")]
    [InlineData("DOG", null, null, "dog")]
    [InlineData(null, 2, 1, "dog puppy")]
    [InlineData("p", 1, 1, "platypus")]
    [InlineData(null, 0, null, "")]
    public void An_expansion_is_filtered_and_paged(string? filter, int? count, int? offset, string codes)
    {
        var expansion = Expansion(Set("""{"include":[{"system":"http://x/animals"}]}""").Expand("http://x/vs", Time, filter, count, offset))
            .GetProperty("expansion");

        var listed = expansion.TryGetProperty("contains", out var contains)
            ? contains.EnumerateArray().Select(item => item.GetProperty("code").GetString())
            : [];
        Assert.Equal(codes, string.Join(' ', listed));
        Assert.Equal(filter switch { null => 6, "p" => 2, _ => 1 }, expansion.GetProperty("total").GetInt32());
    }

    [Fact]
    public void What_rests_on_something_that_is_not_loaded_is_neither_yes_nor_no()
    {
        var set = Set("""{"include":[{"system":"http://loinc.org"},{"system":"http://x/animals","concept":[{"code":"dog"}]}]}""");

        Assert.Equal("http://loinc.org", Assert.IsType<TerminologyAnswer.NotLoaded>(set.Expand("http://x/vs", Time)).What);
        Assert.Equal(
            "http://loinc.org",
            Assert.IsType<TerminologyAnswer.NotLoaded>(set.ValidateCode("http://x/vs", "http://loinc.org", "1-8")).What);
        Assert.Equal(Membership.Yes, set.Contains("http://x/vs", "http://x/animals", "dog"));
        Assert.Equal(Membership.No, set.Contains("http://x/vs", "http://x/animals", "cat"));
        Assert.Equal("http://nowhere", Assert.IsType<TerminologyAnswer.NotLoaded>(set.Expand("http://nowhere", Time)).What);
        Assert.Equal("http://loinc.org", Assert.IsType<TerminologyAnswer.NotLoaded>(set.Lookup("http://loinc.org", "1-8")).What);
    }

    [Fact]
    public void A_fragment_is_never_taken_for_the_whole()
    {
        var set = new TerminologySet();
        Assert.Empty(set.Load(
            Bytes("""{"resourceType":"CodeSystem","url":"http://x/f","status":"active","content":"fragment","concept":[{"code":"a"}]}""")));
        Assert.Empty(
            set.Load(Bytes(
                """{"resourceType":"ValueSet","url":"http://x/fs","status":"active","compose":{"include":[{"system":"http://x/f"}]}}""")));

        Assert.Null(set.Contains("http://x/fs", "http://x/f", "b").IsMember);
        Assert.IsType<TerminologyAnswer.NotLoaded>(set.Lookup("http://x/f", "b"));
        Assert.IsType<TerminologyAnswer.Found>(set.Lookup("http://x/f", "a"));
    }

    [Fact]
    public void Value_sets_that_include_each_other_end()
    {
        var set = Set("""{"include":[{"valueSet":["http://x/vs"]}]}""");

        Assert.IsType<TerminologyAnswer.NotLoaded>(set.Expand("http://x/vs", Time));
        Assert.Null(set.Contains("http://x/vs", null, "a").IsMember);
    }

    [Theory]
    [InlineData("dog", null, true, null)]
    [InlineData("dog", "dog", true, null)]
    [InlineData("dog", "Hund", true, null)]
    [InlineData("dog", "Cat", false, "The code is in the value set, but its display is another one.")]
    [InlineData("cat", null, false, "The code is not in the value set.")]
    public void A_code_is_validated_with_its_display(string code, string? display, bool result, string? message)
    {
        var parameters =
            Found(Set("""{"include":[{"system":"http://x/animals"}]}""").ValidateCode("http://x/vs", "http://x/animals", code, display))
                .GetProperty("parameter").EnumerateArray().ToList();

        Assert.Equal(result, parameters[0].GetProperty("valueBoolean").GetBoolean());
        Assert.Equal(
            message, parameters.Where(item => item.GetProperty("name").GetString() == "message")
                .Select(item => item.GetProperty("valueString").GetString()).FirstOrDefault());
    }

    [Fact]
    public void A_code_is_looked_up()
    {
        var text = Found(Set("{\"include\":[]}").Lookup("http://x/animals", "dog")).GetRawText();

        Assert.Contains("""{"name":"display","valueString":"Dog"}""", text);
        Assert.Contains("""{"name":"code","valueCode":"legs"},{"name":"value","valueString":"4"}""", text);
        Assert.Contains("""{"name":"code","valueCode":"parent"},{"name":"value","valueCode":"mammal"}""", text);
        Assert.Equal(
            "not-found", Assert.IsType<TerminologyAnswer.Refused>(Set("{\"include\":[]}").Lookup("http://x/animals", "cat")).Issue.Code);
    }

    [Fact]
    public void An_expansion_that_came_with_the_value_set_is_used_where_it_is_whole()
    {
        var set = new TerminologySet();
        const string Expanded =
            """{"resourceType":"ValueSet","url":"http://x/e","version":"3","status":"active","expansion":"""
                + """{"timestamp":"2020-01-01T00:00:00Z","total":TOTAL,"contains":[{"abstract":true,"display":"g","contains":["""
                + """{"system":"http://x/s","code":"a"},{"system":"http://x/s","code":"b"}]}]}}""";

        Assert.NotEmpty(set.Load(Bytes(Expanded.Replace("TOTAL", "9", StringComparison.Ordinal))));
        Assert.Empty(set.Load(Bytes(Expanded.Replace("TOTAL", "2", StringComparison.Ordinal))));
        Assert.Equal(Membership.Yes, set.Contains("http://x/e|3", "http://x/s", "b"));
        Assert.Null(set.Contains("http://x/e|2", "http://x/s", "b").IsMember);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""")]
    [InlineData("""{"resourceType":"ValueSet","status":"active"}""")]
    [InlineData("""{"resourceType":"ValueSet","url":"http://x/v","status":"odd"}""")]
    [InlineData("""{"resourceType":"CodeSystem","url":"http://x/c","status":"active","content":"supplement"}""")]
    [InlineData(
        """{"resourceType":"ValueSet","url":"http://x/v","status":"active","compose":{"include":[{"system":"http://x/s","filter":["""
            + """{"property":"code","op":"regex","value":"(a"}]}]}}""")]
    [InlineData(
        """{"resourceType":"ValueSet","url":"http://x/v","status":"active","compose":{"include":[{"system":"http://x/s","filter":["""
            + """{"property":"code","op":"regex","value":"(a)\\1"}]}]}}""")]
    public void What_can_not_be_used_is_not_loaded(string resource)
    {
        var set = new TerminologySet();

        Assert.NotEmpty(set.Load(Bytes(resource)));
        Assert.IsType<TerminologyAnswer.NotLoaded>(set.Expand("http://x/v", Time));
    }

    private static TerminologySet Set(string compose)
    {
        var set = new TerminologySet();
        Assert.Empty(set.Load(Bytes(Animals)));
        var included = compose.Replace("\"include\":[]", "\"include\":[{\"system\":\"http://x/none\"}]", StringComparison.Ordinal);
        Assert.Empty(
            set.Load(
                Bytes(
                    $$"""
                    {"resourceType":"ValueSet","url":"http://x/vs","version":"1","name":"Vs","status":"active","compose":{{included}}}
                    """)));
        return set;
    }

    private static JsonElement Expansion(TerminologyAnswer answer) => Found(answer);

    /// <summary>The resource of the answer, found valid.</summary>
    private static JsonElement Found(TerminologyAnswer answer)
    {
        var resource = Assert.IsType<TerminologyAnswer.Found>(answer).Resource;
        Assert.Empty(ResourceValidator.Validate(resource.Span));
        return JsonDocument.Parse(resource).RootElement;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
