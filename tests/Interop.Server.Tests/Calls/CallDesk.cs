using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Demo;
using Interop.Server.Tests.Dispatch;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Calls;

/// <summary>A dispatch centre with call-takers, the programme that it screens for, and what both send.</summary>
public abstract class CallDesk : SceneTests
{
    protected const string Base = Fixtures.Base;

    protected override IReadOnlyList<string> Settings =>
        ["--Interop:CadAgencies:psap.city.example=dispatch-center", "--Interop:CadAgencies:police.city.example=city-police"];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("dispatch-center", "dispatch"),
        Fixtures.Organization("city-police", "police"),
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("dispatch-center", "basic", ["OVRPS"], scopes: ["cad.read", "cad.plan"]),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Agreement("city-police", "basic", ["OVRPS"]),
    ];

    /// <summary>A dispatcher of the programme itself.</summary>
    protected static DemoCaller OwnDispatcher { get; } = new("own", Custodian, ["TREAT"], ["dispatcher"], "system/*.cruds");

    /// <summary>Feeds a message, and gives the Encounter and the Patient that came of it.</summary>
    protected static async Task<(string Encounter, string Patient)> FeedAsync(HttpClient dispatch, JsonNode message)
    {
        using var answer = await dispatch.PostAsync(
            new Uri("/cad/eido", UriKind.Relative),
            new StringContent(message.ToJsonString(), System.Text.Encoding.UTF8, "application/EmergencyCallData.eido+json"));
        var json = await answer.JsonAsync();
        Assert.True((int)answer.StatusCode is 200 or 202, json.ToString());
        return (json.Text("encounter"), json.Text("patient"));
    }

    protected static Task<(string Encounter, string Patient)> CallAsync(HttpClient dispatch) =>
        FeedAsync(dispatch, EidoSamples.Message(0, "Active"));

    /// <param name="answers">Such as <c>violence=no</c>.</param>
    protected static string Answers(
        (string Encounter, string Patient) call,
        string answers,
        string status = "completed",
        int seconds = 60,
        string form = "screen-5|1.0.0")
    {
        var given = answers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToList();
        var items = given.Where(pair => !pair[0].StartsWith("contact.", StringComparison.Ordinal)).Select(Item).ToList();
        var contact = given.Where(pair => pair[0].StartsWith("contact.", StringComparison.Ordinal)).Select(Item).ToList();
        if (contact.Count > 0)
        {
            items.Add(new JsonObject { ["linkId"] = "contact", ["item"] = new JsonArray([.. contact]) });
        }

        var start = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(-5));
        var response = new JsonObject
        {
            ["resourceType"] = "QuestionnaireResponse",
            ["extension"] = new JsonArray(new JsonObject
            {
                ["url"] = $"{Base}/StructureDefinition/screening-period",
                ["valuePeriod"] = new JsonObject { ["start"] = Time(start), ["end"] = Time(start.AddSeconds(seconds)) },
            }),
            ["questionnaire"] = $"{Base}/Questionnaire/{form}",
            ["status"] = status,
            ["subject"] = Reference(call.Patient),
            ["encounter"] = Reference(call.Encounter),
            ["authored"] = Time(start.AddSeconds(seconds)),
        };
        if (items.Count > 0)
        {
            response["item"] = new JsonArray([.. items]);
        }

        return response.ToJsonString();

        static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

        static JsonNode Item(string[] pair) => new JsonObject
        {
            ["linkId"] = pair[0],
            ["answer"] = new JsonArray(new JsonObject
            {
                ["valueCoding"] = new JsonObject { ["system"] = $"{Base}/CodeSystem/screening-answer", ["code"] = pair[1] },
            }),
        };
    }

    protected static string Response(
        (string Encounter, string Patient) call,
        string model,
        string status = "active",
        (string Name, string Code)? reason = null,
        string? basedOn = null,
        string intent = "order")
    {
        var request = new JsonObject
        {
            ["resourceType"] = "ServiceRequest",
            ["status"] = status,
            ["intent"] = intent,
            ["code"] = Concept("response-model", model),
            ["subject"] = Reference(call.Patient),
            ["encounter"] = Reference(call.Encounter),
            ["authoredOn"] = "2026-03-01T12:02:00-05:00",
        };
        if (reason is var (name, code))
        {
            request["extension"] = new JsonArray(new JsonObject
            {
                ["url"] = $"{Base}/StructureDefinition/{name}", ["valueCodeableConcept"] = Concept(name, code),
            });
        }

        if (basedOn is not null)
        {
            request["basedOn"] = new JsonArray(Reference(basedOn));
        }

        return request.ToJsonString();
    }

    private static JsonObject Reference(string key) => new() { ["reference"] = key };

    private static JsonObject Concept(string system, string code) => new()
    {
        ["coding"] = new JsonArray(new JsonObject { ["system"] = $"{Base}/CodeSystem/{system}", ["code"] = code }),
    };

    protected static IReadOnlyList<string> Result(JsonElement screening, string part) =>
    [
        .. screening.GetProperty("extension").EnumerateArray()
            .Single(extension => extension.Text("url").EndsWith("/screening-result", StringComparison.Ordinal))
            .GetProperty("extension").EnumerateArray()
            .Where(item => item.Text("url") == part)
            .Select(item => item.EnumerateObject().Single(value => value.Name.StartsWith("value", StringComparison.Ordinal)).Value)
            .Select(value => value.ValueKind == JsonValueKind.Object ? value.Text("reference") : value.ToString()),
    ];

    protected static string Element(JsonElement issue) => issue.GetProperty("expression")[0].GetString()!;

    protected static async Task<JsonElement> PostedAsync(HttpClient client, string type, string json)
    {
        using var answer = await client.PostFhirAsync(type, json);
        Assert.True((int)answer.StatusCode == 201, await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }
}
