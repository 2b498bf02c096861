using System.Text.Json.Nodes;
using Interop.Server.Tests.Calls;
using Interop.Server.Tests.Dispatch;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Outcomes;

/// <summary>What dispatch states is said, and only that.</summary>
public sealed class StatedOutcomeTests : CallDesk
{
    [Fact]
    public async Task A_disposition_says_the_fact_that_it_states_and_staff_the_others()
    {
        using var dispatch = Server.As("dispatch");
        using var staff = Server.As("navigator");
        var (encounter, patient) = await FeedAsync(dispatch, Closed("03", "16"));

        var task = (await staff.GetJsonAsync($"Task?code=outcome-facts&status=requested&encounter={encounter}"))
            .GetProperty("entry")[0].GetProperty("resource");
        Assert.Equal(
            "Not said yet: force-used, police-backup-requested, ed-transport, jail-booking, injury",
            task.GetProperty("businessStatus").Text("text"));

        // Dispatch can't be told to mend its history, but staff is told that it says otherwise.
        using var otherwise = await staff.PostFhirAsync("Observation", $$"""
            {"resourceType":"Observation","status":"final","code":{"coding":[{"system":"{{Base}}/CodeSystem/crisis-observation",
            "code":"arrest"}]},"subject":{"reference":"{{patient}}"},"encounter":{"reference":"{{encounter}}"},"valueBoolean":false}
            """);
        Assert.Equal("Observation.value[x]", Element(await otherwise.OutcomeAsync(422)));
    }

    /// <summary>A message of today, as the tests' clock has it.</summary>
    private static JsonNode Closed(params string[] dispositions)
    {
        var message = EidoSamples.Message(0, "Closed");
        message["incidentComponent"]!["dispositionComponent"] =
            new JsonArray([.. dispositions.Select(code => (JsonNode)EidoSamples.Disposition(code, 0))]);
        return JsonNode.Parse(message.ToJsonString().Replace("2026-03-01T12", "2026-11-22T05", StringComparison.Ordinal))!;
    }
}
