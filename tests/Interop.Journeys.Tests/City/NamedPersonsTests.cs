using System.Text.Json;
using Interop.Demo.City;

namespace Interop.Journeys.Tests.City;

public sealed class NamedPersonsTests
{
    private const int Seed = 7;
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 9, 30, 0, TimeSpan.Zero);
    private static readonly CityBundle[] City = [.. CityGenerator.Generate(Seed, Now, 3)];
    private static readonly NamedPersons Persons = CityGenerator.Persons(Seed);

    public static TheoryData<string> Each => new("none", "intermediate", "full");

    [Theory]
    [MemberData(nameof(Each))]
    public void Each_has_what_the_journeys_ask_for(string who)
    {
        var person = Of(who);
        var own = Records(person).ToArray();
        string[] Texts(string type) => [.. own.Where(it => it.Resource.Type == type).Select(it => Text(it.Resource))];

        Assert.True(Texts("Condition").Length >= 2);
        Assert.True(Texts("MedicationStatement").Length >= 2);
        Assert.NotEmpty(Texts("RiskAssessment"));
        Assert.Contains(Texts("Flag"), text => text.Contains("\"active\"", StringComparison.Ordinal));
        Assert.Contains(Texts("CarePlan"), text => text.Contains("\"shareable\"", StringComparison.Ordinal));
        Assert.Contains(Texts("Task"), text => Has(
            text, "\"requested\"", "fulfill-referral", "\"owner\":{\"reference\":\"Organization/city-hospital\"}"));
        Assert.Contains(Texts("Encounter"), text => Has(text, "\"finished\"", "Organization/crisis-program"));
        Assert.Contains(own, it => it.Source == "recovery-clinic" && it.Resource.Type == "MedicationStatement");
        Assert.DoesNotContain(own, it => it.Source == "recovery-clinic" && it.Resource.Type == "Consent");
    }

    [Theory]
    [MemberData(nameof(Each))]
    public void Each_has_an_open_incident_that_is_assigned_to_the_police(string who)
    {
        var person = Of(who);
        var open = Records(person).Single(it => Text(it.Resource).Contains(person.Incident, StringComparison.Ordinal)).Resource;
        var encounter = JsonDocument.Parse(open.Json).RootElement;

        Assert.Equal("in-progress", encounter.GetProperty("status").GetString());
        Assert.Equal("urn:interop:incident", encounter.GetProperty("identifier")[0].GetProperty("system").GetString());
        Assert.False(encounter.GetProperty("period").TryGetProperty("end", out _));
        Assert.True(Has(Text(open), "encounter-assigned-agency\",\"valueReference\":{\"reference\":\"Organization/city-police\""));
        Assert.Contains("\"serviceProvider\":{\"reference\":\"Organization/crisis-program\"}", Text(open), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Each))]
    public void Each_is_the_patient_whom_the_constants_name(string who)
    {
        var person = Of(who);
        var patient = City.SelectMany(bundle => bundle.Resources).Single(resource => $"{resource.Type}/{resource.Id}" == person.Reference);

        Assert.Contains($"\"family\":\"{person.Family}\",\"given\":[\"{person.Given}\"]", Text(patient), StringComparison.Ordinal);
        Assert.Contains($"\"birthDate\":\"{person.BirthDate}\"", Text(patient), StringComparison.Ordinal);
    }

    [Fact]
    public void They_differ_in_consent_and_case()
    {
        string[] Consents(NamedPerson person) =>
            [.. Records(person).Where(it => it.Resource.Type == "Consent").Select(it => Text(it.Resource))];

        Assert.Empty(Consents(Persons.NoConsent));
        Assert.Contains("\"code\":\"intermediate\"", Assert.Single(Consents(Persons.IntermediateConsent)), StringComparison.Ordinal);
        Assert.Equal(2, Consents(Persons.FullConsent).Length);
        Assert.Contains(Consents(Persons.FullConsent), consent => Has(consent, "\"code\":\"full\"", "Organization/city-hospital"));
        Assert.Contains(Consents(Persons.FullConsent), consent => Has(consent, "\"code\":\"basic\"", "Organization/city-police", "OVRPS"));
        Assert.Contains(Records(Persons.FullConsent), it => it is { Source: "city-hospital", Resource.Type: "Encounter" });
        Assert.DoesNotContain(Records(Persons.IntermediateConsent), it => it.Source == "city-hospital");
    }

    private static NamedPerson Of(string who) =>
        who switch { "none" => Persons.NoConsent, "intermediate" => Persons.IntermediateConsent, _ => Persons.FullConsent };

    private static IEnumerable<(string Source, CityResource Resource)> Records(NamedPerson person) =>
        City.SelectMany(bundle => bundle.Resources.Select(resource => (bundle.Source, resource)))
            .Where(it => Text(it.resource).Contains($"\"{person.Reference}\"", StringComparison.Ordinal));

    private static bool Has(string text, params string[] parts) => parts.All(part => text.Contains(part, StringComparison.Ordinal));

    private static string Text(CityResource resource) => System.Text.Encoding.UTF8.GetString(resource.Json);
}
