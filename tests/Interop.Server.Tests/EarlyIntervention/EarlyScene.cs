using Interop.Demo;
using Interop.Server.EarlyIntervention;

namespace Interop.Server.Tests.EarlyIntervention;

/// <summary>A programme that has turned early intervention on, with a person who was met four times in as many months.</summary>
public abstract class EarlyScene : IAsyncLifetime
{
    protected const string Custodian = "crisis-program";
    protected const string Reason = "She asked to be called when things get worse.";

    protected static readonly DemoCaller Navigator = new("navigator", Custodian, ["COC"], ["navigator"], "user/*.cruds");
    protected static readonly DemoCaller Administrator =
        new("administrator", Custodian, ["HOPERAT"], ["agency-administrator"], "user/*.cruds");

    private InventedModel model = null!;

    protected string Hash { get; private set; } = null!;

    protected RunningServer Server { get; private set; } = null!;

    /// <summary>What a test has besides.</summary>
    protected virtual IReadOnlyList<string> Scene => [];

    /// <summary>What the servers are started with.</summary>
    protected virtual string[] Settings => model.Settings;

    protected static IReadOnlyList<string> Often(string person) =>
    [
        .. new[] { -70, -40, -20, -2 }.SelectMany((days, number) =>
            InventedHistory.Visit($"{person}-v{number}", person, new DateTimeOffset(2026, 11, 22, 6, 0, 0, TimeSpan.Zero).AddDays(days))),
    ];

    public async Task InitializeAsync()
    {
        model = InventedModel.Create();
        Hash = model.Write();
        Server = await RunningServer.StartAsync(settings: Settings);
        await Server.ImportAsync(Custodian, [
            Fixtures.Organization(Custodian, "crisis-program"),
            """{"resourceType":"Practitioner","id":"nora","active":true,"name":[{"family":"Invented","given":["Nora"]}]}""",
            """{"resourceType":"Practitioner","id":"adam","active":true,"name":[{"family":"Invented","given":["Adam"]}]}""",
            Fixtures.Patient("ana"), .. Often("ana"), .. Scene]);
    }

    public virtual async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        model.Dispose();
    }

    protected HttpClient Nora(RunningServer? at = null) => Person(at ?? Server, Navigator, "nora");

    protected HttpClient Adam(RunningServer? at = null) => Person(at ?? Server, Administrator, "adam");

    protected static HttpClient Person(RunningServer at, DemoCaller caller, string practitioner) =>
        at.As(caller, ("sub", $"person-{practitioner}"), ("fhirUser", $"{RunningServer.PublicUrl}/Practitioner/{practitioner}"));

    /// <summary>The administrator answers for the model, and the worker looks who was met.</summary>
    protected async Task BeginAsync()
    {
        using var adam = Adam();
        using var accepted = await AcceptAsync(adam, Hash);
        Assert.True(accepted.IsSuccessStatusCode, await accepted.Content.ReadAsStringAsync());
        await DraftAsync(Server);
    }

    protected static Task DraftAsync(RunningServer at) => at.Part<DraftWorker>().PassAsync(CancellationToken.None);

    protected static Task<HttpResponseMessage> AcceptAsync(HttpClient client, string hash, bool knowsUntold = true) => client.PostFhirAsync(
        "RiskAssessment/$accept-model",
        $$"""
        {"resourceType":"Parameters","parameter":[{"name":"sha256","valueString":"{{hash}}"},
        {"name":"untold","valueBoolean":{{(knowsUntold ? "true" : "false")}} }]}
        """);

    protected static Task<HttpResponseMessage> StopAsync(HttpClient client, string reason = "A mistake in its figures.") =>
        client.PostFhirAsync(
            "RiskAssessment/$stop-model",
            $$"""{"resourceType":"Parameters","parameter":[{"name":"reason","valueString":"{{reason}}"}]}""");

    /// <summary>Somebody decides about a prediction, and says why.</summary>
    protected static async Task<HttpResponseMessage> DecideAsync(HttpClient client, string key, string status, string? reason = Reason)
    {
        var note = reason is null ? string.Empty : $$""", {"op":"add","path":"/note","value":[{"text":"{{reason}}"}]}""";
        using var patch = new HttpRequestMessage(HttpMethod.Patch, new Uri(key, UriKind.Relative))
        {
            Content = new StringContent(
                $$"""[{"op":"replace","path":"/status","value":"{{status}}"}{{note}}]""",
                System.Text.Encoding.UTF8,
                "application/json-patch+json"),
        };
        return await client.SendAsync(patch);
    }

    protected static async Task<IReadOnlyList<(string Key, string Status)>> PredictionsOfAsync(HttpClient client, string person) =>
    [
        .. (await client.GetJsonAsync($"RiskAssessment?patient={person}")) is var found && found.TryGetProperty("entry", out var entries)
            ? entries.EnumerateArray().Select(entry => entry.GetProperty("resource")).Select(resource => (
                $"RiskAssessment/{resource.GetProperty("id").GetString()}", resource.GetProperty("status").GetString()!))
            : [],
    ];
}
