namespace Interop.Server.Tests.Commands;

/// <summary>The verbs of the executable, run as a person runs them.</summary>
public sealed partial class VerbTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("interop-verbs-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Validate_says_ok_or_error_per_resource_and_fails_when_any_is_wrong()
    {
        Write("good.json", Fixtures.Patient("a"));
        Write("bad.json", """{"resourceType":"Patient","gender":"mail","birthDate":"2021-02-30"}""");
        Write("many.ndjson", "{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Patientt\"}\n");

        var (good, goodText) = await Verb.RunAsync("validate", In("good.json"));
        var (all, allText) = await Verb.RunAsync("validate", folder);

        Assert.Equal(0, good);
        Assert.StartsWith($"ok {In("good.json")}", goodText, StringComparison.Ordinal);
        Assert.Equal(1, all);
        var lines = allText.Trim().Split('\n');
        Assert.Equal(["error", "ok", "ok", "error"], lines.Select(line => line.Split(' ')[0]));
        Assert.Contains("Patient.gender:", lines[0], StringComparison.Ordinal);
        Assert.Contains("Patient.birthDate:", lines[0], StringComparison.Ordinal);
        Assert.Contains("many.ndjson:2", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_checks_a_profile_by_its_short_name_and_definitions_from_files()
    {
        const string Demand =
            """{"resourceType":"StructureDefinition","url":"http://d/named","name":"N","status":"draft","kind":"resource","abstract":"""
                + """false,"type":"Patient","baseDefinition":"http:"""
                + """//hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":["""
                + """{"id":"Patient.name","path":"Patient.name","min":1}]}}""";
        Write("task.json", """{"resourceType":"Task","status":"requested","intent":"order"}""");
        Write("patient.json", """{"resourceType":"Patient","gender":"male"}""");
        var definitions = Path.Combine(folder, "named.definition");
        File.WriteAllText(definitions, Demand);

        var (task, taskText) = await Verb.RunAsync("validate", "--profile", "follow-up-task", In("task.json"));
        var (patient, patientText) =
            await Verb.RunAsync("validate", "--definitions", definitions, "--profile", "http://d/named", In("patient.json"));
        var (unknown, unknownText) = await Verb.RunAsync("validate", "--profile", "http://d/named", In("patient.json"));

        Assert.Equal((1, 1, 2), (task, patient, unknown));
        Assert.Contains("Task.restriction: follow-up-task:", taskText, StringComparison.Ordinal);
        Assert.Contains("Patient.name: named:", patientText, StringComparison.Ordinal);
        Assert.Contains("is not loaded", unknownText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agency_is_taken_in_suspended_resumed_and_let_go_at_the_machine()
    {
        var database = $"sqlite:{In("interop.db")}";
        Write("agreement.json", Fixtures.Agreement("city-hospital"));
        Write(
            "custodian.json",
            """{"resourceType":"Bundle","type":"collection","entry":[{"resource":"""
                + $$"""{{Fixtures.Organization("crisis-program", "crisis-program")}}}]}""");

        await Verb.RunAsync("import", "bundle", In("custodian.json"), "--database", database);
        var (unknown, unknownText) =
            await Verb.RunAsync("agency", "add", "bakery", "--name", "Bakery", "--type", "bakery", "--database", database);
        var (agency, _) = await Verb.RunAsync(
            "agency", "add", "city-hospital", "--name", "City hospital", "--type", "hospital", "--covered-entity", "--database", database);
        var (added, addedText) = await Verb.RunAsync("agreement", "add", In("agreement.json"), "--database", database);
        var contract = addedText.Trim().TrimEnd('.').Split('/')[1];

        var (endpoint, endpointText) =
            await Verb.RunAsync("agency", "endpoint", "city-hospital", "--address", "https://ehr.example/fhir", "--database", database);
        Assert.Equal((0, "Recorded Endpoint/city-hospital."), (endpoint, endpointText.Trim()));
        Assert.Equal((2, 0, 0), (unknown, agency, added));
        Assert.Contains("--type must be a code of", unknownText, StringComparison.Ordinal);
        Assert.Contains("in force", await StandingAsync(), StringComparison.Ordinal);

        await Verb.RunAsync("agreement", "suspend", contract, "--reason", "An incident is looked into.", "--database", database);
        Assert.Contains("it is suspended", await StandingAsync(), StringComparison.Ordinal);

        await Verb.RunAsync("agreement", "resume", contract, "--database", database);
        Assert.Contains("in force", await StandingAsync(), StringComparison.Ordinal);

        await Verb.RunAsync("agreement", "terminate", contract, "--database", database);
        Assert.Contains("terminated", await StandingAsync(), StringComparison.Ordinal);
        var (again, againText) = await Verb.RunAsync("agreement", "suspend", contract, "--reason", "Too late.", "--database", database);
        Assert.Equal(2, again);
        Assert.Contains("An agreement that is terminated stays as it is.", againText, StringComparison.Ordinal);

        async Task<string> StandingAsync() => (await Verb.RunAsync("agreement", "list", "city-hospital", "--database", database)).Item2;
    }

    [Fact]
    public async Task A_client_key_is_its_owners_alone_and_is_never_overwritten()
    {
        var (made, set) = await Verb.RunAsync("key", In("client.pem"), "--kid", "one");
        var (again, sentence) = await Verb.RunAsync("key", In("client.pem"), "--kid", "two");

        var key = Assert.Single(new Microsoft.IdentityModel.Tokens.JsonWebKeySet(set).Keys);
        Assert.Equal((0, "one", "ES384", false), (made, key.Kid, key.Alg, key.HasPrivateKey));
        Assert.Equal((2, $"{In("client.pem")} exists or can't be written: a key is never overwritten."), (again, sentence.Trim()));
        Assert.True(
            OperatingSystem.IsWindows() || File.GetUnixFileMode(In("client.pem")) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task A_token_that_can_not_be_got_is_a_sentence()
    {
        Write(
            "demo.json",
            """{"issuer":"http://127.0.0.1:9","callers":[{"name":"hospital","clientId":"h","key":"none.pem","scope":"system/*.rs"}]}""");

        Assert.Equal(
            (2, "The demo has no caller nobody. It has hospital."), await SaidAsync("--demo", In("demo.json"), "--caller", "nobody"));
        Assert.Equal(
            (2, "The key's file can't be read as a private key: PEM, RSA or EC."),
            await SaidAsync("--demo", In("demo.json"), "--caller", "hospital"));
        Assert.Equal(
            (2, $"{In("none.json")} can't be read as the demo's file. Start the demo, or name its file with --demo."),
            await SaidAsync("--demo", In("none.json"), "--caller", "hospital"));
        Assert.Equal((2, "Name a --caller of the demo, or --issuer, --client, --key and --scope: --issuer is missing."), await SaidAsync());
        Assert.Equal(
            (2, "The issuer must be an absolute https URL: only loopback may do without."),
            await SaidAsync("--issuer", "http://far.example", "--client", "h", "--key", "k", "--scope", "s"));

        async Task<(int, string)> SaidAsync(params string[] options)
        {
            var (status, text) = await Verb.RunAsync(["token", .. options]);
            return (status, text.Trim());
        }
    }

    [Fact]
    public async Task Import_explain_and_verify_audit_work_on_one_database()
    {
        var resources = new[]
        {
            Fixtures.Organization("crisis-program", "crisis-program"), Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Agreement("city-hospital"),
            Fixtures.Patient("p1"), Fixtures.Consent("c1", "p1", "city-hospital"),
        };
        Write(
            "bundle.json",
            $"{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":"
                + $"[{string.Join(',', resources.Select(resource => $"{{\"resource\":{resource}}}"))}]}}");
        Write(
            "wrong.json",
            """{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","gender":"mail"} }]}""");
        var database = $"--database=sqlite:{In("interop.db")}";

        Write(
            "replaced.json",
            """
            {"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"old","active":true,
            "link":[{"type":"replaced-by","other":{"reference":"Patient/p1"}}]}}]}
            """);
        var (imported, importText) = await Verb.RunAsync("import", "bundle", In("bundle.json"), In("wrong.json"), database);
        var (replaced, replacedText) = await Verb.RunAsync("import", "bundle", In("replaced.json"), database);
        var (_, tier) = await Verb.RunAsync("explain", "--caller", "Organization/city-hospital", "--patient", "Patient/p1", database);
        var (_, none) =
            await Verb.RunAsync(
                "explain", "--caller", "Organization/city-police", "--patient", "Patient/p1", "--purpose", "OVRPS", database);
        var (verified, verifyText) = await Verb.RunAsync("verify-audit", database);

        Assert.Equal(1, imported);
        Assert.Contains("5 resources", importText, StringComparison.Ordinal);
        Assert.Contains("Bundle.entry[0].resource.gender", importText, StringComparison.Ordinal);
        Assert.Equal(1, replaced);
        Assert.Contains("active false", replacedText, StringComparison.Ordinal);
        Assert.Contains("It sees the intermediate part", tier, StringComparison.Ordinal);
        Assert.Contains("Consent/c1", tier, StringComparison.Ordinal);
        Assert.Contains("It does not see it", none, StringComparison.Ordinal);
        Assert.Equal(0, verified);
        Assert.Contains("the chain holds", verifyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_eido_prints_refusals_and_what_an_accepted_message_has_that_is_not_known()
    {
        var (odd, wrong, transfer) =
            (Dispatch.EidoSamples.Message(0, "Active"), Dispatch.EidoSamples.Message(1, "Active"), Dispatch.EidoSamples.Message(2));
        odd["incidentComponent"]!["incidentTypeCommonRegistryText"] = "Mirabel shouts";
        wrong["eidoVersion"] = "1.1";
        transfer["$id"] = "urn:emergency:uid:incidentid:43:dispatch.city.example";
        transfer.Remove("incidentComponent");
        Write("feed.ndjson", string.Join('\n', odd.ToJsonString(), wrong.ToJsonString(), transfer.ToJsonString()));

        var (status, text) = await Verb.RunAsync("import", "eido", In("feed.ndjson"), $"--database=sqlite:{In("interop.db")}");

        var lines = text.Trim().Split('\n');
        Assert.Equal(1, status);
        Assert.StartsWith($"ok {In("feed.ndjson")}:1 ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith(
            $"warning {In("feed.ndjson")}:1 incidentComponent.incidentTypeCommonRegistryText: ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith($"error {In("feed.ndjson")}:2 eidoVersion: ", lines[2], StringComparison.Ordinal);
        Assert.StartsWith($"ok {In("feed.ndjson")}:3 ", lines[3], StringComparison.Ordinal);
        Assert.StartsWith($"information {In("feed.ndjson")}:3 incidentComponent: ", lines[4], StringComparison.Ordinal);
        Assert.Equal(("2 imported, 1 refused", 6), (lines[^1], lines.Length));
        Assert.DoesNotContain("Mirabel", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_creates_a_database_and_looking_does_not()
    {
        var database = $"--database=sqlite:{In("made.db")}";

        var (looked, text) = await Verb.RunAsync("verify-audit", database);
        Assert.Equal((2, $"There is no database at {In("made.db")}. Name it with --database sqlite:PATH."), (looked, text.Trim()));
        Assert.False(File.Exists(In("made.db")));

        var (migrated, _) = await Verb.RunAsync("migrate", database);
        var (verified, _) = await Verb.RunAsync("verify-audit", database);
        var (unknown, sentence) = await Verb.RunAsync("explain", "--caller", "Organization/a", "--patient", "Patient/b", database);
        Assert.Equal((0, 0), (migrated, verified));
        Assert.Equal((2, "Patient/b is not known."), (unknown, sentence.Trim()));
    }

    [Fact]
    public async Task A_server_without_an_issuer_does_not_start()
    {
        var (status, text) = await Verb.RunAsync("serve", "--urls=http://127.0.0.1:0", $"--Interop:Database=sqlite:{In("none.db")}");

        Assert.Equal((2, "Interop:Issuers:0 is missing: without a trusted issuer nobody could be let in."), (status, text.Trim()));
    }

    [Fact]
    public async Task A_wrong_setting_is_a_sentence()
    {
        var (status, text) = await Verb.RunAsync("migrate", "--database=oracle:x");

        Assert.Equal(
            (2, "Interop:Database must be sqlite:PATH, postgres:CONNECTION STRING or sqlserver:CONNECTION STRING."), (status, text.Trim()));
    }

    private string In(string file) => Path.Combine(folder, file);

    private void Write(string file, string text) => File.WriteAllText(In(file), text);
}
