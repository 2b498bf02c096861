using Interop.Demo;

namespace Interop.Server.Tests.References;

/// <summary>Whatever form its references have, what is stored has its effect.</summary>
public sealed class ReferenceEffectTests : IAsyncLifetime
{
    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");
    private RunningServer server = null!;

    public static TheoryData<string> Forms => [.. ReferenceForms.All];

    public static IEnumerable<object[]> FormsAndDoors =>
        from form in ReferenceForms.All
        from door in (string[])["create", "update", "patch", "batch", "transaction", "import", "bundle"]
        select new object[] { form, door };

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync(settings: $"--Interop:Bases:0={ReferenceForms.OtherBase}");
        await server.ImportAsync(
            "crisis-program",
            Identified(Fixtures.Organization("crisis-program", "crisis-program")),
            Identified(Fixtures.Organization("city-hospital", "hospital")),
            Fixtures.Agreement("city-hospital"),
            Identified(Fixtures.Patient("p1")),
            Identified(Fixtures.Patient("p2")),
            Fixtures.Consent("yes", "p1", "city-hospital", tier: "full"),
            Fixtures.Condition("plain", "p1"),
            Identified(Fixtures.Condition("opioid", "p1", code: "5602001")));
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Theory]
    [MemberData(nameof(FormsAndDoors))]
    public async Task A_refusal_is_one_whatever_it_is_addressed_to(string form, string door)
    {
        using var hospital = server.As(Hospital);
        Assert.Equal(200, await StatusAsync(hospital, "Condition/plain"));
        var no = Fixtures.Consent("no", "p1", "city-hospital", type: "deny")
            .Replace("\"dateTime\":\"2026-06-01", "\"dateTime\":\"2026-10-01", StringComparison.Ordinal);
        foreach (var key in new[] { "Patient/p1", "Organization/city-hospital", "Organization/crisis-program" })
        {
            no = ReferenceForms.Rewrite(no, key, form);
        }

        await PutThroughAsync(door, "Consent", "no", Fixtures.Consent("no", "p1", "city-hospital", status: "draft"), no);

        Assert.Equal(404, await StatusAsync(hospital, "Condition/plain"));
        using var office = server.As("privacy");
        var found = await office.GetStringAsync("Consent?patient=Patient/p1&actor=Organization/city-hospital&status=active");
        Assert.Contains("\"deny\"", found, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "interop.test:",
            found.Replace("http://interop.test/fhir/Consent", "", StringComparison.Ordinal),
            StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task What_points_at_something_sensitive_is_as_sensitive(string form)
    {
        const string Observation = """
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"},"focus":[
            {"reference":"Condition/WHICH"}]}
            """;
        using var navigator = server.As("navigator");
        using var hospital = server.As(Hospital);
        var open = await navigator.CreatedAsync("Observation", Observation.Replace("WHICH", "plain", StringComparison.Ordinal));
        Assert.Equal(200, await StatusAsync(hospital, open));

        // Without a type an identifier may be anything's, and what can't be known is very restricted.
        var closed = await navigator.CreatedAsync(
            "Observation",
            ReferenceForms.Rewrite(Observation.Replace("WHICH", "opioid", StringComparison.Ordinal), "Condition/opioid", form));

        Assert.Equal(404, await StatusAsync(hospital, closed));
        Assert.Equal(404, await StatusAsync(hospital, "Condition/opioid"));
        Assert.Equal(200, await StatusAsync(navigator, closed));
    }

    [Theory]
    [InlineData("{\"reference\":\"https://elsewhere.example/fhir/Condition/1\"}")]
    [InlineData("{\"identifier\":{\"system\":\"urn:nobody\",\"value\":\"1\"},\"type\":\"Condition\"}")]
    [InlineData("{\"identifier\":{\"value\":\"1\"}}")]
    public async Task What_points_at_what_nobody_knows_is_very_restricted(string focus)
    {
        using var navigator = server.As("navigator");
        using var hospital = server.As(Hospital);

        var key = await navigator.CreatedAsync("Observation", $$"""
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"},"focus":[{{focus}}]}
            """);

        Assert.Equal(404, await StatusAsync(hospital, key));
        Assert.Equal(200, await StatusAsync(navigator, key));
    }

    [Fact]
    public async Task Labels_pass_through_contained_resources()
    {
        using var navigator = server.As("navigator");
        using var hospital = server.As(Hospital);

        var key = await navigator.CreatedAsync("Observation", """
            {"resourceType":"Observation","contained":[{"resourceType":"Observation","id":"c","status":"final","code":{"text":"x"},"focus":[
            {"reference":"http://interop.test/fhir/Condition/opioid"}]}],
             "status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"},"hasMember":[{"reference":"#c"}]}
            """);

        Assert.Equal(404, await StatusAsync(hospital, key));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_task_reaches_its_owner(string form)
    {
        await server.ImportAsync("crisis-program", Fixtures.Consent("asks", "p2", "city-hospital"));
        using var navigator = server.As("navigator");
        using var hospital = server.As(Hospital);
        var referral = await navigator.CreatedAsync("ServiceRequest", Fixtures.Referral("sr1", "p2"));
        var json = Fixtures.ReferralTask("t1", "p2", referral.Split('/')[1]);
        foreach (var key in new[] { "Organization/city-hospital", "Organization/crisis-program", "Patient/p2" })
        {
            json = ReferenceForms.Rewrite(json, key, form);
        }

        var task = await navigator.CreatedAsync("Task", json);

        Assert.Equal([task], (await hospital.GetJsonAsync("Task?owner=Organization/city-hospital&patient=p2")).Keys());
        Assert.Equal(
            [task],
            (await hospital.GetJsonAsync(
                $"Task?owner={Uri.EscapeDataString("https://Interop.test:443/fhir/Organization/city-hospital/")}")).Keys());

        // The owner moves it on with an absolute address, as it may have copied one.
        using var read = await hospital.GetAsync(task);
        var accepted = (await read.Content.ReadAsStringAsync())
            .Replace("\"requested\"", "\"accepted\"", StringComparison.Ordinal)
            .Replace("\"Organization/city-hospital\"", "\"http://interop.test/fhir/Organization/city-hospital\"", StringComparison.Ordinal);
        using var moved = await hospital.PutFhirAsync(task, accepted, read.Headers.ETag!.ToString());
        Assert.True(moved.IsSuccessStatusCode, await moved.Content.ReadAsStringAsync());
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_open_encounter_is_a_case_of_its_provider(string form)
    {
        using var navigator = server.As("navigator");
        using var hospital = server.As(Hospital);
        Assert.DoesNotContain("only at full", await hospital.GetStringAsync("Condition/plain"), StringComparison.Ordinal);

        await navigator.CreatedAsync("Encounter", ReferenceForms.Rewrite(
            ReferenceForms.Rewrite(Fixtures.Encounter("e1", "p1", provider: "city-hospital"), "Organization/city-hospital", form),
            "Patient/p1",
            form));

        Assert.Contains("only at full", await hospital.GetStringAsync("Condition/plain"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_is_kept_where_the_record_is_about_versions()
    {
        using var navigator = server.As("navigator");

        var key = await navigator.CreatedAsync("Provenance", """
            {"resourceType":"Provenance","target":[{"reference":"http://interop.test/fhir/Condition/plain/_history/1"}],
            "recorded":"2026-11-20T10:00:00Z","agent":[{"who":{"reference":"Organization/crisis-program/_history/1"}}]}
            """);

        var stored = await navigator.GetStringAsync(key);
        Assert.Contains("\"Condition/plain/_history/1\"", stored, StringComparison.Ordinal);
        Assert.Equal([key], (await navigator.GetJsonAsync("Provenance?target=Condition/plain")).Keys());
    }

    [Theory]
    [InlineData(
        "PractitionerRole",
        """{"resourceType":"PractitionerRole","id":"role","active":true,"practitioner":{"reference":"Practitioner/who"},"organization":"""
            + """{"reference":"Organization/city-hospital"} }""")]
    [InlineData(
        "HealthcareService",
        """{"resourceType":"HealthcareService","id":"role","providedBy":{"reference":"Organization/city-hospital"} }""")]
    [InlineData(
        "Practitioner",
        """{"resourceType":"PractitionerRole","id":"role","active":true,"practitioner":{"reference":"Practitioner/who"},"organization":"""
            + """{"reference":"Organization/city-hospital"} }""")]
    public async Task Who_is_asked_in_a_role_is_asked_for_its_organisation(string owner, string role)
    {
        await server.ImportAsync("city-hospital", """{"resourceType":"Practitioner","id":"who","active":true}""", role);
        using var hospital = server.As(Hospital with { Roles = ["clinician", "agency-administrator"] });
        const string task = "Task/t1";
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Referral("sr1", "p2"),
            Fixtures.ReferralTask("t1", "p2", "sr1").Replace(
                "Organization/city-hospital", owner == "Practitioner" ? "Practitioner/who" : $"{owner}/role", StringComparison.Ordinal));
        Assert.Equal(200, await StatusAsync(hospital, task));

        using var read = await hospital.GetAsync(task);
        var accepted = (await read.Content.ReadAsStringAsync()).Replace("\"requested\"", "\"accepted\"", StringComparison.Ordinal);
        using var moved = await hospital.PutFhirAsync(task, accepted, read.Headers.ETag!.ToString());
        Assert.True(moved.IsSuccessStatusCode, await moved.Content.ReadAsStringAsync());

        // When the role is another organisation's, so is the Task.
        using var deleted =
            await hospital.DeleteAsync(new Uri($"{(owner == "Practitioner" ? "PractitionerRole" : owner)}/role", UriKind.Relative));
        Assert.Equal(204, (int)deleted.StatusCode);
        Assert.Equal(404, await StatusAsync(hospital, task));
    }

    [Fact]
    public async Task A_contained_role_stands_for_its_organisation()
    {
        using var hospital = server.As(Hospital);
        var json = Fixtures.ReferralTask("t1", "p2", "sr1")
            .Replace(
                "{\"resourceType\":\"Task\",",
                "{\"resourceType\":\"Task\",\"contained\":[{\"resourceType\":\"PractitionerRole\",\"id\":\"r\","
                    + "\"organization\":{\"reference\":\"https://interop.test/fhir/Organization/city-hospital\"}}],",
                StringComparison.Ordinal)
            .Replace("\"Organization/city-hospital\"", "\"#r\"", StringComparison.Ordinal);

        await server.ImportAsync("crisis-program", Fixtures.Referral("sr1", "p2"), json);

        Assert.Equal(200, await StatusAsync(hospital, "Task/t1"));
    }

    private static string Identified(string json)
    {
        var resource = System.Text.Json.Nodes.JsonNode.Parse(json)!;
        var (type, id) = (resource["resourceType"]!.GetValue<string>(), resource["id"]!.GetValue<string>());
        resource["identifier"] = new System.Text.Json.Nodes.JsonArray(ReferenceForms.Identifier(type, id));
        return resource.ToJsonString();
    }

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return (int)response.StatusCode;
    }

    private async Task PutThroughAsync(string door, string type, string id, string before, string json)
    {
        using var office = server.As("navigator");
        if (door == "import")
        {
            await server.ImportAsync("crisis-program", json);
            return;
        }

        if (door is "update" or "patch")
        {
            await server.ImportAsync("crisis-program", before);
        }

        if (door == "bundle")
        {
            await server.Importer.ImportBundleAsync(null, System.Text.Encoding.UTF8.GetBytes(
                $$"""{"resourceType":"Bundle","type":"collection","entry":[{"resource":{{json}} }]}"""), CancellationToken.None);
            return;
        }

        using var response = door switch
        {
            "create" => await office.PostFhirAsync(type, json),
            "update" => await office.PutFhirAsync($"{type}/{id}", json),
            "patch" => await office.PatchAsync(new Uri($"{type}/{id}", UriKind.Relative), new StringContent(
                PatchOf(json), null, "application/json-patch+json")),
            _ => await office.PostFhirAsync("", $$"""
                {"resourceType":"Bundle","type":"{{door}}","entry":[{"resource":{{json}},"request":{"method":"POST","url":"{{type}}"} }]}
                """),
        };
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode && !text.Contains("OperationOutcome", StringComparison.Ordinal), text);
    }

    private static string PatchOf(string json)
    {
        var resource = System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject();
        return "[" + string.Join(',', resource.Where(member => member.Key is not ("resourceType" or "id"))
            .Select(member => $$"""{"op":"add","path":"/{{member.Key}}","value":{{member.Value!.ToJsonString()}} }""")) + "]";
    }
}
