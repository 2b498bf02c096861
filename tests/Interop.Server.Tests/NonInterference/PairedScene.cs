using Interop.Demo;

namespace Interop.Server.Tests.NonInterference;

/// <summary>
/// Two databases that differ in what one caller may not see. The hospital holds an intermediate consent of patient p1, p2 has said
/// nothing (basic by agreement), p3 denied everything and is therefore in one of the databases only.
/// </summary>
public abstract class PairedScene : IAsyncLifetime
{
    private protected const string Program = "crisis-program";
    private protected const string OpioidUse = "75544000";
    private protected static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");
    private protected static readonly DemoCaller Police = DemoCaller.All.Single(caller => caller.Name == "police");

    private protected PairedServers Pair { get; set; } = null!;

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    private protected static async Task<PairedServers> StartAsync()
    {
        var pair = await PairedServers.StartAsync();
        await pair.BothAsync(
            Program,
            Fixtures.Organization(Program, "crisis-program"),
            Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Organization("city-police", "police"),
            Fixtures.Agreement("city-hospital"),
            Fixtures.Agreement("city-police", "basic", ["OVRPS"]));
        await pair.HiddenAsync(
            Program, Fixtures.Patient("p3", "Verborgen"), Fixtures.Consent("deny", "p3", "city-hospital", type: "deny", tier: "basic"));
        await pair.BothAsync(
            Program, Fixtures.Patient("p1", "Alpha"), Fixtures.Patient("p2", "Beta"), Fixtures.Consent("c1", "p1", "city-hospital"));
        await pair.BothAsync(Program, Fixtures.Condition("seen1", "p1"));
        await pair.HiddenAsync(
            Program,
            Fixtures.Condition("hidden-label", "p1", OpioidUse),
            Fixtures.Condition("hidden-tier", "p2"),
            Fixtures.Condition("hidden-patient", "p3"),
            Fixtures.Encounter("hidden-encounter", "p3"),
            Fixtures.ReferralTask("hidden-task", "p3", "none", owner: Program),
            """{"resourceType":"CareTeam","id":"hidden-team","status":"active","subject":{"reference":"Patient/p3"}}""");
        await pair.VariantsAsync(Program, Risk("r1", "p2", 0.9), Risk("r1", "p2", 0.1));
        await pair.BothAsync(
            Program, Fixtures.Condition("seen2", "p1"), Fixtures.Condition("seen3", "p1"), Risk("r2", "p1", 0.5), Fixtures.Encounter(
                "e1", "p1"));
        return pair;
    }

    private protected static string Risk(string id, string patient, double probability) => $$"""
        {"resourceType":"RiskAssessment","id":"{{id}}","status":"final","subject":{"reference":"Patient/{{patient}}"},
        "occurrenceDateTime":"2026-11-20T10:30:00Z","prediction":[{"outcome":{"text":"self-harm"},
        "probabilityDecimal":{{probability.ToString(System.Globalization.CultureInfo.InvariantCulture)}},"qualitativeRisk":{"coding":[
        {"system":"http://terminology.hl7.org/CodeSystem/risk-probability","code":"moderate"}]} }]}
        """;

    private protected static HttpRequestMessage Put(string path, string json) =>
        new(HttpMethod.Put, new Uri(path, UriKind.Relative)) { Content = Answers.Fhir(json) };

    private protected static HttpRequestMessage Post(string path, string json) =>
        new(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = Answers.Fhir(json) };
}

/// <summary>The pair of a class whose tests leave it as it is, or add only what the caller may not see.</summary>
public sealed class SharedPair : IAsyncLifetime
{
    internal PairedServers? Pair { get; set; }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (Pair is not null)
        {
            await Pair.DisposeAsync();
        }
    }
}
