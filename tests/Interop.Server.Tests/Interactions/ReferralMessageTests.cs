using System.Text.Json;

namespace Interop.Server.Tests.Interactions;

/// <summary>Referrals as messages and documents of other systems: kept as content, whose references are its own.</summary>
public sealed class ReferralMessageTests : SceneTests
{
    private static readonly (string Shape, Func<ReferralMessages.Naming, ReferralMessages.Naming, string> Write)[] Shapes =
    [
        ("request", ReferralMessages.Request),
        ("task alone", ReferralMessages.TaskAlone),
        ("response", ReferralMessages.Response),
        ("failure", ReferralMessages.Failure),
        ("social need", ReferralMessages.SocialNeed),
        ("document", ReferralMessages.Document),
    ];

    private static readonly (string Names, ReferralMessages.Naming Url, ReferralMessages.Naming To)[] Namings =
    [
        ("addresses", ReferralMessages.Address, ReferralMessages.Address),
        ("addresses, relative references", ReferralMessages.Address, ReferralMessages.Relative),
        ("uuids", ReferralMessages.Uuid, ReferralMessages.Uuid),
    ];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("own", "Own"),
    ];

    public static IEnumerable<object[]> All =>
        from shape in Shapes from naming in Namings select new object[] { shape.Shape, naming.Names };

    [Theory]
    [MemberData(nameof(All))]
    public async Task Every_published_shape_is_kept_as_it_came(string shape, string names)
    {
        var (_, url, to) = Namings.Single(naming => naming.Names == names);
        var sent = Shapes.Single(known => known.Shape == shape).Write(url, to);
        foreach (var name in (string[])["navigator", "hospital"])
        {
            using var client = Server.As(name);

            var stored = await client.GetJsonAsync(await client.CreatedAsync("Bundle", sent));

            using var expected = JsonDocument.Parse(sent);
            Assert.True(JsonElement.DeepEquals(expected.RootElement.GetProperty("entry"), stored.GetProperty("entry")));
        }

        using var navigator = Server.As("navigator");
        foreach (var type in (string[])["Task", "ServiceRequest", "Composition", "Observation", "Procedure", "PractitionerRole"])
        {
            Assert.Empty((await navigator.GetJsonAsync(type)).Keys()); // content is not carried out, and is nobody's of ours
        }

        Assert.Equal("Own", (await navigator.GetJsonAsync("Patient/own")).GetProperty("name")[0].GetProperty("family").GetString());
    }

    [Fact]
    public async Task A_message_inside_a_transaction_keeps_its_own_names()
    {
        using var navigator = Server.As("navigator");
        var message = ReferralMessages.Request(ReferralMessages.Uuid, ReferralMessages.Uuid);
        var person = ReferralMessages.Uuid("Patient", "own");

        using var response = await navigator.PostFhirAsync("", $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
            {"fullUrl":"{{person}}","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"} },
            {"resource":{{message}},"request":{"method":"POST","url":"Bundle"} }]}
            """);

        Assert.Equal(200, (int)response.StatusCode);
        var bundle = Assert.Single((await navigator.GetJsonAsync("Bundle")).Keys());
        var entries = (await navigator.GetJsonAsync(bundle)).GetProperty("entry");
        Assert.Equal(person, entries[1].GetProperty("resource").GetProperty("subject").GetProperty("reference").GetString());
    }

    [Fact]
    public async Task A_focus_that_the_message_does_not_hold_is_named()
    {
        using var navigator = Server.As("navigator");
        var message = ReferralMessages.TaskAlone(
            ReferralMessages.Address, (type, id) => ReferralMessages.Address(type, type == "Task" ? "elsewhere" : id));

        using var response = await navigator.PostFhirAsync("Bundle", message);

        var issue = await response.OutcomeAsync(400);
        Assert.Equal("Bundle.entry[0].resource.focus[0].reference", issue.GetProperty("expression")[0].GetString());
    }

    /// <summary>
    /// The guide's first edition printed them so; R4 wants the absolute URL (bundle-definitions.html#Bundle.entry.fullUrl), and the second
    /// edition has it.
    /// </summary>
    [Fact]
    public async Task Entries_without_an_absolute_address_are_named_each()
    {
        using var navigator = Server.As("navigator");

        using var response = await navigator.PostFhirAsync(
            "Bundle", ReferralMessages.TaskAlone(ReferralMessages.Relative, ReferralMessages.Relative));

        var places = (await response.JsonAsync()).GetProperty("issue").EnumerateArray()
            .Select(issue => issue.GetProperty("expression")[0].GetString());
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Superset(new HashSet<string?> { "Bundle.entry[0].fullUrl", "Bundle.entry[1].fullUrl" }, places.ToHashSet());
    }
}
