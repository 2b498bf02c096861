using System.Text;
using System.Text.Json.Nodes;
using Microsoft.VisualBasic.FileIO;

namespace Interop.Journeys.Tests;

/// <summary>Calls of former years, fed as dispatch would: each eligible one has a unit, a reason, or is on the open list.</summary>
public sealed class OpenCallTests : IAsyncLifetime
{
    private const string LaneCountyMessages = "data/eido/eido_from_lane_county.ndjson";
    private const string LaneCounty = "data/mobile-crisis/lane_county_mcs_dateshifted.csv";
    private const string Seattle = "data/cad/seattle_spd_calls_madison_park_2010_2024.csv";

    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync();
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Organization("dispatch-center", "dispatch"),
            Fixtures.Agreement("dispatch-center", "basic", ["OVRPS"]));
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [SharedFact(LaneCountyMessages)]
    public async Task Of_120_incidents_in_476_messages_none_is_lost()
    {
        var (answered, open) = await FedAsync(File.ReadLines(Repository.Shared(LaneCountyMessages)).Where(line => line.Length > 0));

        Assert.Equal((120, 120), (answered + open, await CountAsync("Encounter?_summary=count")));
        Assert.True(answered > 0);
    }

    /// <summary>A call that was never dispatched is closed without a unit, as this feed knows no reasons.</summary>
    [SharedFact(LaneCounty)]
    public async Task Of_dispatches_of_Lane_County_those_without_a_unit_are_open()
    {
        var rows = Rows(LaneCounty).Take(150).ToList();
        var expected = rows.Count(row => row["dispatched"].Length == 0);

        var (answered, open) = await FedAsync(rows.SelectMany(row => Messages(
            row["case"], "MNTL", row["requested"], row["dispatched"].Length > 0 ? row["dispatched"] : null)));

        Assert.Equal((rows.Count - expected, expected), (answered, open));
    }

    /// <summary>What the city says of these calls names no unit, so that each of the eligible ones is on the list, and no other.</summary>
    [SharedFact(Seattle)]
    public async Task Of_calls_of_Seattle_the_eligible_ones_are_open()
    {
        var rows = Rows(Seattle).ToList();
        var eligible = rows.Where(row => TypeOf(row["Initial.Call.Type"]) is not null).Take(100).ToList();
        var others = rows.Where(row => TypeOf(row["Initial.Call.Type"]) is null).Take(50);
        Assert.True(eligible.Count > 50);

        var (answered, open) = await FedAsync(eligible.Concat(others).SelectMany(row => Messages(
            row["CAD.Event.Number"], TypeOf(row["Initial.Call.Type"]) ?? "AUTOTHFT", row["Incident.Date"] + "T12:00:00", null)));

        Assert.Equal((0, eligible.Count), (answered, open));
    }

    private async Task<(int Answered, int Open)> FedAsync(IEnumerable<string> messages)
    {
        using var dispatch = server.As("dispatch");
        foreach (var message in messages)
        {
            using var content = new StringContent(message, Encoding.UTF8, "application/json");
            using var answer = await dispatch.PostAsync(new Uri("/cad/eido", UriKind.Relative), content);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }

        using var privacy = server.As("privacy");
        var tasks = (await privacy.GetJsonAsync("Task?code=call-answer&_count=500")).TryGetProperty("entry", out var entries)
            ? entries.EnumerateArray().Select(entry => entry.GetProperty("resource")).ToList()
            : [];
        foreach (var task in tasks)
        {
            var isAnswered = task.GetProperty("status").GetString() == "completed";
            Assert.Equal(isAnswered ? "completed" : "requested", task.GetProperty("status").GetString());
            Assert.Equal(isAnswered, task.TryGetProperty("output", out var output));
            if (isAnswered)
            {
                var named = output[0].GetProperty("valueReference").GetProperty("reference").GetString()!;
                Assert.True((await privacy.GetJsonAsync(named)).TryGetProperty("extension", out _), "it names its units");
            }
        }

        var closed = await CountAsync("Task?code=call-answer&status=requested&_summary=count");
        return (tasks.Count - closed, closed);
    }

    private async Task<int> CountAsync(string query)
    {
        using var privacy = server.As("privacy");
        return (await privacy.GetJsonAsync(query)).GetProperty("total").GetInt32();
    }

    private static string? TypeOf(string call) => call.Contains("SUICID", StringComparison.Ordinal) ? "SUICTHRT"
        : call.Contains("CRISIS", StringComparison.Ordinal) ? "MNTL"
        : call.Contains("WELFARE", StringComparison.Ordinal) ? "WELFARE"
        : null;

    private static IEnumerable<string> Messages(string number, string type, string requested, string? dispatched)
    {
        var start = DateTimeOffset.Parse(requested + "-07:00", System.Globalization.CultureInfo.InvariantCulture);
        yield return Message(number, type, start, "Active", isSent: false);
        yield return Message(number, type, start.AddHours(1), "Closed", isSent: dispatched is not null);
    }

    private static string Message(string number, string type, DateTimeOffset time, string status, bool isSent)
    {
        var urn = $"urn:emergency:uid:incidentid:{number}:replay.example";
        var message = Component(urn);
        message["eidoVersion"] = "1.0";
        message["issuingElementIdentification"] = "idx.replay.example";
        var agency = Component("psap.replay.example");
        agency["agencyRoleDescriptionRegistryText"] = new JsonArray("Dispatching");
        agency["agencyType"] = new JsonArray("psap");
        message["agencyComponent"] = new JsonArray(agency);
        var incident = Component($"{urn}:inc");
        incident["incidentTypeCommonRegistryText"] = type;
        incident["incidentStatusCommonRegistryText"] = new JsonArray(status);
        message["incidentComponent"] = incident;
        if (isSent)
        {
            var unit = Component($"{urn}:unit");
            unit["emergencyResourceTypeCommonRegistryText"] = "CrisisInterventionUnit";
            unit["emergencyResourceName"] = "MCS-1";
            unit["resourceAttributeRegistryText"] = new JsonArray("CrisisInterventionSpecialist");
            unit["primaryUnitStatusRegistryText"] = "NotAvailable";
            unit["secondaryUnitStatusRegistryText"] = new JsonArray("Dispatched");
            unit["agentReference"] = new JsonArray(new JsonObject { ["$ref"] = "crew@replay.example" });
            message["emergencyResourceComponent"] = new JsonArray(unit);
        }

        return message.ToJsonString();

        JsonObject Component(string id) => new()
        {
            ["$id"] = id,
            ["lastUpdateTimeStamp"] = time.ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture),
            ["updatedByAgencyReference"] = new JsonObject { ["$ref"] = "psap.replay.example" },
        };
    }

    private static IEnumerable<Dictionary<string, string>> Rows(string path)
    {
        using var parser = new TextFieldParser(Repository.Shared(path)) { HasFieldsEnclosedInQuotes = true };
        parser.SetDelimiters(",");
        var header = parser.ReadFields()!;
        while (!parser.EndOfData)
        {
            yield return header.Zip(parser.ReadFields()!).ToDictionary(pair => pair.First, pair => pair.Second);
        }
    }
}
