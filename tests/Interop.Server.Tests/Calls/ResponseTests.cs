using Interop.Server.Tests.Dispatch;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Calls;

/// <summary>A person decides who goes; what differs from the recommendation, or sends nobody, has a coded reason.</summary>
public sealed class ResponseTests : CallDesk
{
    private const string Calm = "need=yes violence=no self-harm=none medical=no";

    [Theory]
    [InlineData("crt", null, true)]
    [InlineData("ccd", null, true)]
    [InlineData("police", null, false)]
    [InlineData("police", "supervisor", true)]
    [InlineData("co-response", "new-information", true)]
    [InlineData("co-response", "because", false)]
    public async Task Another_response_than_recommended_has_a_coded_reason(string model, string? reason, bool isTaken)
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await CallAsync(dispatch);
        await PostedAsync(dispatch, "QuestionnaireResponse", Answers(call, Calm));

        using var answer = await dispatch.PostFhirAsync(
            "ServiceRequest", Response(call, model, reason: reason is null ? null : ("override-reason", reason)));

        if (isTaken)
        {
            var stored = await answer.JsonAsync();
            Assert.True((int)answer.StatusCode == 201, stored.ToString());
            Assert.Equal(reason is not null, stored.TryGetProperty("extension", out _));
        }
        else
        {
            var issue = await answer.OutcomeAsync(422);
            Assert.Equal("ServiceRequest.extension", Element(issue));
            Assert.Contains("override-reason", issue.Text("diagnostics"), StringComparison.Ordinal);
            Assert.Single((await navigator.GetJsonAsync($"ServiceRequest?encounter={call.Encounter}")).Keys());
        }
    }

    [Fact]
    public async Task Where_nobody_has_asked_nothing_is_overridden()
    {
        using var dispatch = Server.As("dispatch");
        var call = await CallAsync(dispatch);

        await PostedAsync(dispatch, "ServiceRequest", Response(call, "police"));
    }

    [Fact]
    public async Task What_is_no_whole_response_names_the_element()
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await CallAsync(dispatch);
        var screened = await PostedAsync(dispatch, "QuestionnaireResponse", Answers(call, Calm));
        foreach (var (request, element) in new[]
        {
            (Response(call, "army"), "ServiceRequest.code"),
            (Response(call, "crt", intent: "proposal"), "ServiceRequest.intent"),
            (Response(call, "crt", "revoked"), "ServiceRequest.extension"),
            (Response(call, "crt", "revoked", ("not-sent-reason", "weather")), "ServiceRequest.extension"),
            (Response(call, "transfer-988", "completed"), "ServiceRequest.extension"),
            (Response(call, "crt").Replace(
                $"\"encounter\":{{\"reference\":\"{call.Encounter}\"}},", "", StringComparison.Ordinal), "ServiceRequest.encounter"),
        })
        {
            using var refused = await navigator.PostFhirAsync("ServiceRequest", request);
            Assert.Equal(element, Element(await refused.OutcomeAsync(422)));
        }

        var proposal = Result(screened, "request").Single();
        using var moved = await navigator.ChangeAsync(proposal, request => request["status"] = "completed");
        Assert.Equal("ServiceRequest.intent", Element(await moved.OutcomeAsync(422)));
    }

    [Fact]
    public async Task Police_that_a_team_asks_for_are_a_fact_and_no_override()
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await CallAsync(dispatch);
        await PostedAsync(dispatch, "QuestionnaireResponse", Answers(call, Calm));
        var team = $"ServiceRequest/{(await PostedAsync(dispatch, "ServiceRequest", Response(call, "crt"))).Text("id")}";
        Assert.Empty((await navigator.GetJsonAsync("Observation?code=police-backup-requested")).Keys());

        var backup = await PostedAsync(dispatch, "ServiceRequest", Response(call, "police", basedOn: team));

        var facts = await navigator.GetJsonAsync($"Observation?code=police-backup-requested&encounter={call.Encounter}");
        var fact = facts.GetProperty("entry")[0].GetProperty("resource");
        Assert.True(fact.GetProperty("valueBoolean").GetBoolean());
        Assert.Equal($"ServiceRequest/{backup.Text("id")}", fact.GetProperty("basedOn")[0].Text("reference"));
    }

    [Fact]
    public async Task A_transfer_is_an_answer_when_it_is_known_what_became_of_the_person()
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await CallAsync(dispatch);
        await PostedAsync(dispatch, "QuestionnaireResponse", Answers(call, Calm));

        var transfer = $"ServiceRequest/{(await PostedAsync(dispatch, "ServiceRequest", Response(call, "transfer-988"))).Text("id")}";
        Assert.Equal("requested", await TaskAsync(navigator, call.Encounter));
        using (var early = await navigator.ChangeAsync(call.Encounter, encounter => encounter["status"] = "finished"))
        {
            await early.OutcomeAsync(422);
        }

        using (var unknown = await navigator.ChangeAsync(transfer, request => request["status"] = "completed"))
        {
            Assert.Equal("ServiceRequest.extension", Element(await unknown.OutcomeAsync(422)));
        }

        using (var known = await navigator.PutFhirAsync(transfer, Response(
            call, "transfer-988", "completed", ("transfer-outcome", "resolved")).Replace(
            "\"status\":", $"\"id\":\"{transfer.Split('/')[1]}\",\"status\":", StringComparison.Ordinal)))
        {
            Assert.True(known.IsSuccessStatusCode, await known.Content.ReadAsStringAsync());
        }

        Assert.Equal("completed", await TaskAsync(navigator, call.Encounter));
    }

    [Fact]
    public async Task Nobody_closes_an_eligible_call_without_a_unit_or_a_reason()
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await CallAsync(dispatch);
        Assert.Equal("requested", await TaskAsync(navigator, call.Encounter));
        foreach (var status in new[] { "finished", "cancelled" })
        {
            using var put = await navigator.ChangeAsync(call.Encounter, encounter => encounter["status"] = status);
            Assert.Equal("Encounter.status", Element(await put.OutcomeAsync(422)));
            using var operations = new StringContent(
                $$"""[{"op":"replace","path":"/status","value":"{{status}}"}]""",
                System.Text.Encoding.UTF8,
                "application/json-patch+json");
            using var patch = await navigator.PatchAsync(new Uri(call.Encounter, UriKind.Relative), operations);
            Assert.Equal("Encounter.status", Element(await patch.OutcomeAsync(422)));
        }

        var encounter = await navigator.GetJsonAsync(call.Encounter);
        var closed = encounter.ToString().Replace("\"status\":\"planned\"", "\"status\":\"finished\"", StringComparison.Ordinal);
        string Bundle(string entries) => $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[{"resource":{{closed}},
            "request":{"method":"PUT","url":"{{call.Encounter}}"} }{{entries}}]}
            """;
        using (var alone = await navigator.PostFhirAsync(string.Empty, Bundle("")))
        {
            await alone.OutcomeAsync(422);
        }

        Assert.Equal("planned", (await navigator.GetJsonAsync(call.Encounter)).Text("status"));
        var reason = Response(call, "crt", "revoked", ("not-sent-reason", "no-unit"));
        using var together = await navigator.PostFhirAsync(
            string.Empty, Bundle($$""",{"resource":{{reason}},"request":{"method":"POST","url":"ServiceRequest"} }"""));
        Assert.True(together.IsSuccessStatusCode, await together.Content.ReadAsStringAsync());
        Assert.Equal("finished", (await navigator.GetJsonAsync(call.Encounter)).Text("status"));
        Assert.Equal("completed", await TaskAsync(navigator, call.Encounter));
    }

    [Theory]
    [InlineData("need=no violence=no self-harm=none medical=no", false)]
    [InlineData("need=unknown violence=no self-harm=none medical=no", true)]
    public async Task What_was_heard_counts_more_than_the_type(string answers, bool isEligible)
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await CallAsync(dispatch);

        await PostedAsync(dispatch, "QuestionnaireResponse", Answers(call, answers));

        Assert.Equal(isEligible ? "requested" : "cancelled", await TaskAsync(navigator, call.Encounter));
        using var closed = await navigator.ChangeAsync(call.Encounter, encounter => encounter["status"] = "finished");
        Assert.Equal(isEligible ? 422 : 200, (int)closed.StatusCode);
    }

    [Fact]
    public async Task Dispatch_that_closes_without_either_is_taken_and_stands_on_the_list()
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await CallAsync(dispatch);

        await FeedAsync(dispatch, EidoSamples.Message(5, "Closed"));

        Assert.Equal("finished", (await navigator.GetJsonAsync(call.Encounter)).Text("status"));
        var open = await navigator.GetJsonAsync("Task?code=call-answer&status=requested");
        var task = open.GetProperty("entry")[0].GetProperty("resource");
        Assert.Equal(call.Encounter, task.GetProperty("focus").Text("reference"));
        Assert.Equal("Closed without a unit or a reason", task.GetProperty("businessStatus").Text("text"));
        using (var byHand = await navigator.ChangeAsync($"Task/{task.Text("id")}", changed => changed["status"] = "cancelled"))
        {
            Assert.Equal("Task.status", Element(await byHand.OutcomeAsync(422)));
        }

        // Dispatch knows afterwards, and says so.
        await PostedAsync(dispatch, "ServiceRequest", Response(call, "crt", "revoked", ("not-sent-reason", "caller-declined")));
        Assert.Empty((await navigator.GetJsonAsync("Task?code=call-answer&status=requested")).Keys());
    }

    [Fact]
    public async Task A_unit_answers_a_call_whenever_it_is_told_of()
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        await FeedAsync(dispatch, EidoSamples.Message(5, "Closed"));
        Assert.Single((await navigator.GetJsonAsync("Task?code=call-answer&status=requested")).Keys());
        var sent = EidoSamples.With(
            EidoSamples.Message(2, "Enroute"),
            ("emergencyResourceComponent", new System.Text.Json.Nodes.JsonArray(EidoSamples.Unit("CRT-1", 2, "EnRoute"))));

        var call = await FeedAsync(dispatch, sent);

        Assert.Equal("completed", await TaskAsync(navigator, call.Encounter));
    }

    private static async Task<string> TaskAsync(HttpClient navigator, string encounter)
    {
        var found = await navigator.GetJsonAsync($"Task?code=call-answer&encounter={encounter}");
        return found.GetProperty("entry")[0].GetProperty("resource").Text("status");
    }
}
