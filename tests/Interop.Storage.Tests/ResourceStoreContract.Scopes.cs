using Interop.Sharing.Policy;
using Xunit;
using static Interop.Storage.Tests.Given;

namespace Interop.Storage.Tests;

public abstract partial class ResourceStoreContract
{
    private static readonly string[][] ScopeSets =
    [
        ["Patient?gender=male", "Encounter"],
        ["Observation?code=x", "Condition?code=f10,f20", "Patient"],
        ["*@p1"],
        ["*@p1", "Encounter?status=finished", "Task"],
        ["Encounter?date=ge2025-03", "Condition@p2", "Observation?value-quantity=gt1", "Organization?name=north"],
        ["Patient?birthdate:missing=false", "Task?focus:missing=false", "Encounter?service-provider=Organization/north"],
        ["Patient?_id=p1,p2,p3", "Condition?encounter:missing=false"],
        ["Observation?code-value-quantity=x$ge1", "Patient?family:contains=a"],
    ];

    public static TheoryData<int, int> SeedsAndScopes
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (var number in Enumerable.Range(0, ScopeSets.Length))
            {
                data.Add(1, number);
                data.Add(2, number);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(SeedsAndScopes))]
    public async Task Scopes_together_show_what_each_shows_and_never_more_than_the_sight(int seed, int number)
    {
        await FillAsync(new PairedCity(seed));
        var first = ScopeSets[number];
        var second = ScopeSets[(number + 3) % ScopeSets.Length];
        foreach (var type in new[] { "Patient", "Encounter", "Condition", "Observation", "Task", "Organization" })
        {
            var all = await AllAsync(type, Sight());
            var one = await AllAsync(type, Scoped(first));
            var other = await AllAsync(type, Scoped(second));

            Assert.Subset(all, one);
            Assert.Equal(one.Union(other).Order(), (await AllAsync(type, Scoped([.. first, .. second]))).Order());
            foreach (var id in all)
            {
                Assert.Equal(one.Contains(id), await store.SeeAsync($"{type}/{id}", Scoped(first)) is not null);
                await using var read = await store.OpenReadAsync(CancellationToken.None);
                Assert.Equal(one.Contains(id), read.Rows.History(Key($"{type}/{id}"), Scoped(first)).Count > 0);
                Assert.Equal(one.Contains(id), read.Rows.Visible([Key($"{type}/{id}")], Scoped(first)).Count > 0);
            }
        }
    }

    [Theory]
    [MemberData(nameof(SeedsAndScopes))]
    public async Task Fewer_scopes_find_no_more(int seed, int number)
    {
        await FillAsync(new PairedCity(seed));
        var scopes = ScopeSets[number];
        foreach (var question in Questions.Where(question =>
            !question.Contains(":not=", StringComparison.Ordinal) && !question.Contains("missing=true", StringComparison.Ordinal)))
        {
            var whole = await FoundAsync(question, Scoped(scopes));
            Assert.Subset(await FoundAsync(question, Sight()), whole);
            Assert.Subset(whole, await FoundAsync(question, Scoped(scopes[1..])));
            Assert.Subset(whole, await FoundAsync(question, Scoped(scopes[..1])));
        }
    }

    [Fact]
    public async Task A_scope_cannot_ask_for_what_the_tier_hides()
    {
        await store.PutAsync(
            Resource("Patient/open", "open", 1, (1, Token("gender", "male"))),
            Resource("Patient/hidden", "hidden", 1, (2, Token("gender", "male"))));
        await store.GrantAsync("open", Grant("open", Tier.Basic));
        await store.GrantAsync("hidden", Grant("hidden", Tier.Basic));

        Assert.Equal("open", await store.IdsAsync("Patient", Scoped("Patient?gender=male")));
        Assert.Null(await store.SeeAsync("Patient/hidden", Scoped("Patient?gender=male")));
    }

    [Fact]
    public async Task A_chain_a_reverse_chain_and_an_include_lead_only_to_what_the_scopes_open()
    {
        await store.PutAsync(
            Resource("Patient/p", "p", 1, (1, Token("gender", "male"))),
            Resource("Encounter/e", "p", 1, (1, Token("status", "finished")), (1, Reference("subject", "Patient/p"))));
        await store.GrantAsync("p", Grant("p", Tier.Basic));
        var open = Scoped("Patient?gender=male", "Encounter?status=finished");
        var half = Scoped("Patient?gender=female", "Encounter?status=finished");
        var other = Scoped("Patient?gender=male", "Encounter?status=planned");

        Assert.Equal("e", await store.IdsAsync("Encounter?subject:Patient.gender=male", open));
        Assert.Equal("", await store.IdsAsync("Encounter?subject:Patient.gender=male", half));
        Assert.Equal("p", await store.IdsAsync("Patient?_has:Encounter:subject:status=finished", open));
        Assert.Equal("", await store.IdsAsync("Patient?_has:Encounter:subject:status=finished", other));
        Assert.Single((await store.SearchAsync("Encounter?_include=Encounter:subject", open)).Included);
        Assert.Empty((await store.SearchAsync("Encounter?_include=Encounter:subject", half)).Included);
        Assert.Single((await store.SearchAsync("Patient?_revinclude=Encounter:subject", open)).Included);
        Assert.Empty((await store.SearchAsync("Patient?_revinclude=Encounter:subject", other)).Included);
    }

    [Fact]
    public async Task A_scope_about_one_patient_opens_that_record_and_the_directory_and_no_references_beyond()
    {
        await store.PutAsync(
            Resource("Patient/p", "p", 1),
            Resource("Patient/q", "q", 1),
            Resource("Organization/o", null, 1),
            Resource("Condition/of-two", "p", 1).With(judged => judged with { Subjects = ["p", "q"] }));
        await store.GrantAsync("p", Grant("p", Tier.Full));
        await store.GrantAsync("q", Grant("q", Tier.Full));
        var sight = Scoped("*@p");

        Assert.Equal("p", await store.IdsAsync("Patient", sight));
        Assert.Equal("o", await store.IdsAsync("Organization", sight));
        Assert.Equal("", await store.IdsAsync("Condition", sight with { Organization = Custodian, OwnTier = Tier.Own, OwnCleared = -1 }));
        await using var read = await store.OpenReadAsync(CancellationToken.None);
        var seen = read.Rows.Visible([Key("Patient/p"), Key("Patient/q"), Key("Organization/o")], sight.ForReferences());
        Assert.Equal([Key("Organization/o"), Key("Patient/p")], seen.OrderBy(key => key.Type));
    }

    [Fact]
    public async Task One_statement_serves_scopes_that_differ_in_the_patient_alone()
    {
        await store.PutAsync(Resource("Patient/p", "p", 1), Resource("Patient/q", "q", 1));
        await store.GrantAsync("p", Grant("p", Tier.Full));
        await store.GrantAsync("q", Grant("q", Tier.Full));

        foreach (var patient in new[] { "p", "q", "p" })
        {
            Assert.Equal(patient == "p", await store.SeeAsync("Patient/p", Scoped($"Patient@{patient}")) is not null);
            Assert.Equal(patient == "q", await store.SeeAsync("Patient/q", Scoped($"Patient@{patient}")) is not null);
        }
    }

    [Fact]
    public async Task Through_a_scope_with_a_condition_only_the_current_version_is_known()
    {
        await store.GrantAsync("p", Grant("p", Tier.Basic));
        await store.PutAsync(
            Resource("Patient/p", "p", 1, (1, Token("gender", "male"))),
            Resource("Patient/p", "p", 1, (1, Token("gender", "female"))).With(judged => judged with { Views = new(2, 2, 2, 2, 2, 2, 2) }));
        await using var read = await store.OpenReadAsync(CancellationToken.None);

        Assert.Equal([2], read.Rows.History(Key("Patient/p"), Scoped("Patient?gender=female")).Select(seen => seen.Version));
        Assert.Empty(read.Rows.History(Key("Patient/p"), Scoped("Patient?gender=male")));
        Assert.Equal([2, 1], read.Rows.History(Key("Patient/p"), Scoped("Patient@p")).Select(seen => seen.Version));
    }

    /// <param name="scopes"><c>Type</c>, <c>Type?query</c>, or <c>Type@patient</c>; * for all types.</param>
    private static Sight Scoped(params string[] scopes)
    {
        var openings = scopes.Select(Opening).ToList();
        var whole = openings.Where(opening => opening is { Patient: null, Criteria: [] }).ToList();
        return Sight(types: openings.Exists(opening => opening.Type is null) ? null : [.. openings.Select(opening => opening.Type!)]) with
        {
            Constraints = new(
                whole.Select(opening => opening.Type!).ToHashSet(),
                [.. openings.Except(whole)],
                openings.Count > 0 && openings.TrueForAll(opening => opening.Patient is not null) ? openings[0].Patient : null,
                ["Organization"],
                opensDirectory: true),
        };
    }

    private static ScopeOpening Opening(string scope)
    {
        if (scope.Split('@') is [var record, var patient])
        {
            return new(record == "*" ? null : record, patient, []);
        }

        return new(scope.Split('?')[0], null, Query(scope).Criteria);
    }

    private async Task FillAsync(PairedCity city)
    {
        await store.PutAsync([.. city.Writes]);
        await store.WriteAsync(
            session => session.ReplaceDefaults(city.Grants.Where(grant => grant.Subject is null)), CancellationToken.None);
        foreach (var patient in city.Grants.Where(grant => grant.Subject is not null).GroupBy(grant => grant.Subject!))
        {
            await store.GrantAsync(patient.Key, [.. patient]);
        }
    }

    private async Task<HashSet<string>> AllAsync(string type, Sight sight)
    {
        var page = await store.SearchAsync($"{type}?_count=1000&_total=accurate", sight);
        Assert.Equal(page.Matches.Count, page.Total);
        return [.. page.Matches.Select(match => match.Key.Id)];
    }

    private async Task<HashSet<string>> FoundAsync(string question, Sight sight)
    {
        var page =
            await store.SearchAsync(question + (question.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "_count=1000", sight);
        return [.. page.Matches.Concat(page.Included).Select(match => match.Key.ToString())];
    }
}
