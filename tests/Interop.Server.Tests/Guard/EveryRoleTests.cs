using System.Text;
using Interop.Demo;

namespace Interop.Server.Tests.Guard;

/// <summary>Whoever asks for whatever gets an answer: no role finds an interaction that fails.</summary>
public sealed class EveryRoleTests : SceneTests
{
    private static readonly string[] Types =
        [
            "Patient",
            "Condition",
            "Encounter",
            "Task",
            "Consent",
            "Contract",
            "Organization",
            "Practitioner",
            "PractitionerRole",
            "Endpoint",
            "Location",
            "HealthcareService",
            "AuditEvent"
        ];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("x"),
        Fixtures.Condition("x", "x"),
        Fixtures.Encounter("x", "x"),
        Fixtures.Referral("x", "x"),
        Fixtures.ReferralTask("x", "x", "x"),
        Fixtures.Consent("x", "x", "city-hospital"),
        Fixtures.Agreement("city-hospital", "basic").Replace("mou-crisis-program-city-hospital", "x", StringComparison.Ordinal),
        Fixtures.Organization("x", "shelter"),
        """{"resourceType":"Practitioner","id":"x","name":[{"family":"F"}]}""",
        """{"resourceType":"PractitionerRole","id":"x","active":true,"practitioner":{"reference":"Practitioner/x"},"organization":"""
            + """{"reference":"Organization/x"}}""",
        """{"resourceType":"Endpoint","id":"x","status":"active","connectionType":{"code":"hl7-fhir-rest"},"payloadType":["""
            + """{"text":"any"}],"address":"https://x.example"}""",
        """{"resourceType":"Location","id":"x","name":"x"}""",
        """{"resourceType":"HealthcareService","id":"x","name":"x"}""",
    ];

    public static TheoryData<string, string> Callers
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var organization in new[] { Custodian, "city-hospital" })
            {
                foreach (var role
                    in new[]
                    {
                        "navigator", "clinician", "privacy-officer", "dispatcher", "evaluator", "agency-administrator", "officer",
                        "unknown", "agency-administrator clinician", "individual"
                    })
                {
                    data.Add(organization, role);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task Every_interaction_answers_every_role(string organization, string roles)
    {
        // Versions to read: each resource has two.
        await Server.ImportAsync(Custodian, [.. Scene]);
        using var client = roles == "individual"
            ? Server.As(
                new DemoCaller("any", organization, ["PATRQT"], [roles], "patient/*.cruds cad.write crisis-summary"),
                ("fhirUser", "Patient/x"),
                ("patient", "x"))
            : Server.As(new DemoCaller(
                "any", organization, ["TREAT", "COC", "HOPERAT"], roles.Split(' '), "system/*.cruds cad.write crisis-summary"));
        var failed = new List<string>();
        foreach (var type in Types)
        {
            foreach (var path
                in new[]
                {
                    $"{type}/x", $"{type}/x/_history", $"{type}/x/_history/1", $"{type}/x/_history/2", $"{type}/nothing/_history",
                    $"{type}?_total=accurate", $"{type}?_sort=-_lastUpdated&_count=1", $"{type}?_id=x&_revinclude=*", $"{type}?_include=*"
                })
            {
                await AskAsync(HttpMethod.Get, path, null);
            }

            await AskAsync(HttpMethod.Post, type, $$"""{"resourceType":"{{type}}","id":"x"}""");
            await AskAsync(HttpMethod.Post, $"{type}/$validate", $$"""{"resourceType":"{{type}}","id":"x"}""");
            await AskAsync(
                HttpMethod.Put,
                $"{type}/x",
                Scene.FirstOrDefault(json => json.Contains($"\"{type}\",\"id\":\"x\"", StringComparison.Ordinal))
                    ?? $$"""{"resourceType":"{{type}}","id":"x"}""");
            await AskAsync(HttpMethod.Patch, $"{type}/x", """[{"op":"add","path":"/language","value":"de"}]""");
        }

        await AskAsync(HttpMethod.Get, "Organization/x/$agreement", null);
        await AskAsync(HttpMethod.Get, "Organization/x/$onboarding-checklist", null);
        await AskAsync(HttpMethod.Get, "Subscription/x/$status", null);
        await AskAsync(HttpMethod.Get, "Subscription/x/$events", null);
        await AskAsync(HttpMethod.Get, "HealthcareService/$open", null);
        await AskAsync(HttpMethod.Get, "Patient/x/$crisis-summary", null);
        await AskAsync(HttpMethod.Get, "ViewDefinition/x/$run", null);
        foreach (var path in new[] { "$disclosures", "$explain-access?organization=Organization/city-hospital", "AuditEvent" })
        {
            await AskAsync(HttpMethod.Get, $"Patient/x/{path}", null);
        }

        await AskAsync(HttpMethod.Post, "Patient/x/$break-glass", """{"resourceType":"Parameters"}""");
        await AskAsync(HttpMethod.Post, "Patient/x/$end-break-glass", """{"resourceType":"Parameters"}""");
        await AskAsync(HttpMethod.Post, "Patient/x/$suspend-accounting", """{"resourceType":"Parameters"}""");
        await AskAsync(HttpMethod.Post, "Consent/$record-disclosure", """{"resourceType":"Parameters"}""");
        await AskAsync(HttpMethod.Post, "Consent/$file-consent", """{"resourceType":"Parameters"}""");
        await AskAsync(
            HttpMethod.Post,
            "Patient/x/$preview-consent",
            """
            {"resourceType":"Parameters","parameter":[{"name":"organization","valueReference":{"reference":"Organization/city-hospital"}},
            {"name":"revoke","valueReference":{"reference":"Consent/x"}}]}
            """);
        await AskAsync(HttpMethod.Post, "Consent/x/$revoke-consent", """{"resourceType":"Parameters"}""");
        await AskAsync(HttpMethod.Post, "Patient/$merge", """{"resourceType":"Parameters"}""");
        await AskAsync(HttpMethod.Post, "Patient/$unmerge", """{"resourceType":"Parameters"}""");
        await AskAsync(
            HttpMethod.Post,
            "",
            """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Contract/x"}},"""
                + """{"request":{"method":"GET","url":"Organization?_id=x"}}]}""");
        await AskAsync(
            HttpMethod.Post,
            "",
            """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Contract/x"}}]}""");
        foreach (var type in Types)
        {
            await AskAsync(HttpMethod.Delete, $"{type}/x", null);
            await AskAsync(HttpMethod.Get, $"{type}/x", null);
            await AskAsync(HttpMethod.Get, $"{type}/x/_history", null);
        }

        Assert.Empty(failed);

        async Task AskAsync(HttpMethod method, string path, string? body)
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
            if (body is not null)
            {
                request.Content = new StringContent(
                    body, Encoding.UTF8, method == HttpMethod.Patch ? "application/json-patch+json" : "application/fhir+json");
            }

            using var response = await client.SendAsync(request);
            if ((int)response.StatusCode >= 500)
            {
                failed.Add($"{method} {path} {(int)response.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task An_agencys_administrator_reads_the_versions_of_what_it_keeps()
    {
        await Server.ImportAsync(Custodian, Fixtures.Organization("x", "hospital"));
        using var administrator = Server.As(new DemoCaller("any", Custodian, ["HOPERAT"], ["agency-administrator"], "system/*.cruds"));

        Assert.Equal(2, (await administrator.GetJsonAsync("Organization/x/_history")).GetProperty("total").GetInt32());
        Assert.Equal("x", (await administrator.GetJsonAsync("Organization/x/_history/1")).GetProperty("id").GetString());
    }
}
