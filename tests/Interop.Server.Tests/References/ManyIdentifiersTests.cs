
namespace Interop.Server.Tests.References;

/// <summary>
/// References by identifier are searches in the one writing transaction: a write may ask for few of them, whatever form they have.
/// </summary>
public sealed class ManyIdentifiersTests : SceneTests
{
    private const int Most = 50;

    protected override IReadOnlyList<string> Scene =>
        [Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital"), Fixtures.Patient("p1")];

    [Theory]
    [InlineData("references")]
    [InlineData("contained")]
    [InlineData("identifiers of one")]
    public async Task More_are_refused_by_name(string form)
    {
        using var hospital = Server.As("hospital");
        using var few = await hospital.PostFhirAsync("Observation", Observation(form, Most));
        Assert.Equal(201, (int)few.StatusCode);

        using var many = await hospital.PostFhirAsync("Observation", Observation(form, Most + 1));

        var issue = await many.OutcomeAsync(400);
        Assert.Equal("too-costly", issue.GetProperty("code").GetString());
        Assert.StartsWith("Observation.focus[", issue.GetProperty("expression")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_has_no_more_than_one_write()
    {
        using var hospital = Server.As("hospital");
        var entries = Enumerable.Range(0, Most + 1).Select(number => $$"""
            {"request":{"method":"POST","url":"Observation"},"resource":{{Observation("references", 1, number)}} }
            """);

        using var answer = await hospital.PostFhirAsync(
            "", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}""");

        Assert.Equal("too-costly", (await answer.OutcomeAsync(400)).GetProperty("code").GetString());
        Assert.Empty((await hospital.GetJsonAsync("Observation")).Keys());
    }

    [Fact]
    public async Task The_same_one_many_times_is_one()
    {
        using var hospital = Server.As("hospital");
        using var answer = await hospital.PostFhirAsync("Observation", Observation("same", 10 * Most));

        Assert.Equal(201, (int)answer.StatusCode);
    }

    private static string Observation(string form, int count, int first = 0)
    {
        var numbers = Enumerable.Range(first, count).ToList();
        var (focus, contained) = form switch
        {
            "references" => (numbers.Select(Logical), []),
            "same" => (numbers.Select(_ => Logical(1)), []),
            "contained" =>
                (numbers.Select(number => $$"""{"reference":"#c{{number}}"}"""), numbers.Select(number => Contained(number, [number]))),
            _ => (["""{"reference":"#c0"}"""], (IEnumerable<string>)[Contained(0, numbers)]),
        };
        var further = contained.Any() ? $"\"contained\":[{string.Join(',', contained)}]," : "";
        return $$"""{"resourceType":"Observation",{{further}}"status":"final","code":{"text":"x"},"focus":[{{string.Join(',', focus)}}]}""";
    }

    private static string Logical(int number) => $$"""{"type":"Condition","identifier":{{Identifier(number)}} }""";

    private static string Contained(int id, IEnumerable<int> numbers) => $$"""
        {"resourceType":"Condition","id":"c{{id}}","subject":{"reference":"Patient/p1"},"identifier":[
        {{string.Join(',', numbers.Select(Identifier))}}]}
        """;

    private static string Identifier(int number) => $$"""{"system":"urn:numbers","value":"{{number}}"}""";
}
