namespace Interop.Server.Tests.Interactions;

/// <summary><c>:text</c>: what a code says in words, as a string (https://hl7.org/fhir/R4/search.html#token).</summary>
public class TokenTextTests : SceneTests
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"), Fixtures.Consent("c", "p1", "city-hospital"), Fixtures.Patient("p2"),
        Condition("c1", "p1", "Hypertension", "Says: Überdruck in the head"), Condition("c2", "p2", "Hypertension", "another"),
        Fixtures.Condition("c3", "p1"),
        Fixtures.Consent("basic", "p2", "city-hospital", "basic"),
        """
        {"resourceType":"CarePlan","id":"s2","status":"active","intent":"plan","subject":{"reference":"Patient/p2"},"category":[
         {"coding":[{"system":"https://interop.example/fhir/CodeSystem/crisis-plan-category","code":"crisis-safety-plan",
           "display":"Safety plan"}],"text":"secret words"}]}
        """,
        """
        {"resourceType":"Patient","id":"p3","identifier":[{"type":{"text":"Library card"},"system":"urn:x","value":"7"}],
         "name":[{"family":"Testa"}]}
        """,
    ];

    [Theory]
    [InlineData("Condition?code:text=hyper", "c1", "c2")]
    [InlineData("Condition?code:text=HYPERTENSION", "c1", "c2")]
    [InlineData("Condition?code:text=says: uberdruck", "c1")]
    [InlineData("Condition?code:text=another,says", "c1", "c2")]
    [InlineData("Condition?code:text=tension")]
    [InlineData("Condition?code:text=38341003")]
    [InlineData("Condition?code:text=hyper&patient=p1", "c1")]
    [InlineData("Condition?patient:Patient.identifier:text=library")]
    [InlineData("Patient?identifier:text=library", "p3")]
    [InlineData("Patient?_has:Condition:patient:code:text=another", "p2")]
    [InlineData("Patient?gender:text=female")]
    public async Task Words_are_found_as_they_begin_and_codes_are_not(string path, params string[] ids)
    {
        using var navigator = Server.As("navigator");

        var found = await navigator.GetJsonAsync($"{path}&_sort=_id");

        Assert.Equal(ids, found.Keys().Select(key => key.Split('/')[1]));
    }

    [Fact]
    public async Task A_partner_finds_by_the_words_that_it_is_shown_and_by_no_others()
    {
        using var hospital = Server.As("hospital");
        var shown = (await hospital.GetJsonAsync("CarePlan/s2")).GetRawText();
        Assert.Contains("Safety plan", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", shown, StringComparison.Ordinal);

        Assert.Equal(["CarePlan/s2"], (await hospital.GetJsonAsync("CarePlan?patient=p2&category:text=safety")).Keys());
        Assert.Empty((await hospital.GetJsonAsync("CarePlan?patient=p2&category:text=secret")).Keys());
        using var navigator = Server.As("navigator");
        Assert.Equal(["CarePlan/s2"], (await navigator.GetJsonAsync("CarePlan?patient=p2&category:text=secret")).Keys());
    }

    private static string Condition(string id, string patient, string display, string text) => Fixtures.Condition(id, patient).Replace(
        "\"code\":\"38341003\"}]",
        $"\"code\":\"38341003\",\"display\":\"{display}\"}}],\"text\":\"{text}\"",
        StringComparison.Ordinal);
}
