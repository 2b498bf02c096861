using System.Text.Json;
using Interop.Server.EarlyIntervention.Trial;
using Interop.Server.Tasks;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.EarlyIntervention;

/// <summary>From a model's file to a person who is sought out: who decides, what is written down, and what nobody can do.</summary>
public class PredictionTests : EarlyScene
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Patient("ben"), .. Often("ben"), OutreachRefusal("ben", "outreach"),
        Fixtures.Patient("cleo"), .. Often("cleo"), OutreachRefusal("cleo", "follow-up-48h"),
        Fixtures.Patient("dora").Replace("\"active\":true", "\"active\":true,\"deceasedBoolean\":true", StringComparison.Ordinal),
        .. Often("dora"),
        Fixtures.Patient("eve"), .. Often("eve").TakeLast(1),
        Fixtures.Patient("fay"), .. Often("fay"), Fixtures.Patient("gus"), .. Often("gus"),
    ];

    [Fact]
    public async Task Nothing_is_drafted_before_a_named_administrator_has_accepted_the_card()
    {
        using var nora = Nora();
        using var adam = Adam();
        using var system = Server.As(Administrator);
        await DraftAsync(Server);
        Assert.Empty(await PredictionsOfAsync(nora, "ana"));

        await (await AcceptAsync(nora, Hash)).OutcomeAsync(403);
        await (await AcceptAsync(system, Hash)).OutcomeAsync(403);
        await (await AcceptAsync(adam, new string('0', 64))).OutcomeAsync(422);
        var untold = await (await AcceptAsync(adam, Hash, knowsUntold: false)).OutcomeAsync(422);
        Assert.Contains("language unknown", untold.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        var card = await adam.GetJsonAsync("RiskAssessment/$model-card");
        Assert.Equal("draft", card.Text("status"));

        await BeginAsync();

        await (await AcceptAsync(adam, Hash)).OutcomeAsync(422); // it works already
        var accepted = await nora.GetJsonAsync("RiskAssessment/$model-card");
        Assert.Equal(("active", "2026-11-22"), (accepted.Text("status"), accepted.Text("approvalDate")));
        using var file = JsonDocument.Parse(Convert.FromBase64String(accepted.GetProperty("content")[0].Text("data")));
        Assert.Equal("The programme's office, 555-0100", file.RootElement.Text("contact"));
        var small = file.RootElement.GetProperty("validation").GetProperty("groups")[2];
        Assert.Equal(JsonValueKind.Null, small.GetProperty("count").ValueKind);
        var signature = Assert.Single((await nora.GetJsonAsync($"Provenance?target=Library/{accepted.Text("id")}"))
            .GetProperty("entry").EnumerateArray()).GetProperty("resource").GetProperty("signature")[0];
        Assert.Equal("Practitioner/adam", signature.GetProperty("who").Text("reference"));
        using var changed = await adam.PutFhirAsync($"Library/{accepted.Text("id")}", accepted.GetRawText());
        Assert.False(changed.IsSuccessStatusCode);

        // One each for who is to be asked: not for who has refused, has died, or came for the first time.
        foreach (var (person, drafts) in new[]
        {
            ("ana", 1), ("ben", 0), ("cleo", 0), ("dora", 0), ("eve", 0), ("fay", 1), ("gus", 1),
        })
        {
            Assert.Equal(drafts, (await PredictionsOfAsync(nora, person)).Count);
        }

        await DraftAsync(Server);
        Assert.Single(await PredictionsOfAsync(nora, "ana"));
    }

    [Fact]
    public async Task A_draft_is_explained_by_its_terms_and_final_by_a_named_person_with_a_reason()
    {
        await BeginAsync();
        using var nora = Nora();
        var (key, status) = Assert.Single(await PredictionsOfAsync(nora, "ana"));
        Assert.Equal("preliminary", status);
        var draft = await nora.GetJsonAsync(key);
        var prediction = draft.GetProperty("prediction")[0];
        var points = prediction.GetProperty("extension").EnumerateArray()
            .Select(term => term.GetProperty("extension").EnumerateArray()
                .ToDictionary(part => part.Text("url"), part => part.EnumerateObject().Last().Value))
            .ToList();
        Assert.Equal(RiskFeatures.All.Select(feature => feature.Feature.Code), points.Select(term => term["feature"].GetString()));
        Assert.Equal(3, points[0]["value"].GetDouble());
        var sum = -1 + points.Sum(term => term["points"].GetDouble());
        Assert.Equal(1 / (1 + Math.Exp(-sum)), prediction.GetProperty("probabilityDecimal").GetDouble(), 0.0001);
        Assert.Contains("encounters-90d 3 +2.4", prediction.Text("rationale"), StringComparison.Ordinal);
        Assert.Equal("Encounter/ana-v3", draft.GetProperty("basis")[0].Text("reference"));
        Assert.StartsWith(draft.GetProperty("method").GetProperty("coding")[0].Text("version"), Hash, StringComparison.Ordinal);
        using var valid = await nora.PostFhirAsync("RiskAssessment/$validate", draft.GetRawText());
        Assert.DoesNotContain("\"error\"", await valid.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var system = Server.As(Navigator);
        await (await DecideAsync(system, key, "final")).OutcomeAsync(403);
        await (await DecideAsync(nora, key, "final", null)).OutcomeAsync(422);
        await (await DecideAsync(nora, key, "final", "ok")).OutcomeAsync(422);
        await (await DecideAsync(nora, key, "amended")).OutcomeAsync(422);
        using var twisted = await nora.ChangeAsync(key, risk =>
        {
            risk["status"] = "final";
            risk["note"] = System.Text.Json.Nodes.JsonNode.Parse($$"""[{"text":"{{Reason}}"}]""");
            risk["prediction"]![0]!["probabilityDecimal"] = 0.01;
        });
        await twisted.OutcomeAsync(422);
        using var gone = await nora.DeleteAsync(new Uri(key, UriKind.Relative));
        await gone.OutcomeAsync(422);
        using var own = await nora.PostFhirAsync("RiskAssessment", draft.GetRawText());
        await own.OutcomeAsync(403);

        using var final = await DecideAsync(nora, key, "final");
        Assert.True(final.IsSuccessStatusCode, await final.Content.ReadAsStringAsync());
        var note = Assert.Single((await nora.GetJsonAsync(key)).GetProperty("note").EnumerateArray());
        Assert.Equal((Reason, "Practitioner/nora"), (note.Text("text"), note.GetProperty("authorReference").Text("reference")));
        var provenance = Assert.Single((await nora.GetJsonAsync($"Provenance?target={key}")).GetProperty("entry").EnumerateArray())
            .GetProperty("resource");
        Assert.Equal(Reason, provenance.GetProperty("reason")[0].Text("text"));
        var task = Assert.Single((await nora.GetJsonAsync("Task?code=outreach&patient=ana&status=requested")).Keys());
        var outreach = await nora.GetJsonAsync(task);
        Assert.Equal((key, "2026-11-29T12:00:00+00:00"), (
            outreach.GetProperty("focus").Text("reference"), outreach.GetProperty("restriction").GetProperty("period").Text("end")));

        // While somebody is sought out nothing further is drafted; what was an error ends that.
        await DraftAsync(Server);
        Assert.Single(await PredictionsOfAsync(nora, "ana"));
        using var mistaken = await nora.ChangeAsync(key, risk =>
        {
            risk["status"] = "entered-in-error";
            risk["note"]!.AsArray().Add(System.Text.Json.Nodes.JsonNode.Parse("""{"text":"It was about her sister."}"""));
        });
        Assert.True(mistaken.IsSuccessStatusCode, await mistaken.Content.ReadAsStringAsync());
        Assert.Equal("cancelled", (await nora.GetJsonAsync(task)).Text("status"));
        await (await DecideAsync(nora, key, "final")).OutcomeAsync(422);
    }

    [Fact]
    public async Task Who_refuses_later_is_let_alone_and_what_nobody_decides_lapses()
    {
        await BeginAsync();
        using var nora = Nora();
        var (fay, gus) = ((await PredictionsOfAsync(nora, "fay"))[0].Key, (await PredictionsOfAsync(nora, "gus"))[0].Key);
        using var final = await DecideAsync(nora, fay, "final");
        Assert.True(final.IsSuccessStatusCode);

        // A refusal between the draft and the decision leaves no outreach either.
        await nora.CreatedAsync("Consent", OutreachRefusal("fay", "outreach"));
        await nora.CreatedAsync("Consent", OutreachRefusal("gus", "outreach"));
        Assert.Equal("cancelled", (await nora.GetJsonAsync(gus)).Text("status"));
        Assert.Empty((await nora.GetJsonAsync("Task?code=outreach&patient=fay&status=requested")).Keys());
        await (await DecideAsync(nora, gus, "final")).OutcomeAsync(422);

        var ana = (await PredictionsOfAsync(nora, "ana"))[0].Key;
        Server.Clock.Advance(TimeSpan.FromDays(13));
        await Server.Part<Deadlines>().PassAsync(CancellationToken.None);
        Assert.Equal("preliminary", (await nora.GetJsonAsync(ana)).Text("status"));
        Server.Clock.Advance(TimeSpan.FromDays(1));
        await Server.Part<Deadlines>().PassAsync(CancellationToken.None);
        var lapsed = await nora.GetJsonAsync(ana);
        Assert.Equal(("cancelled", "Interop"), (lapsed.Text("status"), lapsed.GetProperty("note")[0].Text("authorString")));
        await (await DecideAsync(nora, ana, "final")).OutcomeAsync(422);
    }

    private static string OutreachRefusal(string person, string kind) => FollowUpWork.Refusal($"no-{person}", person)
        .Replace("\"follow-up-48h\"", $"\"{kind}\"", StringComparison.Ordinal);
}
