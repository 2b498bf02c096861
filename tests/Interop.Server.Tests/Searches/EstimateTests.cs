namespace Interop.Server.Tests.Searches;

/// <summary><c>_total=estimate</c> counts what the caller sees to five hundred, and no further.</summary>
public class EstimateTests(SharedScene scene) : SharedSceneTests(scene)
{
    private const int All = 503;

    protected override IReadOnlyList<string> Scene =>
    [
        .. Enumerable.Range(0, All).Select(number => Fixtures.Patient($"p{number}", number < 3 ? "Few" : "Many")),
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital", openings: []),
        Fixtures.Consent("yes", "p1", "city-hospital"), Fixtures.Consent("yes-too", "p400", "city-hospital"),
    ];

    [Theory]
    [InlineData("navigator", "Patient?_total=accurate&_count=1", All)]
    [InlineData("navigator", "Patient?_total=estimate&_count=1", 500)]
    [InlineData("navigator", "Patient?_summary=count&_total=estimate", 500)]
    [InlineData("navigator", "Patient?_summary=count", All)]
    [InlineData("navigator", "Patient?_count=0&_total=estimate", 500)]
    [InlineData("navigator", "Patient?family=Few&_summary=count&_total=estimate", 3)]
    [InlineData("navigator", "Patient?family=Few&_total=estimate&_count=2", 3)]
    [InlineData("hospital", "Patient?_summary=count&_total=estimate", 2)]
    public async Task Up_to_five_hundred_it_is_exact_and_five_hundred_for_more(string caller, string query, int total)
    {
        using var client = Server.As(caller);

        Assert.Equal(total, (await client.GetJsonAsync(query)).GetProperty("total").GetInt32());
    }
}
