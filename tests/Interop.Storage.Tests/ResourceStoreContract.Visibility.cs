using Interop.Sharing.Policy;
using Xunit;
using static Interop.Storage.Tests.Given;

namespace Interop.Storage.Tests;

public abstract partial class ResourceStoreContract
{
    [Fact]
    public async Task Ids_differing_only_in_case_are_different_resources()
    {
        await store.PutAsync(Resource("Patient/a", "a", 1, (1, Token("identifier", "x"))));
        await store.GrantAsync("a", Grant("a", Tier.Basic));

        Assert.Null(await store.SeeAsync("Patient/A"));
        Assert.NotNull(await store.SeeAsync("Patient/a"));
        Assert.Equal("", await store.IdsAsync("Patient?_id=A"));
    }

    [Fact]
    public async Task What_people_type_ignores_case_and_codes_do_not()
    {
        await store.PutAsync(Resource("Patient/a", "a", 1, (1, Token("identifier", "x")), (1, Token("gender", "male"))));
        await store.GrantAsync("a", Grant("a", Tier.Basic));

        Assert.Equal("a", await store.IdsAsync("Patient?identifier=X"));
        Assert.Equal("a", await store.IdsAsync("Patient?gender=male"));
        Assert.Equal("", await store.IdsAsync("Patient?gender=MALE"));
    }

    [Theory]
    [InlineData(Tier.None, null)]
    [InlineData(Tier.Basic, null)]
    [InlineData(Tier.Intermediate, Tier.Intermediate)]
    [InlineData(Tier.Full, Tier.Full)]
    public async Task A_resource_is_seen_from_its_tier_on_and_at_the_tier_granted(Tier granted, Tier? seen)
    {
        await store.PutAsync(Resource("Condition/c", "p", 2));
        await store.GrantAsync("p", Grant("p", granted));

        Assert.Equal(seen, (await store.SeeAsync("Condition/c"))?.Tier);
    }

    [Fact]
    public async Task Without_any_grant_nothing_is_seen()
    {
        await store.PutAsync(Resource("Patient/p", "p", 1));

        Assert.Null(await store.SeeAsync("Patient/p"));
    }

    [Fact]
    public async Task The_default_counts_only_for_patients_without_rows_of_their_own_for_that_custodian_and_grantee()
    {
        await store.PutAsync(Resource("Patient/p", "p", 1), Resource("Patient/q", "q", 1));
        await store.WriteAsync(session => session.ReplaceDefaults([Grant(null, Tier.Basic)]), CancellationToken.None);
        await store.GrantAsync("q", Grant("q", Tier.None));

        Assert.NotNull(await store.SeeAsync("Patient/p"));
        Assert.Null(await store.SeeAsync("Patient/q"));
        Assert.Equal("p", await store.IdsAsync("Patient"));

        await store.GrantAsync("q", Grant("q", Tier.None, grantee: "another"));
        Assert.NotNull(await store.SeeAsync("Patient/q"));
    }

    [Fact]
    public async Task A_grant_is_for_its_grantee_its_purposes_and_its_period_only()
    {
        await store.PutAsync(Resource("Patient/p", "p", 1));
        await store.GrantAsync("p", Grant("p", Tier.Basic, from: Now, to: Now + 10));

        Assert.NotNull(await store.SeeAsync("Patient/p"));
        Assert.NotNull(await store.SeeAsync("Patient/p", Sight(purposes: ["HOPERAT", "TREAT"])));
        Assert.NotNull(await store.SeeAsync("Patient/p", Sight(instant: Now + 9)));
        Assert.Null(await store.SeeAsync("Patient/p", Sight(instant: Now + 10)));
        Assert.Null(await store.SeeAsync("Patient/p", Sight(instant: Now - 1)));
        Assert.Null(await store.SeeAsync("Patient/p", Sight(purposes: ["HOPERAT"])));
        Assert.Null(await store.SeeAsync("Patient/p", Sight(purposes: [])));
        Assert.Null(await store.SeeAsync("Patient/p", Sight("another")));
    }

    [Fact]
    public async Task The_best_row_that_clears_all_labels_counts()
    {
        await store.PutAsync(Resource("Condition/c", "p", 1).With(judged => judged with { Labels = 0b110 }));
        await store.GrantAsync("p", Grant("p", Tier.Full, cleared: 0b010), Grant("p", Tier.Basic, cleared: 0b111));

        Assert.Equal(Tier.Basic, (await store.SeeAsync("Condition/c"))?.Tier);

        await store.GrantAsync("p", Grant("p", Tier.Full, cleared: 0b010), Grant("p", Tier.Basic, cleared: 0b101));
        Assert.Null(await store.SeeAsync("Condition/c"));
    }

    [Fact]
    public async Task The_highest_label_bit_is_a_label_like_any_other()
    {
        await store.PutAsync(Resource("Condition/c", "p", 1).With(judged => judged with { Labels = long.MinValue }));
        await store.GrantAsync("p", Grant("p", Tier.Full, cleared: long.MaxValue));
        Assert.Null(await store.SeeAsync("Condition/c"));

        await store.GrantAsync("p", Grant("p", Tier.Full, cleared: -1));
        Assert.NotNull(await store.SeeAsync("Condition/c"));
    }

    [Fact]
    public async Task Rows_for_the_practitioner_win_over_the_rows_of_the_organisation()
    {
        await store.PutAsync(Resource("Condition/c", "p", 2));
        await store.GrantAsync("p", Grant("p", Tier.Full), Grant("p", Tier.None, practitioner: "dr"));

        Assert.Equal(Tier.Full, (await store.SeeAsync("Condition/c"))?.Tier);
        Assert.Equal(Tier.Full, (await store.SeeAsync("Condition/c", Sight(practitioner: "other")))?.Tier);
        Assert.Null(await store.SeeAsync("Condition/c", Sight(practitioner: "dr")));

        await store.GrantAsync("p", Grant("p", Tier.Basic), Grant("p", Tier.Full, practitioner: "dr"));
        Assert.Null(await store.SeeAsync("Condition/c"));
        Assert.Equal(Tier.Full, (await store.SeeAsync("Condition/c", Sight(practitioner: "dr")))?.Tier);
    }

    [Fact]
    public async Task The_custodians_staff_see_by_role_and_within_their_clearance()
    {
        await store.PutAsync(Resource("Condition/c", "p", 2).With(judged => judged with { Labels = 1 }));

        Assert.Equal(Tier.Own, (await store.SeeAsync("Condition/c", Owner()))?.Tier);
        Assert.Null(await store.SeeAsync("Condition/c", Sight(Custodian, own: Tier.Own, ownCleared: 2)));
        Assert.Null(await store.SeeAsync("Condition/c", Sight(Custodian, own: Tier.Basic, ownCleared: -1)));
    }

    [Fact]
    public async Task The_directory_is_basic_for_everybody_with_an_agreement()
    {
        await store.PutAsync(Resource("Organization/o", null, 1), Resource("Medication/m", null, 4));

        Assert.Equal(Tier.Basic, (await store.SeeAsync("Organization/o"))?.Tier);
        Assert.Null(await store.SeeAsync("Organization/o", Sight(directory: false)));
        Assert.Null(await store.SeeAsync("Medication/m"));
        Assert.Equal(Tier.Own, (await store.SeeAsync("Medication/m", Owner()))?.Tier);

        // Staff whose role gives nothing over their own organisation's records still read its directory.
        Assert.Equal(Tier.Basic, (await store.SeeAsync("Organization/o", Sight(Custodian)))?.Tier);
    }

    [Fact]
    public async Task A_party_sees_from_the_tier_for_parties_on()
    {
        await store.PutAsync(Resource("Task/t", "p", 3, (3, Token("status", "requested"))).With(judged => judged with
        {
            Tiers = new(3, 1),
            Parties = [Hospital],
            Entries = [new(Token("status", "requested"), new(3, 1))],
        }));
        await store.GrantAsync("p", Grant("p", Tier.Basic), Grant("p", Tier.Basic, grantee: "other"));

        Assert.True((await store.SeeAsync("Task/t"))?.Party);
        Assert.Equal("t", await store.IdsAsync("Task?status=requested"));
        Assert.Null(await store.SeeAsync("Task/t", Sight("other")));
        Assert.Equal("", await store.IdsAsync("Task?status=requested", Sight("other")));
    }

    [Fact]
    public async Task Scopes_limit_the_types()
    {
        await store.PutAsync(Resource("Patient/p", "p", 1), Resource("Task/t", "p", 1, (1, Reference("patient", "Patient/p"))));
        await store.GrantAsync("p", Grant("p", Tier.Basic));

        Assert.Null(await store.SeeAsync("Patient/p", Sight(types: ["Task"])));
        Assert.Equal("t", await store.IdsAsync("Task?patient=p", Sight(types: ["Task"])));
        Assert.Empty((await store.SearchAsync("Task?_include=Task:patient", Sight(types: ["Task"]))).Included);
        Assert.Single((await store.SearchAsync("Task?_include=Task:patient", Sight(types: ["Task", "Patient"]))).Included);
        Assert.Empty((await store.SearchAsync("Patient", Sight(types: ["Task"]))).Matches);
    }

    [Fact]
    public async Task A_resource_is_hidden_while_something_that_it_requires_is()
    {
        await store.PutAsync(Resource("MedicationRequest/m", "p", 1).With(judged => judged with { Requires = [Key("Medication/x")] }));
        await store.GrantAsync("p", Grant("p", Tier.Full));
        Assert.Null(await store.SeeAsync("MedicationRequest/m"));
        Assert.NotNull(await store.SeeAsync("MedicationRequest/m", Owner()));

        await store.PutAsync(Resource("Medication/x", "p", 4));
        Assert.Null(await store.SeeAsync("MedicationRequest/m"));
        Assert.Equal("", await store.IdsAsync("MedicationRequest"));

        await store.PutAsync(Resource("Medication/x", "p", 2));
        Assert.NotNull(await store.SeeAsync("MedicationRequest/m"));

        await store.WriteAsync(session => session.Delete(Key("Medication/x"), Now + 5), CancellationToken.None);
        Assert.Null(await store.SeeAsync("MedicationRequest/m"));
    }

    [Fact]
    public async Task A_resource_of_several_patients_is_for_its_custodian_only()
    {
        await store.PutAsync(Resource("Group/g", "p", 1, (1, Token("code", "x"))).With(judged => judged with { Subjects = ["p", "q"] }));
        await store.GrantAsync("p", Grant("p", Tier.Full));
        await store.GrantAsync("q", Grant("q", Tier.Full));

        Assert.Null(await store.SeeAsync("Group/g"));
        Assert.Equal("g", await store.IdsAsync("Group?code=x", Owner()));
    }

    [Fact]
    public async Task Labels_are_inherited_from_what_is_already_there_and_from_what_comes_later()
    {
        await store.GrantAsync("p", Grant("p", Tier.Full));
        await store.PutAsync(
            Resource("Encounter/late", "p", 1).With(judged => judged with { Inherits = [Key("Condition/c")] }),
            Resource("Task/far", "p", 1).With(judged => judged with { Inherits = [Key("Encounter/late")] }));
        Assert.NotNull(await store.SeeAsync("Task/far"));

        await store.PutAsync(Resource("Condition/c", "p", 1).With(judged => judged with { Labels = 8 }));
        Assert.Null(await store.SeeAsync("Encounter/late"));
        Assert.Null(await store.SeeAsync("Task/far"));
        Assert.Equal(8, (await store.SeeAsync("Task/far", Owner()))!.Labels);

        await store.PutAsync(Resource("Encounter/after", "p", 1).With(judged => judged with { Inherits = [Key("Condition/c")] }));
        Assert.Null(await store.SeeAsync("Encounter/after"));

        await store.PutAsync(Resource("Condition/c", "p", 1));
        Assert.NotNull(await store.SeeAsync("Task/far"));
        Assert.NotNull(await store.SeeAsync("Encounter/after"));
    }

    [Fact]
    public async Task Everything_of_a_patient_carries_the_patients_labels()
    {
        await store.GrantAsync("p", Grant("p", Tier.Full));
        await store.PutAsync(Resource("Observation/before", "p", 1));
        await store.PutAsync(Resource("Patient/p", "p", 1).With(judged => judged with { Labels = 2 }));
        await store.PutAsync(Resource("Observation/after", "p", 1));

        Assert.Null(await store.SeeAsync("Observation/before"));
        Assert.Null(await store.SeeAsync("Observation/after"));
    }

    [Fact]
    public async Task Revocation_is_effective_for_the_next_statement()
    {
        await store.PutAsync(Resource("Patient/p", "p", 1));
        await store.GrantAsync("p", Grant("p", Tier.Basic));
        Assert.NotNull(await store.SeeAsync("Patient/p"));

        await store.GrantAsync("p", Grant("p", Tier.None));
        Assert.Null(await store.SeeAsync("Patient/p"));
    }

    [Fact]
    public async Task Visible_names_what_exists_and_is_seen()
    {
        await store.PutAsync(Resource("Patient/p", "p", 1), Resource("Condition/c", "p", 2), Resource("Organization/o", null, 1));
        await store.GrantAsync("p", Grant("p", Tier.Basic));
        await using var read = await store.OpenReadAsync(CancellationToken.None);

        var seen = read.Rows.Visible(
            [Key("Patient/p"), Key("Condition/c"), Key("Organization/o"), Key("Organization/none")], Sight());

        Assert.Equal([Key("Organization/o"), Key("Patient/p")], seen.OrderBy(key => key.Type));
    }
}
