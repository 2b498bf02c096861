using System.Text.Json;
using Interop.Demo.City;
using Interop.Fhir;
using Interop.Fhir.Schema;
using Interop.Fhir.Search.Index;
using Interop.Sharing.Agreements;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;

namespace Interop.Journeys.Tests.City;

/// <summary>The city as sharing reads it.</summary>
public sealed class CitySharingTests
{
    private const int Seed = 20261122;
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 9, 30, 0, TimeSpan.Zero);
    private static readonly CityBundle[] City = [.. CityGenerator.Generate(Seed, Now)];
    private static readonly NamedPersons Persons = CityGenerator.Persons(Seed);
    private static readonly long Instant = (Now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;
    private static readonly Lazy<Partners> Partners = new(() => new(
        [.. Of("Contract").Select(it => AgreementReader.Read(it.Json, it.Id)!)],
        Of("Organization").ToDictionary(it => it.Id, it => OrganizationReader.Read(it.Json, it.Id))));

    [Theory]
    [InlineData("agreement-hospital", true)]
    [InlineData("agreement-family-services", true)]
    [InlineData("agreement-police", true)]
    [InlineData("agreement-dispatch", true)]
    [InlineData("agreement-recovery-hospital", true)]
    [InlineData("agreement-recovery-crisis", true)]
    [InlineData("agreement-shelter-expired", false)]
    [InlineData("agreement-shelter-suspended", false)]
    [InlineData("agreement-shelter-draft", false)]
    public void An_agreement_is_in_force_or_not(string id, bool isInForce)
    {
        var agreement = Partners.Value.Agreements.Single(it => it.Id == id);

        Assert.True(agreement.InForceAt(Instant) == isInForce, string.Join("; ", agreement.Problems));
    }

    [Fact]
    public void Consents_are_evaluated_but_for_the_kind_that_must_not_be()
    {
        foreach (var consent in Of("Consent"))
        {
            var facts = ConsentReader.Read(consent.Json, consent.Id, "crisis-program", 1, Instant);
            using var json = JsonDocument.Parse(consent.Json);
            var isOdd = json.RootElement.GetProperty("provision").TryGetProperty("class", out _);

            Assert.True(isOdd == facts.Indeterminate.Count > 0, string.Join("; ", facts.Indeterminate));
        }
    }

    [Fact]
    public void Part_2_consents_are_valid_or_lack_one_element_each()
    {
        var defects = Of("Consent").Select(it => ConsentReader.Read(it.Json, it.Id, "crisis-program", 1, Instant))
            .Where(facts => facts.Policy == ConsentReader.Part2Policy)
            .Select(facts => facts.Part2Defects.Count == 0 ? "valid" : Assert.Single(facts.Part2Defects)[..10])
            .ToHashSet();

        Assert.Equal(["2.31(a)(3)", "2.31(a)(7)", "2.31(a)(8)", "valid"], defects.Order());
    }

    [Fact]
    public void The_labels_of_the_city_are_all_that_there_are_and_the_unknown_is_the_privacy_officers()
    {
        var present = Judged().Aggregate(0L, (labels, it) => labels | it.Judged.Labels);

        // ETH is another name of SUD, and R never stands alone: what is restricted says why. Nothing is predicted of anybody here.
        const long Absent = Labels.Eth | Labels.Restricted | Labels.Prediction | Labels.Draft;
        Assert.Equal(Labels.None, Labels.All & ~(present | Labels.Unknown | Absent));
        var unknown = Assert.Single(Judged(), it => (it.Judged.Labels & Labels.Unknown) != 0);
        Assert.Equal("Task", unknown.Key.Type); // the privacy officer's review, which is nobody else's
    }

    [Theory]
    [InlineData("none", Tier.Basic, false)]
    [InlineData("intermediate", Tier.Intermediate, true)]
    [InlineData("full", Tier.Full, true)]
    public void The_hospital_sees_each_named_person_at_the_tier_of_the_consent(string who, Tier tier, bool seesDiagnoses)
    {
        var person = who switch { "none" => Persons.NoConsent, "intermediate" => Persons.IntermediateConsent, _ => Persons.FullConsent };
        var records = Judged().Where(it => it.Judged.Subjects is [var subject] && "Patient/" + subject == person.Reference).ToArray();
        var facts = new PatientFacts(
            person.Reference[8..],
            [.. records.Where(it => it.Key.Type == "Consent")
                .Select(it => ConsentReader.Read(it.Resource.Json, it.Key.Id, it.Source, 1, Instant))],
            [.. records.SelectMany(it => it.Judged.Cases)],
            Partners.Value);
        var sight = new Sight("city-hospital", null, ["TREAT"], Instant, Tier.Own, Labels.All, true, null);

        Decision Decide((string Source, CityResource Resource, ResourceKey Key, JudgedResource Judged) it) => Decider.Decide(
            sight,
            facts,
            new(it.Key.Type, it.Source, it.Judged.Labels, it.Judged.Tiers, it.Judged.Parties.Contains("city-hospital"), false));

        var visible = records.Where(it => it.Source == "crisis-program" && Decide(it).Visible).Select(it => it.Key.Type).ToHashSet();

        Assert.Equal(tier, Decide(records.Single(it => it.Key.Type == "Patient")).Tier);
        string[] basic = ["Patient", "Flag", "Encounter", "Task", "ServiceRequest"];
        Assert.Subset(visible, basic.ToHashSet());
        Assert.Equal(who != "none", visible.Contains("RiskAssessment"));
        Assert.Equal(who != "none", visible.Contains("CarePlan"));
        Assert.Equal(seesDiagnoses, visible.Contains("Condition"));
        Assert.Equal(seesDiagnoses, visible.Contains("MedicationStatement"));
        Assert.Equal(tier == Tier.Full, visible.Contains("DocumentReference"));
        Assert.DoesNotContain(records, it => it.Source == "recovery-clinic" && Decide(it).Visible);
    }

    private static IEnumerable<CityResource> Of(string type) =>
        City.SelectMany(bundle => bundle.Resources).Where(resource => resource.Type == type);

    private static IEnumerable<(string Source, CityResource Resource, ResourceKey Key, JudgedResource Judged)> Judged()
    {
        var redactor = new Redactor(SharingPolicy.Default, new IndexExtractor(SearchParameterSet.R4).Extract);
        foreach (var bundle in City)
        {
            var source = new SourceFacts(bundle.Source, bundle.Source == "recovery-clinic", CoveredEntity: true);
            foreach (var resource in bundle.Resources.Where(it => it.Type != "Contract"))
            {
                var key = new ResourceKey(resource.Type, resource.Id);
                yield return (bundle.Source, resource, key, redactor.Judge(
                    resource.Json, source, key, Instant, long.MaxValue, targets => targets.ToHashSet()));
            }
        }
    }
}
