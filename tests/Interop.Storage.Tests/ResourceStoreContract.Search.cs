using Interop.Fhir.Search;
using Interop.Fhir.Search.Index;
using Interop.Sharing.Policy;
using static Interop.Storage.Tests.Given;
using Interop.Storage.Write;
using Xunit;

namespace Interop.Storage.Tests;

public abstract partial class ResourceStoreContract
{
    [Theory]
    [InlineData("gender=male", "a b")]
    [InlineData("gender=http://g|male", "a")]
    [InlineData("gender=|male", "b")]
    [InlineData("gender=http://g|", "a c")]
    [InlineData("gender=male,female", "a b c")]
    [InlineData("gender=http://g|male,http://g|female", "a c")]
    [InlineData("gender:not=male", "c d")]
    [InlineData("gender:missing=true", "d")]
    [InlineData("gender:missing=false", "a b c")]
    [InlineData("gender=male&family=adams", "a")]
    [InlineData("identifier=double", "a")]
    [InlineData("family=ad", "a b")]
    [InlineData("family=AD", "a b")]
    [InlineData("family=dam", "")]
    [InlineData("family:contains=dam", "a")]
    [InlineData("family:contains=_", "")]
    [InlineData("family:exact=Adams", "a")]
    [InlineData("family:exact=adams", "")]
    [InlineData("family=o\\,neil", "c")]
    [InlineData("family=o,neil", "c")]
    [InlineData("_id=a,c,none", "a c")]
    [InlineData("birthdate=1980-05-01", "a")]
    [InlineData("birthdate=1980", "a b")]
    [InlineData("birthdate=ne1980-05-01", "b c")]
    [InlineData("birthdate=gt1980-05-01", "b c")]
    [InlineData("birthdate=ge1980-05-01", "a b c")]
    [InlineData("birthdate=lt1980-06-01", "a")]
    [InlineData("birthdate=le1980-06-01", "a b")]
    [InlineData("birthdate=sa1980", "c")]
    [InlineData("birthdate=eb1990", "a b")]
    [InlineData("birthdate=ge1980-05-02&birthdate=lt1981", "b")]
    [InlineData("birthdate=ap1981", "a b")]
    [InlineData("general-practitioner=x", "a")]
    [InlineData("general-practitioner=Organization/x", "a")]
    [InlineData("general-practitioner=https://here.example/fhir/Organization/x", "a")]
    [InlineData("general-practitioner=Practitioner/x", "")]
    [InlineData("general-practitioner:Organization=x", "a")]
    [InlineData("general-practitioner=https://far.example/Organization/1", "b")]
    [InlineData("general-practitioner:identifier=http://npi|9", "c")]
    [InlineData("general-practitioner:Organization.name=north", "a")]
    [InlineData("general-practitioner.name=north", "a")]
    [InlineData("general-practitioner:Organization.name=south", "")]
    public async Task A_search_finds_what_the_parameters_say(string query, string ids)
    {
        await store.PutAsync(
            Resource("Organization/x", null, 1, (1, Text("name", "North"))),
            Resource(
                "Patient/a", "a", 1, (1, Token("gender", "male", "http://g")), (1, Text("family", "Adams")), 
                (1, Day("birthdate", "1980-05-01")), (1, Token("identifier", "double", "s1")), (1, Token("identifier", "double", "s2")),
                (1, Token("identifier", "double", "s1")),
                (1, Reference("general-practitioner", "Organization/x"))),
            Resource(
                "Patient/b", "b", 1, (1, Token("gender", "male")), (1, Text("family", "Ades")), (1, Day("birthdate", "1980-06-01")),
                (1, new ReferenceEntry("general-practitioner", null, null, null, "https://far.example/Organization/1", null, null))),
            Resource(
                "Patient/c", "c", 1, (1, Token("gender", "female", "http://g")), (1, Text("family", "O,Neil")),
                (1, Day("birthdate", "1990-01-01")),
                (1, new ReferenceEntry("general-practitioner", null, null, null, null, "http://npi", "9"))),
            Resource("Patient/d", "d", 1));

        Assert.Equal(ids, await store.IdsAsync("Patient?" + query, Owner()));
        var counted = await store.SearchAsync($"Patient?{query}&_total=accurate", Owner());
        Assert.Equal(ids.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, counted.Total);
    }

    [Fact]
    public async Task What_a_database_reads_as_a_pattern_is_looked_for_as_it_stands()
    {
        await store.PutAsync(
            Resource("Patient/a", "a", 1, (1, Text("family", "x[ab]%_y"))), Resource("Patient/b", "b", 1, (1, Text("family", "xaby"))));

        foreach (var part in new[] { "[ab]", "[", "%25", "_" })
        {
            Assert.Equal("a", await store.IdsAsync($"Patient?family:contains={part}", Owner()));
        }
    }

    [Theory]
    [InlineData("RiskAssessment?probability=0.5", "half")]
    [InlineData("RiskAssessment?probability=0.50", "half")]
    [InlineData("RiskAssessment?probability=gt0.5", "more")]
    [InlineData("RiskAssessment?probability=ge0.5", "half more")]
    [InlineData("RiskAssessment?probability=lt0.75", "half")]
    [InlineData("RiskAssessment?probability=ne0.5", "more")]
    [InlineData("Observation?value-quantity=5.4|http://u|mg", "q")]
    [InlineData("Observation?value-quantity=5.4||mg", "q")]
    [InlineData("Observation?value-quantity=5.4||milligram", "q")]
    [InlineData("Observation?value-quantity=5.4", "q")]
    [InlineData("Observation?value-quantity=gt5|http://u|mg", "q")]
    [InlineData("Observation?value-quantity=5.4|http://u|kg", "")]
    [InlineData("Observation?code-value-quantity=l|dose$gt5", "q")]
    [InlineData("Observation?code-value-quantity=dose$6", "")]
    [InlineData("Observation?code-value-quantity=other$5.4,dose$5.4", "q")]
    [InlineData("ValueSet?url=http://v/1", "v")]
    [InlineData("ValueSet?url=http://v", "")]
    [InlineData("Location?near=36.0|-79.0|5|km", "here")]
    [InlineData("Location?near=36.0|-79.0|50|km", "here near")]
    public async Task A_search_finds_numbers_quantities_tuples_uris_and_places(string query, string ids)
    {
        await store.PutAsync(
            Resource("RiskAssessment/half", "p", 1, (1, new NumberEntry("probability", 0.45, 0.55))),
            Resource("RiskAssessment/more", "p", 1, (1, new NumberEntry("probability", 0.745, 0.755))),
            Resource(
                "Observation/q",
                "p",
                1,
                (1, new QuantityEntry("value-quantity", 5.35, 5.45, "http://u", "mg", "milligram")),
                (1, new CompositeEntry(
                    "code-value-quantity",
                    new([Token("code", "dose", "l"), new QuantityEntry("value-quantity", 5.35, 5.45, "http://u", "mg", null)])))),
            Resource("ValueSet/v", null, 1, (1, new UriEntry("url", "http://v/1"))),
            Resource("Location/here", null, 1, (1, new PositionEntry("near", 36.01, -79.01))),
            Resource("Location/near", null, 1, (1, new PositionEntry("near", 36.2, -79.2))));

        Assert.Equal(ids, await store.IdsAsync(query, Owner()));
    }

    [Theory]
    [InlineData("Patient?_has:Observation:patient:code=x", "p")]
    [InlineData("Patient?_has:Observation:patient:code=y", "")]
    [InlineData("Patient?_has:Observation:patient:_has:Provenance:target:agent=o", "p")]
    [InlineData("Observation?subject:Patient.gender=male", "o1 o2")]
    [InlineData("Observation?subject:Patient.gender:not=male", "o3")]
    [InlineData("Observation?subject:Patient.gender:missing=true", "o3")]
    [InlineData("Observation?encounter.status=finished", "o1")]
    [InlineData("Observation?encounter.subject:Patient.gender=male", "o1")]
    [InlineData("Observation?patient.gender=male&code=x", "o1")]
    public async Task Chains_lead_both_ways(string query, string ids)
    {
        await store.PutAsync(Linked());

        Assert.Equal(ids, await store.IdsAsync(query, Owner()));
    }

    [Theory]
    [InlineData("Observation?_include=Observation:encounter", "e")]
    [InlineData("Observation?_include=Observation:encounter&_include=Observation:subject", "e p q")]
    [InlineData("Observation?_include=Observation:subject:Device", "")]
    [InlineData("Observation?_id=o1&_include=Observation:encounter&_include:iterate=Encounter:subject", "e p")]
    [InlineData("Patient?gender=male&_revinclude=Observation:subject", "o1 o2")]
    [InlineData("Patient?gender=male&_revinclude=Observation:patient&_revinclude:iterate=Provenance:target", "o1 o2 v")]
    public async Task Includes_bring_what_is_pointed_at_and_what_points_here(string query, string ids)
    {
        await store.PutAsync(Linked());

        var page = await store.SearchAsync(query, Owner());

        Assert.Equal(ids, string.Join(' ', page.Included.Select(seen => seen.Key.Id).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("_sort=birthdate", "c a b d")]
    [InlineData("_sort=-birthdate", "b a c d")]
    [InlineData("_sort=family,-birthdate", "b c a d")]
    [InlineData("_sort=-family,birthdate", "a c b d")]
    [InlineData("_sort=gender,_id", "c a b d")]
    [InlineData("_sort=-_id", "d c b a")]
    [InlineData("_sort=_lastUpdated,_id", "a b c d")]
    [InlineData("_sort=-gender&gender=male", "a b")]
    public async Task A_sort_orders_by_its_keys_with_the_missing_last_and_pages_keep_the_order(string query, string ids)
    {
        await store.PutAsync(
            Resource("Patient/a", "a", 1, (1, Text("family", "young")), (1, Day("birthdate", "1980-05-01")), (1, Token("gender", "male"))),
            Resource("Patient/b", "b", 1, (1, Text("family", "adams")), (1, Day("birthdate", "1990-05-01")), (1, Token("gender", "male"))),
            Resource(
                "Patient/c", "c", 1, (1, Text("family", "moore")), (1, Day("birthdate", "1970-05-01")), (1, Token("gender", "female"))),
            Resource("Patient/d", "d", 1));

        Assert.Equal(ids, await store.IdsAsync("Patient?" + query, Owner()));
        Assert.Equal(ids, await AllPagesAsync($"Patient?{query}&_count=1", Owner()));
        Assert.Equal(ids, await AllPagesAsync($"Patient?{query}&_count=3", Owner()));
    }

    [Fact]
    public async Task Pages_are_full_of_what_is_visible_and_there_is_a_next_one_only_if_it_has_more()
    {
        for (var number = 0; number < 40; number++)
        {
            var patient = $"p{number:00}";
            await store.PutAsync(Resource($"Encounter/e{number:00}", patient, 1, (1, Token("status", "finished"))));
            await store.GrantAsync(patient, Grant(patient, number % 4 == 0 ? Tier.Basic : Tier.None));
        }

        var first = await store.SearchAsync("Encounter?status=finished&_count=5&_total=accurate");
        Assert.Equal(["e00", "e04", "e08", "e12", "e16"], first.Matches.Select(seen => seen.Key.Id));
        Assert.Equal(10, first.Total);
        Assert.Equal("e16", first.Next!.Id);

        var second = await store.SearchAsync($"Encounter?status=finished&_count=5&_cursor={Uri.EscapeDataString(first.Next.Write())}");
        Assert.Equal(["e20", "e24", "e28", "e32", "e36"], second.Matches.Select(seen => seen.Key.Id));
        Assert.Null(second.Next);
        Assert.Null(second.Total);
    }

    [Fact]
    public async Task A_page_that_follows_a_revocation_goes_on_without_what_was_revoked()
    {
        foreach (var patient in new[] { "a", "b", "c", "d" })
        {
            await store.PutAsync(Resource($"Patient/{patient}", patient, 1));
            await store.GrantAsync(patient, Grant(patient, Tier.Basic));
        }

        var first = await store.SearchAsync("Patient?_count=2");
        await store.GrantAsync("b", Grant("b", Tier.None));
        await store.GrantAsync("c", Grant("c", Tier.None));
        var second = await store.SearchAsync($"Patient?_count=2&_cursor={Uri.EscapeDataString(first.Next!.Write())}");

        Assert.Equal(["d"], second.Matches.Select(seen => seen.Key.Id));
    }

    [Fact]
    public async Task Count_zero_and_summary_count_give_the_total_alone()
    {
        await store.PutAsync(Resource("Patient/a", "a", 1), Resource("Patient/b", "b", 1));

        Assert.Equal((2, 0), await CountedAsync("Patient?_count=0"));
        Assert.Equal((2, 0), await CountedAsync("Patient?_summary=count"));
        Assert.Equal((0, 0), await CountedAsync("Task?_summary=count"));

        async Task<(long? Total, int Matches)> CountedAsync(string query)
        {
            var page = await store.SearchAsync(query, Owner());
            return (page.Total, page.Matches.Count);
        }
    }

    private static StoredWrite[] Linked() =>
    [
        Resource("Patient/p", "p", 1, (1, Token("gender", "male"))),
        Resource("Patient/q", "q", 1),
        Resource("Encounter/e", "p", 1, (1, Token("status", "finished")), (1, Reference("subject", "Patient/p"))),
        Resource(
            "Observation/o1", "p", 1, (1, Token("code", "x")), (1, Reference("subject", "Patient/p")),
            (1, Reference("patient", "Patient/p")),
            (1, Reference("encounter", "Encounter/e"))),
        Resource("Observation/o2", "p", 1, (1, Reference("subject", "Patient/p")), (1, Reference("patient", "Patient/p"))),
        Resource("Observation/o3", "q", 1, (1, Token("code", "z")), (1, Reference("subject", "Patient/q"))),
        Resource("Provenance/v", "p", 1, (1, Reference("target", "Observation/o1")), (1, Reference("agent", "Organization/o"))),
    ];

    private async Task<string> AllPagesAsync(string query, Interop.Sharing.Policy.Sight sight)
    {
        var ids = new List<string>();
        SearchCursor? next = null;
        do
        {
            var page = await store.SearchAsync(next is null ? query : $"{query}&_cursor={Uri.EscapeDataString(next.Write())}", sight);
            ids.AddRange(page.Matches.Select(seen => seen.Key.Id));
            next = page.Next;
        }
        while (next is not null);
        return string.Join(' ', ids);
    }
}
