using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Interop.Demo;

/// <summary>Calls that have just come in: EIDO messages of the dispatch centre, sent as any dispatch system sends them.</summary>
internal static class DemoCalls
{
    private static readonly (string Number, string Type, int Minutes)[] All =
        [
            ("C-2041", "SUICTHRT", 14), ("C-2042", "EDP", 11), ("C-2043", "WELFARE", 8), ("C-2044", "INTOX", 5), ("C-2045", "EDP", 3),
            ("C-2046", "CITASST", 1),
        ];

    /// <param name="fhir">The FHIR base; dispatch feeds beside it.</param>
    public static async Task SendAsync(string fhir, string token, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (number, type, minutes) in All)
        {
            using var content = new StringContent(Message(number, type, now.AddMinutes(-minutes)), Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(new Uri(fhir[..^"/fhir".Length] + "/cad/eido"), content, cancellationToken);
            answer.EnsureSuccessStatusCode();
        }
    }

    private static string Message(string number, string type, DateTimeOffset at)
    {
        var id = $"urn:emergency:uid:incidentid:{number}:dispatch.city.example";
        return new JsonObject
        {
            ["$id"] = id,
            ["eidoVersion"] = "1.0",
            ["lastUpdateTimeStamp"] = Time(at),
            ["updatedByAgencyReference"] = Agency(),
            ["issuingElementIdentification"] = "idx.city.example",
            ["agencyComponent"] = new JsonArray(Part("psap.city.example", at, new()
            {
                ["agencyRoleDescriptionRegistryText"] = new JsonArray("Dispatching"), ["agencyType"] = new JsonArray("any"),
            })),
            ["personComponent"] = new JsonArray(Part("person-1", at, new()
            {
                ["personIncidentRoleRegistryText"] = new JsonArray("Patient"),
            })),
            ["incidentComponent"] = Part($"{id}:incident", at, new()
            {
                ["incidentTypeCommonRegistryText"] = type,
                ["incidentStatusCommonRegistryText"] = new JsonArray("Active"),
                ["internalIncidentId"] = number,
                ["incidentCommonPriorityNumber"] = 2,
            }),
        }.ToJsonString();
    }

    private static JsonObject Part(string id, DateTimeOffset at, JsonObject more)
    {
        var part = new JsonObject { ["$id"] = id, ["lastUpdateTimeStamp"] = Time(at), ["updatedByAgencyReference"] = Agency() };
        foreach (var (name, value) in more.ToList())
        {
            more.Remove(name);
            part[name] = value;
        }

        return part;
    }

    private static JsonObject Agency() => new() { ["$ref"] = "psap.city.example" };

    private static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
}
