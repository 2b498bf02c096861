using Interop.Server.EarlyIntervention;
using Interop.Server.Tests.Commands;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.EarlyIntervention;

/// <summary>
/// One act stops drafts at all servers and ends those that are open; so does drift. On PostgreSQL there is a second server, on SQLite the
/// verb is the other process.
/// </summary>
public class KillSwitchTests : EarlyScene
{
    protected override string[] Settings => [.. base.Settings, "--Interop:EarlyIntervention:StratumMinimum=20"];

    protected override IReadOnlyList<string> Scene => [Fixtures.Patient("fay"), .. Often("fay").Take(3)];

    [Fact]
    public async Task One_act_stops_drafts_everywhere_and_ends_those_that_are_open()
    {
        await BeginAsync();
        using var nora = Nora();
        var (key, status) = Assert.Single(await PredictionsOfAsync(nora, "ana"));
        Assert.Equal("preliminary", status);
        using var police = Server.As("police");
        await (await StopAsync(police)).OutcomeAsync(403);
        await (await StopAsync(nora, "no")).OutcomeAsync(400);

        if (ServerDatabase.Kind == DatabaseKind.Postgres)
        {
            await using var second = await RunningServer.StartAsync(Server.Setting, Server.Clock, Settings);
            using var there = Adam(second);
            using var stopped = await StopAsync(there);
            Assert.Equal(1, (await stopped.JsonAsync()).GetProperty("parameter")[0].GetProperty("valueInteger").GetInt32());
        }
        else
        {
            var (result, text) = await Verb.RunAsync(
                "stop-risk-model", "--reason", "A mistake in its figures.", "--database", Server.Setting);
            Assert.True(result == 0, text);
            Assert.StartsWith("1 models are stopped, and 1 drafts ended.", text, StringComparison.Ordinal);
            Assert.Contains("off here", text, StringComparison.Ordinal);
        }

        // Somebody is met who would have been drafted, and the first server knows.
        await Server.ImportAsync(Custodian, [.. Often("fay").TakeLast(1)]);
        await DraftAsync(Server);
        Assert.Empty(await PredictionsOfAsync(nora, "fay"));
        var retired = await nora.GetJsonAsync(key);
        Assert.Equal(("cancelled", "A mistake in its figures."), (retired.Text("status"), retired.GetProperty("note")[0].Text("text")));
        await (await DecideAsync(nora, key, "final")).OutcomeAsync(422);
        using var adam = Adam();
        Assert.Equal("retired", (await adam.GetJsonAsync("RiskAssessment/$model-card")).Text("status"));
        await (await AcceptAsync(adam, Hash)).OutcomeAsync(422);

        // A start changes nothing of that.
        await using var again = await RunningServer.StartAsync(
            ServerDatabase.Kind == DatabaseKind.Postgres ? Server.Setting : Server.Database, Server.Clock, Settings);
        using var nowThere = Adam(again);
        Assert.Equal("retired", (await nowThere.GetJsonAsync("RiskAssessment/$model-card")).Text("status"));
    }

    [Fact]
    public async Task A_month_that_is_out_of_bounds_stops_the_model_and_one_report_says_why()
    {
        // The city of the months before comes far more often than the one of which the model was made.
        await Server.ImportAsync(Custodian, InventedHistory.Of(5, 150, Pattern.Persistent));
        await BeginAsync();
        using var nora = Nora();
        Assert.NotEmpty(await PredictionsOfAsync(nora, "ana"));

        await Server.Part<DriftWorker>().PassAsync(CancellationToken.None);
        await Server.Part<DriftWorker>().PassAsync(CancellationToken.None);

        using var adam = Adam();
        var report = Assert.Single((await adam.GetJsonAsync("Library?type=drift-report")).GetProperty("entry").EnumerateArray())
            .GetProperty("resource");
        Assert.Equal("2026-10", report.GetProperty("effectivePeriod").Text("start"));
        using var json = System.Text.Json.JsonDocument.Parse(Convert.FromBase64String(report.GetProperty("content")[0].Text("data")));
        Assert.NotEmpty(json.RootElement.GetProperty("breaches").EnumerateArray());
        var card = await adam.GetJsonAsync("RiskAssessment/$model-card");
        Assert.Equal("retired", card.Text("status"));
        Assert.Contains("Out of bounds in 2026-10", card.Text("description"), StringComparison.Ordinal);
        Assert.All(await PredictionsOfAsync(nora, "ana"), prediction => Assert.Equal("cancelled", prediction.Status));
    }
}
