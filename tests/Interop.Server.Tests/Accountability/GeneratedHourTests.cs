using System.Text.Json;

namespace Interop.Server.Tests.Accountability;

/// <summary>An hour of requests of all kinds: each is an AuditEvent, once, and nothing else is.</summary>
public class GeneratedHourTests : SceneTests
{
    private const int Requests = 150;

    private static readonly string[] Callers = ["hospital", "social", "navigator", "police"];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Organization("family-services", "social-services"),
        Fixtures.Organization("city-police", "police"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Agreement("family-services", purposes: ["TREAT", "COC"]),
        Fixtures.Agreement("city-police", "basic", purposes: ["OVRPS"]),
        .. Enumerable.Range(0, 6).SelectMany(number => new[]
        {
            Fixtures.Patient($"p{number}", $"Family{number}"),
            Fixtures.Condition($"c{number}", $"p{number}"),
        }),
        Fixtures.Consent("yes", "p1", "city-hospital"),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_request_of_an_hour_is_an_AuditEvent_exactly_once(int seed)
    {
        var random = new Random(seed);
        using var officer = Server.As("privacy");
        var start = DateTimeOffset.UtcNow;
        var before = (await AllAsync(officer)).Count;
        var expected = new List<string>();
        for (var number = 0; number < Requests; number++)
        {
            expected.Add(await AskAsync(random));
        }

        var found = await AllAsync(officer);

        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Skip(before).Select(Key).Order(StringComparer.Ordinal));
        Assert.Equal(found.Count, found.Select(audited => audited.GetProperty("id").GetString()).Distinct().Count());
    }

    /// <summary>Sends one, and says as what it must be found.</summary>
    private async Task<string> AskAsync(Random random)
    {
        var caller = Callers[random.Next(Callers.Length)];
        var (patient, condition) = ($"Patient/p{random.Next(7)}", $"Condition/c{random.Next(7)}");
        var marker = $"{random.Next():x}";
        var (method, path, body, interaction, target) = random.Next(13) switch
        {
            0 => ("GET", patient, null, "read", patient),
            1 => ("GET", condition, null, "read", condition),
            2 => ("GET", $"{condition}/_history", null, "history-instance", condition),
            3 => ("GET", $"Condition?patient={patient}&_id={marker}", null, "search-type", "Condition"),
            4 => ("GET", "Condition/_history?_count=2", null, "history-type", "Condition"),
            5 => ("GET", $"{patient}/Condition", null, "search-type", $"{patient}/Condition"),
            6 => ("POST", "Condition", Fixtures.Condition("x", patient.Split('/')[1]), "create", "Condition"),
            7 => ("POST", "Condition", """{"resourceType":"Condition","nonsense":1}""", "create", "/fhir/Condition"),
            8 => ("GET", $"{patient}/$everything?_count=5", null, "operation", $"{patient}/$everything"),
            9 => ("POST", "Patient/$validate", Fixtures.Patient("x"), "operation", "/fhir/Patient/$validate"),
            10 => ("GET", $"Condition?{marker}=1", null, "search-type", "/fhir/Condition"),
            11 => ("DELETE", $"Condition/{marker}", null, "delete", $"Condition/{marker}"),
            _ => ("GET", $"Patient/p1/nothing/{marker}", null, "operation", $"/fhir/Patient/p1/nothing/{marker}"),
        };
        using var client = Server.As(caller);
        using var request = new HttpRequestMessage(new(method), new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = Answers.Fhir(body);
        }

        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (response.StatusCode == System.Net.HttpStatusCode.NotFound
            && (interaction is "read" or "history-instance" || target == $"{patient}/$everything"))
        {
            var asked = target.Replace("/$everything", "", StringComparison.Ordinal);
            return asked.EndsWith('6') ? $"{caller} {interaction.Replace("operation", "read")} {asked}" : $"{caller} withheld {asked}";
        }

        var isRefused = (int)response.StatusCode is 400 or 403
            || (interaction is "operation" or "create" && !response.IsSuccessStatusCode);
        if (interaction == "create" && response.IsSuccessStatusCode)
        {
            target = "Condition/" + JsonDocument.Parse(text).RootElement.GetProperty("id").GetString();
        }

        return isRefused ? $"{caller} {interaction} refused" : $"{caller} {interaction} {target}";
    }

    /// <summary>Who, did what, on what; of what was refused it is not asked on what, which is told as it came.</summary>
    private static string Key(JsonElement audited)
    {
        var caller = audited.GetProperty("agent").EnumerateArray().Select(agent => agent.GetProperty("who"))
            .First(who => who.TryGetProperty("identifier", out var name) && !name.TryGetProperty("system", out _))
            .GetProperty("identifier").GetProperty("value").GetString()!["demo-".Length..];
        var subtypes = audited.GetProperty("subtype").EnumerateArray().Select(subtype => subtype.GetProperty("code").GetString()!).ToList();
        var outcome = audited.GetProperty("outcome").GetString();
        if (subtypes.Contains("AuthZ-Consent"))
        {
            var asked = audited.GetProperty("entity")[0].GetProperty("detail")[0].GetProperty("valueString").GetString()!;
            return $"{caller} withheld {asked}";
        }

        if (outcome == "4" && (audited.TryGetProperty("outcomeDesc", out _) || subtypes.Contains("create")))
        {
            return $"{caller} {subtypes[^1]} refused";
        }

        var entity = audited.GetProperty("entity").EnumerateArray()
            .First(entity => entity.GetProperty("type").GetProperty("code").ValueEquals("2"));
        var target = entity.TryGetProperty("what", out var what)
            ? what.TryGetProperty("reference", out var reference) ? reference.GetString() : what.GetProperty("display").GetString()
            : entity.GetProperty("description").GetString();
        return $"{caller} {subtypes[^1]} {target}";
    }

    private static async Task<List<JsonElement>> AllAsync(HttpClient officer)
    {
        var events = new List<JsonElement>();
        var url = "AuditEvent?_sort=date&_count=40";
        while (url is not null)
        {
            var page = await officer.GetJsonAsync(url);
            if (page.TryGetProperty("entry", out var entries))
            {
                events.AddRange(entries.EnumerateArray().Select(entry => entry.GetProperty("resource"))
                    .Where(audited => !audited.GetRawText().Contains("demo-privacy", StringComparison.Ordinal)));
            }

            url = page.GetProperty("link").EnumerateArray().Where(link => link.GetProperty("relation").ValueEquals("next"))
                .Select(link => link.GetProperty("url").GetString()!)
                .Select(link => link.Replace($"{RunningServer.PublicUrl}/", "", StringComparison.Ordinal))
                .SingleOrDefault();
        }

        return events;
    }
}
