using Interop.Demo;
using Interop.Server.Tests.Dispatch;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Calls;

/// <summary>Another dispatch centre, with an agreement of its own, neither speaks of a call that is not its, nor hears of it.</summary>
public class ForeignCentreTests : CallDesk
{
    private static readonly DemoCaller Other =
        new("other", "other-dispatch", ["OVRPS"], ["dispatcher"], "system/*.cruds cad.write cad.read");

    protected override IReadOnlyList<string> Settings => [.. base.Settings, "--Interop:CadAgencies:other.example=other-dispatch"];

    protected override IReadOnlyList<string> Scene =>
    [
        .. base.Scene,
        Fixtures.Organization("other-dispatch", "dispatch"),
        Fixtures.Agreement("other-dispatch", "basic", ["OVRPS"], scopes: ["cad.read", "cad.plan"]),
    ];

    [Fact]
    public async Task It_does_not_name_itself_into_an_incident()
    {
        using var dispatch = Server.As("dispatch");
        using var other = Server.As(Other);
        await CallAsync(dispatch);

        using var named = await other.PostAsync(
            new Uri("/cad/eido", UriKind.Relative),
            new StringContent(
                EidoSamples.Message(1, "Active").ToJsonString().Replace("psap.city.example", "other.example", StringComparison.Ordinal),
                System.Text.Encoding.UTF8,
                "application/EmergencyCallData.eido+json"));
        using var read = await other.GetAsync(new Uri($"/cad/eido/{Uri.EscapeDataString(EidoSamples.Urn)}", UriKind.Relative));
        using var own = await dispatch.GetAsync(new Uri($"/cad/eido/{Uri.EscapeDataString(EidoSamples.Urn)}", UriKind.Relative));

        Assert.Equal((403, 404), ((int)named.StatusCode, (int)read.StatusCode));
        Assert.NotEqual(404, (int)own.StatusCode);
    }

    [Fact]
    public async Task A_number_that_it_uses_as_well_hides_no_incident_of_the_first()
    {
        using var dispatch = Server.As("dispatch");
        using var other = Server.As(Other);
        await CallAsync(dispatch);
        using var before = await dispatch.GetAsync(new Uri("/cad/eido/C-42", UriKind.Relative));

        await FeedAsync(other, System.Text.Json.Nodes.JsonNode.Parse(EidoSamples.Message(1, "Active").ToJsonString()
            .Replace(EidoSamples.Urn, "urn:emergency:uid:incidentid:9:other.example", StringComparison.Ordinal)
            .Replace("psap.city.example", "other.example", StringComparison.Ordinal))!);

        using var after = await dispatch.GetAsync(new Uri("/cad/eido/C-42", UriKind.Relative));
        Assert.Equal(await before.Content.ReadAsStringAsync(), await after.Content.ReadAsStringAsync());
        Assert.Equal(200, (int)after.StatusCode);
    }

    [Fact]
    public async Task It_writes_neither_a_screening_nor_a_response_of_the_call()
    {
        using var dispatch = Server.As("dispatch");
        using var other = Server.As(Other);
        var call = await CallAsync(dispatch);

        using var screening = await other.PostFhirAsync("QuestionnaireResponse", Answers(call, "violence=no weapon=no medical=no"));
        using var response = await other.PostFhirAsync("ServiceRequest", Response(call, "crt"));

        Assert.Contains("not known", (await response.OutcomeAsync(422)).Text("diagnostics"), StringComparison.Ordinal);
        Assert.Equal(422, (int)screening.StatusCode);
        using var navigator = Server.As("navigator");
        Assert.Empty((await navigator.GetJsonAsync("QuestionnaireResponse")).Keys());
        Assert.Empty((await navigator.GetJsonAsync("ServiceRequest?status=active")).Keys());
    }

    [Fact]
    public async Task A_dispatcher_with_further_roles_writes_responses_and_no_other_requests()
    {
        using var dispatch = Server.As("dispatch");
        var call = await CallAsync(dispatch);
        using var both = Server.As(
            new DemoCaller("both", "dispatch-center", ["OVRPS"], ["dispatcher", "clinician"], "system/*.cruds"));

        using var other = await both.PostFhirAsync(
            "ServiceRequest", Fixtures.Referral("x", call.Patient.Split('/')[1]).Replace("\"id\":\"x\",", "", StringComparison.Ordinal));

        await other.OutcomeAsync(403);
    }

    [Fact]
    public async Task An_answer_stays_one_behind_many_newer_requests()
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await CallAsync(dispatch);
        await PostedAsync(navigator, "ServiceRequest", Response(call, "crt"));
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        for (var number = 0; number < 51; number++)
        {
            await PostedAsync(navigator, "ServiceRequest", Response(call, "crt", intent: "plan"));
        }

        Assert.Empty((await navigator.GetJsonAsync("Task?code=call-answer&status=requested")).Keys());
    }

    [Fact]
    public async Task What_is_not_to_be_done_or_only_planned_is_no_answer()
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await CallAsync(dispatch);
        await PostedAsync(navigator, "ServiceRequest", Response(call, "crt", intent: "plan"));
        await PostedAsync(
            navigator,
            "ServiceRequest",
            Response(call, "crt").Replace("\"intent\"", "\"doNotPerform\":true,\"intent\"", StringComparison.Ordinal));

        Assert.Single((await navigator.GetJsonAsync("Task?code=call-answer&status=requested")).Keys());
    }
}
