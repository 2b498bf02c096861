using Interop.Demo;

namespace Interop.Server.Tests.Security;

/// <summary>
/// Granular scopes and scopes about one patient, at every interaction
/// (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html). The hospital has consents of p1 and p2, and sees their
/// conditions.
/// </summary>
public sealed partial class SmartScopeTests(SharedScene scene) : SharedSceneTests(scene)
{
    private const string Hypertension = "38341003";
    private const string Fever = "386661006";
    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1", "Alpha"),
        Fixtures.Patient("p2", "Beta"),
        Fixtures.Consent("c1", "p1", "city-hospital"),
        Fixtures.Consent("c2", "p2", "city-hospital"),
        Fixtures.Encounter("e1", "p1", "finished"),
        Fixtures.Condition("pressure1", "p1", Hypertension, "e1"),
        Fixtures.Condition("fever1", "p1", Fever),
        Fixtures.Condition("pressure2", "p2", Hypertension),
        Fixtures.Encounter("e2", "p1").Replace(
            "\"identifier\"",
            $"\"extension\":[{{\"url\":\"{Fixtures.Base}/StructureDefinition/encounter-assigned-agency\","
                + $"\"valueReference\":{{\"reference\":\"Organization/city-hospital\"}}}}],\"identifier\"",
            StringComparison.Ordinal),
    ];

    [Fact]
    public async Task A_granular_scope_opens_what_its_condition_says_to_reads_searches_counts_and_pages()
    {
        using var client = Server.As(Hospital with { Scope = $"system/Condition.rs?code=http://snomed.info/sct|{Hypertension}" });

        Assert.Equal(["Condition/pressure1", "Condition/pressure2"], (await client.GetJsonAsync("Condition")).Keys());
        Assert.Equal(2, (await client.GetJsonAsync("Condition?_summary=count")).GetProperty("total").GetInt32());
        Assert.Equal(2, (await client.GetJsonAsync("Condition?_total=accurate&_count=1")).GetProperty("total").GetInt32());
        Assert.Equal(["Condition/pressure2"], (await client.GetJsonAsync("Condition?patient=p2")).Keys());
        Assert.Empty((await client.GetJsonAsync($"Condition?code={Fever}")).Keys());
        using var read = await client.GetAsync("Condition/pressure1");
        using var version = await client.GetAsync($"Condition/pressure1/_history/{read.Headers.ETag!.Tag.Trim('"')}");
        using var outside = await client.GetAsync("Condition/fever1");
        using var history = await client.GetAsync("Condition/fever1/_history");
        Assert.Equal((200, 200), ((int)read.StatusCode, (int)version.StatusCode));
        await outside.OutcomeAsync(404);
        await history.OutcomeAsync(404);

        var first = await client.GetJsonAsync("Condition?_count=1");
        var next = first.GetProperty("link").EnumerateArray().Single(link => link.GetProperty("relation").GetString() == "next")
            .GetProperty("url").GetString()!;
        var second = await client.GetJsonAsync(next[(next.IndexOf("/fhir/", StringComparison.Ordinal) + "/fhir/".Length)..]);
        Assert.Equal(["Condition/pressure2"], second.Keys());
        Assert.DoesNotContain(second.GetProperty("link").EnumerateArray(), link => link.GetProperty("relation").GetString() == "next");
    }

    [Theory]
    [InlineData(
        "system/Patient.rs system/Condition.rs?code=386661006",
        "Patient?_revinclude=Condition:patient",
        "Patient/p1 Patient/p2 Condition/fever1")]
    [InlineData(
        "system/Patient.rs?_id=p1 system/Condition.rs",
        "Condition?code=38341003&_include=Condition:patient",
        "Condition/pressure1 Condition/pressure2 Patient/p1")]
    [InlineData("system/Patient.rs?_id=p1 system/Condition.rs", "Condition?patient.family=beta", "")]
    [InlineData("system/Patient.rs?_id=p1 system/Condition.rs", "Condition?patient.family=alpha&code=386661006", "Condition/fever1")]
    [InlineData("system/Patient.rs system/Condition.rs?code=386661006", "Patient?_has:Condition:patient:code=38341003", "")]
    [InlineData("system/Patient.rs system/Condition.rs?code=386661006", "Patient?_has:Condition:patient:code=386661006", "Patient/p1")]
    [InlineData("system/Condition.rs?encounter=Encounter/e1", "Condition", "Condition/pressure1")]
    [InlineData("system/Condition.rs?_id=fever1 system/Condition.rs?patient=p2", "Condition", "Condition/fever1 Condition/pressure2")]
    [InlineData("system/Condition.rs?onset-date=ge2027", "Condition", "")]
    [InlineData("system/Condition.s?code=386661006 system/Condition.r", "Condition", "Condition/fever1")]
    public async Task Nothing_that_a_search_asks_or_brings_along_leads_past_the_scopes(string scope, string path, string found)
    {
        using var client = Server.As(Hospital with { Scope = scope });

        Assert.Equal(found, string.Join(' ', (await client.GetJsonAsync(path)).Keys()));
    }

    [Theory]
    [InlineData("system/Condition.rs?colour=red", "Condition has no search parameter colour")]
    [InlineData("system/Condition.rs?code:almost=1", "code")]
    [InlineData("system/Condition.rs?onset-date=ap2026", "depend on the time")]
    [InlineData("system/Condition.rs?onset-date=yesterday", "onset-date")]
    [InlineData("system/Condition.rs?code:not=1", "negated")]
    [InlineData("system/Condition.rs?code:missing=true", "negated")]
    [InlineData("system/Condition.rs?patient.family=alpha", "chained")]
    [InlineData("system/Condition.rs?_has:Encounter:diagnosis:status=finished", "none that a scope can have")]
    [InlineData("system/Condition.rs?_include=Condition:patient", "none that a scope can have")]
    [InlineData("system/Condition.rs?_lastUpdated=gt2020", "none that a scope can have")]
    [InlineData("system/Condition.rs?", "empty")]
    [InlineData("system/*.rs?code=1", "needs a type")]
    [InlineData("system/Sickness.rs", "no such type")]
    [InlineData("system/Condition.sr", "in this order")]
    [InlineData("practitioner/Condition.rs", "begin with")]
    [InlineData("patient/Condition.rs", "names no patient")]
    [InlineData("system/Condition.rs?subject:identifier=123-45-6789", "a person is looked for by a search")]
    public async Task A_scope_that_is_not_understood_whole_allows_nothing_and_the_refusal_says_why(string scope, string reason)
    {
        using var client = Server.As(Hospital with { Scope = scope });

        using var response = await client.GetAsync("Condition/pressure1");

        var issue = await response.OutcomeAsync(403);
        Assert.Contains(reason, issue.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_has_fifty_conditions_at_most()
    {
        var conditions = Enumerable.Range(0, 51).Select(number => $"system/Condition.r?_id={(number < 50 ? $"c{number}" : "pressure1")}");
        using var client = Server.As(Hospital with { Scope = string.Join(' ', conditions) });

        using var response = await client.GetAsync("Condition/pressure1");

        await response.OutcomeAsync(404);
    }

    [Fact]
    public async Task Entries_of_a_batch_are_answered_as_single_requests_are()
    {
        using var client = Server.As(Hospital with { Scope = $"system/Condition.rs?code={Fever} system/Bundle.c" });

        using var response = await client.PostFhirAsync(
            "",
            """
            {"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Condition/fever1"}},
            {"request":{"method":"GET","url":"Condition/pressure1"}},
            {"request":{"method":"GET","url":"Condition?_total=accurate"}},{"request":{"method":"GET","url":"Patient/p1"}}]}
            """);

        var entries = (await response.JsonAsync()).GetProperty("entry").EnumerateArray().ToList();
        Assert.Equal(
            ["200", "404", "200", "403"], entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()![..3]));
        Assert.Equal(1, entries[2].GetProperty("resource").GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("system/Contract.r", 200)]
    [InlineData("system/Contract.r?_id=x", 403)]
    [InlineData("patient/Contract.r", 403)]
    public async Task An_answer_about_all_resources_of_a_type_needs_a_scope_for_all(string scope, int status)
    {
        using var client = Server.As(DemoCaller.All.Single(caller => caller.Name == "privacy") with { Scope = scope }, ("patient", "p1"));

        using var response = await client.GetAsync("Organization/city-hospital/$agreement");

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("system/AuditEvent.rs", 200)]
    [InlineData("system/AuditEvent.rs?type=rest", 403)]
    [InlineData("patient/AuditEvent.rs", 403)]
    [InlineData("system/Patient.rs", 403)]
    public async Task The_trail_is_opened_by_a_scope_for_all_of_it(string scope, int status)
    {
        using var client = Server.As(DemoCaller.All.Single(caller => caller.Name == "privacy") with { Scope = scope }, ("patient", "p1"));
        foreach (var path in new[]
        {
            "AuditEvent", "Patient/p1/$disclosures", "Patient/p1/$explain-access?organization=Organization/city-hospital",
        })
        {
            using var response = await client.GetAsync(path);
            Assert.True(status == (int)response.StatusCode, $"{path}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task A_condition_may_hold_a_secret_and_is_not_repeated()
    {
        using var client = Server.As(Hospital with { Scope = "system/Patient.rs?identifier=123-45-6789&colour=red" });

        using var response = await client.GetAsync("Patient/p1");

        Assert.DoesNotContain("123-45-6789", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("family=alpha")]
    [InlineData("identifier=123-45-6789")]
    [InlineData("active=true&birthdate=1988-02-29")]
    public async Task Nobody_is_looked_for_by_a_scope_where_it_would_not_be_counted(string condition)
    {
        using var client = Server.As(Hospital with { Scope = $"system/Patient.rs?{condition}" });

        using var response = await client.GetAsync("Patient");

        await response.OutcomeAsync(403);
    }

    [Fact]
    public async Task A_patient_scope_opens_the_record_of_the_tokens_patient_and_the_directory()
    {
        using var client = Server.As(Hospital with { Scope = "patient/*.rs" }, ("patient", "p1"));

        Assert.Equal(["Patient/p1"], (await client.GetJsonAsync("Patient")).Keys());
        Assert.Equal(["Condition/fever1", "Condition/pressure1"], (await client.GetJsonAsync("Condition?_sort=_id")).Keys());
        Assert.Empty((await client.GetJsonAsync("Condition?patient=p2")).Keys());
        Assert.Equal(2, (await client.GetJsonAsync("Organization")).Keys().Count);
        using var other = await client.GetAsync("Condition/pressure2");
        await other.OutcomeAsync(404);
        using var own = await client.GetAsync("Condition/pressure1/_history");
        Assert.Equal(200, (int)own.StatusCode);
    }

    [Fact]
    public async Task The_patient_of_a_launch_does_not_narrow_what_a_user_scope_opens()
    {
        using var client = Server.As(Hospital with { Scope = "patient/Condition.rs user/Patient.rs" }, ("patient", "p1"));

        Assert.Equal(["Patient/p1", "Patient/p2"], (await client.GetJsonAsync("Patient")).Keys());
        Assert.Equal(["Condition/pressure1", "Condition/fever1"], (await client.GetJsonAsync("Condition")).Keys());
    }

    [Fact]
    public async Task References_stay_where_the_scopes_do_not_open_their_targets_type()
    {
        using var client = Server.As(Hospital with { Scope = "patient/Condition.rs" }, ("patient", "p1"));

        var condition = await client.GetJsonAsync("Condition/pressure1");

        Assert.Equal("Patient/p1", condition.GetProperty("subject").GetProperty("reference").GetString());
        Assert.Equal(["Condition/pressure1"], (await client.GetJsonAsync("Condition?encounter=Encounter/e1")).Keys());
    }

    [Fact]
    public async Task An_agency_whose_agreement_ended_is_refused_at_every_interaction()
    {
        using var hospital = Server.As(Hospital with { Scope = "system/*.cruds cad.write crisis-summary" });
        var version = (await hospital.GetJsonAsync("Patient/p1")).GetProperty("meta").GetProperty("versionId").GetString();
        var page = (await hospital.GetJsonAsync("Condition?_count=1")).GetProperty("link").EnumerateArray()
            .Single(link => link.GetProperty("relation").GetString() == "next").GetProperty("url").GetString()!;
        using var privacy = Server.As("privacy");
        var contract =
            System.Text.Json.Nodes.JsonNode.Parse((await privacy.GetJsonAsync("Contract/mou-crisis-program-city-hospital")).GetRawText())!;
        contract["status"] = "terminated";
        using var ended = await privacy.PutFhirAsync("Contract/mou-crisis-program-city-hospital", contract.ToJsonString());
        Assert.Equal(200, (int)ended.StatusCode);

        foreach (var path in (string[])
        [
            "Patient/p1", "Patient/nobody", $"Patient/p1/_history/{version}", "Patient/p1/_history", "Patient",
            page[(page.IndexOf("/fhir/", StringComparison.Ordinal) + 6)..],
            "Organization/city-hospital", "Organization", "Organization/city-hospital/$agreement",
            "Subscription/x/$status", "Subscription/x/$events", "HealthcareService/$open", "Patient/p1/$crisis-summary",
            "ViewDefinition/x/$run",
            "AuditEvent", "AuditEvent/00000000000000000000000000000000", "Patient/p1/AuditEvent", "Patient/p1/$disclosures",
            "Patient/p1/$explain-access?organization=Organization/city-hospital",
        ])
        {
            using var refused = await hospital.GetAsync(path);
            Assert.True((int)refused.StatusCode == 403, $"{path} {refused.StatusCode}");
        }

        using var created = await hospital.PostFhirAsync("Patient", Fixtures.Patient("x"));
        using var updated = await hospital.PutFhirAsync("Patient/p1", Fixtures.Patient("p1"));
        using var patched = await PatchAsync(hospital, "Patient/p1");
        using var deleted = await hospital.DeleteAsync(new Uri("Patient/p1", UriKind.Relative));
        using var transaction = await hospital.PostFhirAsync("", Transaction(Fever));
        using var nothing = await hospital.PostFhirAsync("", """{"resourceType":"Bundle","type":"transaction"}""");
        using var summary = await hospital.PostFhirAsync(
            "Patient/$crisis-summary",
            """
            {"resourceType":"Parameters","parameter":[{"name":"incident","valueString":"inc-e2"},{"name":"officer",
            "valueString":"badge-12"},
            {"name":"family","valueString":"Alpha"},{"name":"birthDate","valueDate":"1988-02-29"}]}
            """);
        Assert.Equal(
            [403, 403, 403, 403, 403, 403, 403],
            new[] { created, updated, patched, deleted, transaction, nothing, summary }.Select(response => (int)response.StatusCode));
        using var batch = await hospital.PostFhirAsync(
            "",
            """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/p1"}},"""
                + """{"request":{"method":"GET","url":"Patient"}}]}""");
        Assert.All(
            (await batch.JsonAsync()).GetProperty("entry").EnumerateArray(),
            entry => Assert.StartsWith("403", entry.GetProperty("response").GetProperty("status").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_patient_scope_reads_the_directory_and_does_not_write_it()
    {
        using var client =
            Server.As(DemoCaller.All.Single(caller => caller.Name == "privacy") with { Scope = "patient/*.cruds" }, ("patient", "p1"));
        var organization = Fixtures.Organization("city-hospital", "police");

        using var changed = await client.PutFhirAsync("Organization/city-hospital", organization);
        using var created = await client.PostFhirAsync("Practitioner", """{"resourceType":"Practitioner","active":true}""");
        using var deleted = await client.DeleteAsync(new Uri("Organization/city-hospital", UriKind.Relative));

        await changed.OutcomeAsync(404);
        await created.OutcomeAsync(403);
        await deleted.OutcomeAsync(404);
        Assert.Equal(2, (await client.GetJsonAsync("Organization")).Keys().Count);
    }

    [Fact]
    public async Task A_summary_for_the_tokens_patient_does_not_close_the_directory_to_the_next_request()
    {
        using var client = Server.As(Hospital with { Scope = "patient/*.rs crisis-summary" }, ("patient", "p1"));

        using var summary = await client.PostFhirAsync(
            "Patient/$crisis-summary",
            """
            {"resourceType":"Parameters","parameter":[{"name":"incident","valueString":"inc-e2"},{"name":"officer",
            "valueString":"badge-12"},
            {"name":"family","valueString":"Alpha"},{"name":"birthDate","valueDate":"1988-02-29"}]}
            """);
        using var organization = await client.GetAsync("Organization/city-hospital");

        Assert.Equal((200, 200), ((int)summary.StatusCode, (int)organization.StatusCode));
    }

    [Theory]
    [InlineData("patient/*.read", "Condition/pressure1 Condition/fever1")]
    [InlineData("patient/Condition.*", "Condition/pressure1 Condition/fever1")]
    [InlineData("user/Condition.read", "Condition/pressure1 Condition/fever1 Condition/pressure2")]
    public async Task Version_one_scopes_are_the_version_two_scopes_that_they_stand_for(string scope, string found)
    {
        using var client = Server.As(Hospital with { Scope = scope }, ("patient", "p1"));

        Assert.Equal(found, string.Join(' ', (await client.GetJsonAsync("Condition")).Keys()));
    }
}
