using System.Text.Json;
using Interop.Demo;
using Interop.Storage.Audit;

namespace Interop.Server.Tests.Accountability;

/// <summary>
/// Of one disclosure the row of the trail, the AuditEvent, the accounting and the explanation say the same, over generated cases: consents
/// of many kinds, purposes, organisations, and ways to ask.
/// </summary>
public class AgreeingAccountsTests : SceneTests
{
    private const int Persons = 16;
    private const int Cases = 60;

    private static readonly string[] Codes = ["38341003", "5602001", "86406008", "44054006"];
    private static readonly string[] Tiers = ["basic", "intermediate", "full"];
    private static readonly string[] Organizations = ["city-hospital", "family-services"];

    private readonly Random random = new(7);

    protected override IReadOnlyList<string> Scene
    {
        get
        {
            List<string> scene =
            [
                Fixtures.Organization("city-hospital", "hospital"),
                Fixtures.Organization("family-services", "social-services"),
                Fixtures.Agreement("city-hospital", purposes: ["TREAT", "COC"], labels: ["PSY", "MH", "SUD", "HIV"]),
                Fixtures.Agreement("family-services", purposes: ["TREAT", "COC"]),
            ];
            for (var number = 0; number < Persons; number++)
            {
                scene.Add(Fixtures.Patient($"p{number}", $"Family{number}"));
                scene.Add(Fixtures.Condition($"c{number}", $"p{number}", Codes[number % Codes.Length]));
                if (number % 4 != 0)
                {
                    scene.Add(Fixtures.Consent(
                        $"k{number}",
                        $"p{number}",
                        Organizations[random.Next(2)],
                        Tiers[random.Next(3)],
                        random.Next(2) == 0 ? null : ["PSY", "SUD"],
                        type: random.Next(5) == 0 ? "deny" : "permit",
                        purpose: random.Next(2) == 0 ? "TREAT" : "COC"));
                }
            }

            return scene;
        }
    }

    [Fact]
    public async Task Row_event_accounting_and_explanation_of_a_disclosure_agree()
    {
        using var officer = Server.As("privacy");
        var shownOnce = 0;
        for (var number = 0; number < Cases; number++)
        {
            var (organization, purpose) = (Organizations[random.Next(2)], random.Next(2) == 0 ? "TREAT" : "COC");
            var person = random.Next(Persons);
            var (patient, key) = ($"p{person}", random.Next(3) == 0 ? $"Patient/p{person}" : $"Condition/c{person}");
            var isSearch = random.Next(2) == 0;
            var type = key.Split('/')[0];
            using var client = Server.As(new DemoCaller("any", organization, [purpose], ["clinician"], "system/*.rs"));
            using var answer = await client.GetAsync(isSearch ? $"{type}?_id={key.Split('/')[1]}" : key);
            var isShown = isSearch
                ? (await answer.JsonAsync()).TryGetProperty("entry", out _)
                : answer.IsSuccessStatusCode;
            shownOnce += isShown ? 1 : 0;

            var row = (await Server.Rows.AuditAsync(0, 100_000, CancellationToken.None))[^1].Row;
            var audited = (await officer.GetJsonAsync($"AuditEvent?agent-organization={organization}&_sort=-date&_count=1"))
                .GetProperty("entry")[0].GetProperty("resource");
            var sentences = await SentencesAsync(officer, organization, purpose, patient, key);
            var entry = await EntryAsync(officer, patient, audited.GetProperty("id").GetString()!);
            var told = $"{organization} {purpose} {key} {(isSearch ? "searched" : "read")}: {row} {audited} {string.Join(' ', sentences)}";

            Assert.True(isShown == (entry is not null), told);
            Assert.True(isShown == sentences[1].StartsWith("It sees the", StringComparison.Ordinal), told);
            Assert.True(isShown == Shows(row, patient), told);
            if (entry is { } listed)
            {
                var bases = Parts(listed, "basis");
                var events = References(audited).Where(reference => reference.StartsWith("Con", StringComparison.Ordinal))
                    .Where(reference => reference.StartsWith("Consent/", StringComparison.Ordinal)
                        || reference.StartsWith("Contract/", StringComparison.Ordinal));
                Assert.Equal(bases.Order(StringComparer.Ordinal), events.Order(StringComparer.Ordinal));
                Assert.All(bases, basis => Assert.True(row.Detail.Contains(basis, StringComparison.Ordinal), told));
                Assert.All(bases, basis => Assert.True(
                    sentences.Any(sentence => sentence.Contains(string.Join('/', basis.Split('/')[..2]), StringComparison.Ordinal)), told));
                Assert.True(audited.GetProperty("outcome").ValueEquals("0"), told);
                Assert.Contains(key, References(audited).Select(reference => reference));
                Assert.Contains($"Patient/{patient}", References(audited));
                var tier = Parts(listed, "what").Single().Split("; ")[1].Split(' ')[0];
                Assert.Contains($"the {tier} part", sentences[1], StringComparison.Ordinal);
                Assert.Equal([$"Organization/{organization}"], Parts(listed, "recipient"));
                Assert.Equal([purpose], Parts(listed, "purpose"));
            }
        }

        Assert.InRange(shownOnce, 10, Cases - 10);
    }

    private static bool Shows(AuditRow row, string patient) => row.Outcome == "permit" && row.Patients.Contains(patient);

    private static async Task<List<string>> SentencesAsync(
        HttpClient officer, string organization, string purpose, string patient, string key) =>
    [
        .. (await officer.GetJsonAsync(
                $"Patient/{patient}/$explain-access?organization=Organization/{organization}&purpose={purpose}&resource={key}"))
            .GetProperty("parameter").EnumerateArray().Select(parameter => parameter.GetProperty("valueString").GetString()!),
    ];

    private static async Task<JsonElement?> EntryAsync(HttpClient officer, string patient, string id)
    {
        var accounting = await officer.GetJsonAsync($"Patient/{patient}/$disclosures");
        return accounting.GetProperty("parameter").EnumerateArray()
            .Where(parameter => parameter.GetProperty("name").ValueEquals("disclosure"))
            .Where(parameter => Parts(parameter, "event").Single() == $"AuditEvent/{id}")
            .Select(parameter => (JsonElement?)parameter)
            .SingleOrDefault();
    }

    private static List<string> Parts(JsonElement entry, string name) =>
    [
        .. entry.GetProperty("part").EnumerateArray().Where(part => part.GetProperty("name").ValueEquals(name))
            .Select(part => part.EnumerateObject().First(property => property.Name != "name").Value)
            .Select(value => value.ValueKind == JsonValueKind.Object ? value.GetProperty("reference").GetString()! : value.ToString()),
    ];

    private static List<string> References(JsonElement audited) =>
    [
        .. audited.GetProperty("entity").EnumerateArray().Where(entity => entity.TryGetProperty("what", out _))
            .Select(entity => entity.GetProperty("what")).Where(what => what.TryGetProperty("reference", out _))
            .Select(what => what.GetProperty("reference").GetString()!),
    ];
}
