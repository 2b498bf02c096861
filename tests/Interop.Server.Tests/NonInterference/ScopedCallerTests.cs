using Interop.Demo;

namespace Interop.Server.Tests.NonInterference;

/// <summary>
/// Two databases that differ only in what the scopes of one caller do not open, though sharing does. Every answer must be the same.
/// </summary>
public sealed class ScopedCallerTests : IAsyncLifetime
{
    private const string Program = "crisis-program";
    private const string Hypertension = "38341003";
    private const string Fever = "386661006";
    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");
    private PairedServers pair = null!;

    public static TheoryData<string> Paths =>
    [
        "Patient", "Patient?_total=accurate&_sort=family", "Patient?_count=1", "Patient?family=Beta", "Patient?family:not=Alpha",
        "Patient/p2", "Patient/p2/_history",
        "Condition", "Condition?_total=accurate", "Condition?_summary=count", "Condition?_count=1&_sort=-onset-date",
        "Condition?code=386661006",
        "Condition?code:not=38341003", "Condition?onset-date:missing=true", "Condition/fever", "Condition/fever/_history",
        "Condition/fever/_history/1",
        "Condition?patient.family=Beta", "Condition?patient.family=Alpha", "Condition?encounter.status=finished",
        "Condition?_include=Condition:patient",
        "Condition?_include=Condition:encounter", "Patient?_revinclude=Condition:patient", "Patient?_has:Condition:patient:code=386661006",
        "Patient?_has:Condition:patient:code:missing=false", "Encounter", "Encounter/e2",
        "Encounter?_has:Condition:encounter:code=38341003",
        "Encounter?subject:Patient.family=Beta", "Organization", "Organization?_total=accurate",
    ];

    public async Task InitializeAsync()
    {
        pair = await PairedServers.StartAsync();
        await pair.BothAsync(
            Program,
            Fixtures.Organization(Program, "crisis-program"),
            Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Agreement("city-hospital"),
            Fixtures.Patient("p1", "Alpha"),
            Fixtures.Consent("c1", "p1", "city-hospital"),
            Fixtures.Encounter("e1", "p1", "finished"),
            Fixtures.Condition("pressure", "p1", Hypertension, "e1"));
    }

    public async Task DisposeAsync() => await pair.DisposeAsync();

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Whoever_may_read_one_record_learns_nothing_of_the_others(string path)
    {
        await HideAnotherRecordAsync();

        foreach (var caller in new[] { Hospital, Navigator })
        {
            await pair.SameAsync(caller with { Scope = "patient/*.rs" }, path, ("patient", "p1"));
        }

        await pair.SameAsync(
            new("person", Program, ["PATRQT"], ["individual"], "patient/*.rs"), path, ("patient", "p1"), ("fhirUser", "Patient/p1"));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Whoever_may_read_some_conditions_learns_nothing_of_the_others(string path)
    {
        await pair.HiddenAsync(Program, Fixtures.Condition("fever", "p1", Fever, "e1"), Fixtures.Condition("chill", "p1", "43724002"));

        foreach (var caller in new[] { Hospital, Navigator })
        {
            await pair.SameAsync(
                caller with
                {
                    Scope = $"user/*.rs?_id=x user/Patient.rs user/Encounter.rs user/Organization.rs user/Condition.rs?code={Hypertension}"
                },
                path);
        }
    }

    [Fact]
    public async Task Whoever_may_write_one_record_learns_nothing_of_the_others()
    {
        await HideAnotherRecordAsync();
        foreach (var (method, path, body) in new[]
        {
            ("PUT", "Condition/fever", Fixtures.Condition("fever", "p1")),
            ("DELETE", "Condition/fever", ""),
            ("POST", "Condition", Fixtures.Condition("x", "p2")),
            ("POST", "Condition", Fixtures.Condition("x", "p1", encounter: "e2")),
            ("POST", "Condition?", Fixtures.Condition("x", "p1")),
        })
        {
            var further = new[] { ("patient", (object)"p1") };
            await pair.SameAsync(
                Navigator with { Scope = "patient/*.cruds" },
                () =>
                {
                    var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path.TrimEnd('?'), UriKind.Relative));
                    request.Content = body.Length == 0 ? null : Answers.Fhir(body);
                    if (path.EndsWith('?'))
                    {
                        request.Headers.TryAddWithoutValidation("If-None-Exist", $"code={Fever}");
                    }

                    return request;
                },
                ignoresNewIds: true,
                further);
        }
    }

    private Task HideAnotherRecordAsync() => pair.HiddenAsync(
        Program,
        Fixtures.Patient("p2", "Beta"),
        Fixtures.Consent("c2", "p2", "city-hospital"),
        Fixtures.Encounter("e2", "p2", "finished"),
        Fixtures.Condition("fever", "p2", Fever, "e2"));
}
