using System.Text.Json;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Consents;

/// <summary>
/// With each record about a patient goes where its recipient finds the scope of the consent, and with a Part 2 record the notice of
/// 42 CFR 2.32.
/// </summary>
public sealed class Part2NoticeTests : SceneTests
{
    // The words of the rule since 2024; before, they lacked "use or".
    private const string Notice = "42 CFR part 2 prohibits unauthorized use or disclosure of these records.";

    private const string Scope = "Where the patient's consent opened this, Consent?patient says to whom, for what and until when.";

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital", labels: ["SUD", "42CFRPart2"]),
        Fixtures.Patient("p1"), Fixtures.Condition("plain", "p1"),
        Fixtures.Condition("of-programme", "p1").Replace(
            "\"resourceType\":\"Condition\",",
            "\"resourceType\":\"Condition\",\"meta\":{\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActCode\","
                + "\"code\":\"42CFRPart2\"}]},",
            StringComparison.Ordinal),
        Fixtures.Consent("yes", "p1", "city-hospital", labels: ["SUD"], part2: true),
    ];

    [Theory]
    [InlineData("Condition?_id=of-programme,plain")]
    [InlineData("Condition?_id=of-programme,plain&_elements=id")]
    [InlineData("Condition?_id=of-programme,plain&_summary=true")]
    [InlineData("Patient/p1/Condition")]
    [InlineData("Patient/p1/$everything")]
    [InlineData("Condition/of-programme/_history")]
    public async Task It_is_in_every_answer_that_has_such_a_record(string path)
    {
        using var hospital = Server.As("hospital");

        var records = (await hospital.GetJsonAsync(path)).GetProperty("entry").EnumerateArray()
            .Select(entry => entry.GetProperty("resource"))
            .Where(record => record.Text("resourceType") is "Condition" or "Patient" or "Consent").ToList();

        Assert.NotEmpty(records);
        Assert.All(records, record => Assert.Contains(Scope, NoticesOf(record)));
        Assert.All(records, record => Assert.Equal(record.Text("id") == "of-programme", NoticesOf(record).Contains(Notice)));
    }

    [Fact]
    public async Task Who_is_told_of_the_consent_reads_whom_it_is_for_for_what_and_until_when()
    {
        using var hospital = Server.As("hospital");
        var told = NoticesOf(await hospital.GetJsonAsync("Condition/of-programme"));
        Assert.Contains(Scope, told);

        var found = (await hospital.GetJsonAsync("Consent?patient=p1")).GetProperty("entry")[0].GetProperty("resource");

        var provision = found.GetProperty("provision");
        Assert.Equal("Organization/city-hospital", provision.GetProperty("actor")[0].GetProperty("reference").Text("reference"));
        Assert.Equal("TREAT", provision.GetProperty("purpose")[0].Text("code"));
        Assert.Equal("2027-05-31", provision.GetProperty("period").Text("end"));
    }

    [Fact]
    public async Task Who_keeps_the_record_has_it_as_it_was_written_and_a_copy_that_comes_back_is_no_secret()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        Assert.DoesNotContain(Notice, NoticesOf(await navigator.GetJsonAsync("Condition/of-programme")));

        var copy = (await hospital.GetJsonAsync("Condition/of-programme")).ToString();
        var kept = await hospital.CreatedAsync("Condition", copy);

        Assert.Contains(Notice, NoticesOf(await hospital.GetJsonAsync(kept)));
    }

    private static List<string> NoticesOf(JsonElement record) =>
        record.TryGetProperty("meta", out var meta) && meta.TryGetProperty("security", out var labels)
            ? [.. labels.EnumerateArray().Where(label => label.TryGetProperty("display", out _)).Select(label => label.Text("display"))]
            : [];
}
