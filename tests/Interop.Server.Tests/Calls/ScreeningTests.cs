using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Calls;

/// <summary>A call-taker asks five questions, and is told who should go and by which rule.</summary>
public sealed class ScreeningTests : CallDesk
{
    private const string Calm = "need=yes violence=no self-harm=none medical=no";

    [Theory]
    [InlineData("screen-5", "en", "Is there a weapon")]
    [InlineData("screen-5-es", "es", "un arma")]
    public async Task The_form_is_there_in_the_words_of_the_caller(string form, string language, string words)
    {
        using var dispatch = Server.As("dispatch");

        var found = await dispatch.GetJsonAsync($"Questionnaire?url={Base}/Questionnaire/{form}");

        var resource = found.GetProperty("entry")[0].GetProperty("resource");
        Assert.Equal((language, "1.0.0", "active"), (resource.Text("language"), resource.Text("version"), resource.Text("status")));
        Assert.Equal(5, resource.GetProperty("item").GetArrayLength());
        Assert.Contains(words, resource.GetProperty("item")[1].Text("text"), StringComparison.Ordinal);
        Assert.Equal("display", resource.GetProperty("item")[1].GetProperty("item")[0].Text("type"));
    }

    [Theory]
    [InlineData("dispatch")]
    [InlineData("own")]
    public async Task A_screening_is_answered_with_a_recommendation_and_its_rule(string caller)
    {
        using var feed = Server.As("dispatch");
        using var dispatcher = caller == "own" ? Server.As(OwnDispatcher) : Server.As(caller);
        using var navigator = Server.As("navigator");
        var call = await CallAsync(feed);

        var answered = await PostedAsync(
            dispatcher,
            "QuestionnaireResponse",
            Answers(call, Calm + " contact.reachable=yes contact.clinician=yes contact.age=adult"));

        Assert.Equal(["talk"], Result(answered, "rule"));
        Assert.Equal(["ccd"], Result(answered, "model"));
        Assert.Equal(["crt", "transfer-988"], Result(answered, "instead"));
        Assert.Equal(["https://interop.example/fhir/screening-table/screen-5|1.0.0"], Result(answered, "table"));
        Assert.Equal(("60", "True"), (Result(answered, "seconds").Single(), Result(answered, "adherent").Single()));
        var proposal = await navigator.GetJsonAsync(Result(answered, "request").Single());
        Assert.Equal(("proposal", "active"), (proposal.Text("intent"), proposal.Text("status")));
        Assert.EndsWith("|1.0.0#talk", proposal.GetProperty("instantiatesUri")[0].GetString(), StringComparison.Ordinal);
        var kept = await navigator.GetJsonAsync($"QuestionnaireResponse?encounter={call.Encounter}");
        Assert.Equal(5, kept.GetProperty("entry")[0].GetProperty("resource").GetProperty("item").GetArrayLength());
    }

    [Fact]
    public async Task Screening_and_decision_may_come_in_one_Bundle()
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await CallAsync(dispatch);
        string Bundle(string model) => $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
            {"fullUrl":"urn:uuid:5b8d0c9a-7d4f-4f0e-9c7b-0f6f6d6f0a01","resource":{{Response(call, model)}},
            "request":{"method":"POST","url":"ServiceRequest"} },
            {"fullUrl":"urn:uuid:5b8d0c9a-7d4f-4f0e-9c7b-0f6f6d6f0a02","resource":{{Answers(call, Calm)}},
            "request":{"method":"POST","url":"QuestionnaireResponse"} }]}
            """;

        using (var other = await dispatch.PostFhirAsync(string.Empty, Bundle("police")))
        {
            Assert.Contains("override-reason", (await other.OutcomeAsync(422)).Text("diagnostics"), StringComparison.Ordinal);
        }

        Assert.Empty((await navigator.GetJsonAsync("QuestionnaireResponse")).Keys());
        using var answer = await dispatch.PostFhirAsync(string.Empty, Bundle("crt"));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Single((await navigator.GetJsonAsync("QuestionnaireResponse")).Keys());
        Assert.Equal(2, (await navigator.GetJsonAsync($"ServiceRequest?encounter={call.Encounter}")).Keys().Count);
    }

    [Theory]
    [InlineData("need=yes violence=no self-harm=none", "QuestionnaireResponse.item", "medical")]
    [InlineData(Calm + " weather=yes", "QuestionnaireResponse.item[4].linkId", "linkId")]
    [InlineData(Calm + " violence=no", "QuestionnaireResponse.item[4].linkId", "once")]
    [InlineData("need=yes violence=perhaps self-harm=none medical=no", "QuestionnaireResponse.item[1].answer[0].valueCoding", "violence")]
    [InlineData("need=yes violence=no self-harm=none medical=act", "QuestionnaireResponse.item[3].answer[0].valueCoding", "medical")]
    [InlineData(Calm + " contact.age=yes", "QuestionnaireResponse.item[4].item[0].answer[0].valueCoding", "contact.age")]
    [InlineData(Calm + " contact=yes", "QuestionnaireResponse.item[4].answer", "group")]
    public async Task What_does_not_fit_the_form_names_the_item_and_the_rule(string answers, string element, string rule)
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await CallAsync(dispatch);

        using var refused = await dispatch.PostFhirAsync("QuestionnaireResponse", Answers(call, answers));

        var issue = await refused.OutcomeAsync(422);
        Assert.Equal(element, Element(issue));
        Assert.Contains(rule, issue.Text("diagnostics"), StringComparison.Ordinal);
        Assert.Empty((await navigator.GetJsonAsync("QuestionnaireResponse")).Keys());
    }

    [Fact]
    public async Task What_else_a_screening_lacks_is_named()
    {
        using var dispatch = Server.As("dispatch");
        var call = await CallAsync(dispatch);
        var whole = Answers(call, Calm);
        foreach (var (changed, element) in new[]
        {
            (Answers(call, Calm, form: "screen-5"), "QuestionnaireResponse.questionnaire"),
            (Answers(call, Calm, form: "screen-5|0.9.0"), "QuestionnaireResponse.questionnaire"),
            (whole.Replace("screening-period", "another", StringComparison.Ordinal), "QuestionnaireResponse.extension"),
            (whole.Replace($"\"encounter\":{{\"reference\":\"{call.Encounter}\"}},", "", StringComparison.Ordinal),
                "QuestionnaireResponse.encounter"),
            (whole.Replace($"\"subject\":{{\"reference\":\"{call.Patient}\"}},", "", StringComparison.Ordinal),
                "QuestionnaireResponse.subject"),
            (whole.Replace("\"valueCoding\":{\"system\":\"https://interop.example/fhir/CodeSystem/screening-answer\",\"code\":\"yes\"}",
                "\"valueBoolean\":true", StringComparison.Ordinal), "QuestionnaireResponse.item[0].answer[0]"),
        })
        {
            using var refused = await dispatch.PostFhirAsync("QuestionnaireResponse", changed);
            Assert.Equal(element, Element(await refused.OutcomeAsync(422)));
        }
    }

    [Theory]
    [InlineData("need=yes", "unknown-violence-and-medical")]
    [InlineData("need=yes medical=no", "unknown-violence")]
    [InlineData("need=yes violence=no", "unknown-medical")]
    public async Task A_screening_that_broke_off_is_answered_too_and_never_unarmed_only(string answers, string rule)
    {
        using var dispatch = Server.As("dispatch");
        var call = await CallAsync(dispatch);

        var answered = await PostedAsync(dispatch, "QuestionnaireResponse", Answers(call, answers, "in-progress"));

        Assert.Equal([rule], Result(answered, "rule"));
        Assert.Contains(Result(answered, "model"), model => model is "co-response" or "police-secondary" or "police");
        Assert.Equal(["False"], Result(answered, "adherent"));
    }

    [Fact]
    public async Task What_took_too_long_is_kept_as_such()
    {
        using var dispatch = Server.As("dispatch");
        var call = await CallAsync(dispatch);

        var answered = await PostedAsync(dispatch, "QuestionnaireResponse", Answers(call, Calm, seconds: 91));

        Assert.Equal(("91", "False"), (Result(answered, "seconds").Single(), Result(answered, "adherent").Single()));
    }

    [Fact]
    public async Task A_corrected_screening_recommends_anew_and_an_error_nothing()
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await CallAsync(dispatch);
        var answered = await PostedAsync(dispatch, "QuestionnaireResponse", Answers(call, Calm));
        var id = $"QuestionnaireResponse/{answered.Text("id")}";
        var first = Result(answered, "request").Single();

        using (var amended = await navigator.PutFhirAsync(id, WithId(Answers(call, Calm.Replace(
            "violence=no", "violence=yes", StringComparison.Ordinal), "amended"), id)))
        {
            Assert.Equal(["violence"], Result(await amended.JsonAsync(), "rule"));
        }

        Assert.Equal("revoked", (await navigator.GetJsonAsync(first)).Text("status"));
        using var error = await navigator.PutFhirAsync(id, WithId(Answers(call, Calm, "entered-in-error"), id));
        Assert.True(error.IsSuccessStatusCode, await error.Content.ReadAsStringAsync());
        var requests = (await navigator.GetJsonAsync($"ServiceRequest?encounter={call.Encounter}")).GetProperty("entry");
        Assert.All(requests.EnumerateArray(), entry => Assert.Equal("entered-in-error", entry.GetProperty("resource").Text("status")));
    }

    [Fact]
    public async Task A_dispatcher_records_calls_and_nothing_else_and_reads_no_more_by_it()
    {
        using var dispatch = Server.As("dispatch");
        using var own = Server.As(OwnDispatcher);
        using var hospital = Server.As("hospital");
        using var police = Server.As("police");
        var call = await CallAsync(dispatch);
        await PostedAsync(dispatch, "QuestionnaireResponse", Answers(call, Calm));

        using (var other = await own.PostFhirAsync("QuestionnaireResponse", Answers(call, "", "in-progress").Replace(
            "Questionnaire/screen-5|1.0.0", "Questionnaire/other", StringComparison.Ordinal)))
        {
            await other.OutcomeAsync(403);
        }

        using (var referral = await own.PostFhirAsync("ServiceRequest", Fixtures.Referral("x", call.Patient.Split('/')[1])))
        {
            await referral.OutcomeAsync(403);
        }

        using (var note = await own.PostFhirAsync("Encounter", Fixtures.Encounter("x", call.Patient.Split('/')[1])))
        {
            await note.OutcomeAsync(403);
        }

        foreach (var client in new[] { dispatch, hospital, police })
        {
            Assert.Empty((await client.GetJsonAsync("QuestionnaireResponse")).Keys());
            Assert.Empty((await client.GetJsonAsync("ServiceRequest")).Keys());
        }

        using var stranger = await hospital.PostFhirAsync("QuestionnaireResponse", Answers(call, Calm));
        Assert.NotEqual(201, (int)stranger.StatusCode);
    }

    [Fact]
    public async Task The_form_is_nobodys_to_change_or_to_imitate()
    {
        using var privacy = Server.As("privacy");
        using var navigator = Server.As("navigator");
        var form = (await privacy.GetJsonAsync("Questionnaire/screen-5")).ToString();

        using var changed = await privacy.PutFhirAsync("Questionnaire/screen-5", form);
        using var second = await privacy.PostFhirAsync("Questionnaire", form);
        using var other = await navigator.PostFhirAsync("Questionnaire", """{"resourceType":"Questionnaire","status":"active"}""");

        await changed.OutcomeAsync(403);
        await second.OutcomeAsync(403);
        await other.OutcomeAsync(403);
    }

    private static string WithId(string json, string key) =>
        json.Replace("\"status\":", $"\"id\":\"{key.Split('/')[1]}\",\"status\":", StringComparison.Ordinal);
}
