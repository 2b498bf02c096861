using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Interop.Server.Guard.Exports;

namespace Interop.Server.Tests.Evaluators;

/// <summary>What an evaluator gets by views, and what not (45 CFR 164.514(e)).</summary>
public partial class EvaluatorTests : EvaluatorScene
{
    private const string Url = "https://interop.example/fhir/ViewDefinition/encounters";

    private static readonly string Persons = View("Patient", $"{Column("key", "getResourceKey()")},{Column("born", "birthDate")}");

    private static readonly string Encounters = View(
        "Encounter",
        $"{Column("key", "getResourceKey()")},{Column("person", "subject.getReferenceKey(Patient)")},{Column("from", "period.start")},"
            + $"{Column("place", "location.location.getReferenceKey(Location).first()")},"
            + Column("next", "location[1].location.reference"));

    [Fact]
    public async Task No_name_day_place_or_id_leaves_and_rows_join_within_one_evaluator_alone()
    {
        await Server.ImportAsync(Custodian, Marked);
        NextWeek();
        using var client = Client(Evaluator);
        using var colleague = Client(Colleague);
        foreach (var resource in Marked.Take(11))
        {
            var text = await RunAsync(client, WholeView(resource));

            Assert.DoesNotContain(Mark, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Day, text, StringComparison.Ordinal);
            Assert.DoesNotContain("10:17", text, StringComparison.Ordinal);
            Assert.DoesNotContain("/x\"", text, StringComparison.Ordinal);
            Assert.DoesNotContain("\"x\"", text, StringComparison.Ordinal);
            Assert.DoesNotContain("35.7", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Sample", text, StringComparison.Ordinal);
            Assert.All(Dates().Matches(text), date => Assert.Equal(DayOfWeek.Monday, DateTime.Parse(date.Value, null).DayOfWeek));
            Assert.True(text.Length > 0, resource);
        }

        // What may be told is told: the oldest as one group, the state, the race, and a week.
        var told = await RunAsync(client, WholeView(Marked[0]));
        Assert.All(
            new[] { "\"1936\"", "\"NC\"", "\"2106-3\"", "\"es\"", "\"M\"" },
            part => Assert.Contains(part, told, StringComparison.Ordinal));

        var (persons, encounters) = (Lines(await RunAsync(client, Persons)), Lines(await RunAsync(client, Encounters)));
        var (theirs, elsewhere) = (Lines(await RunAsync(colleague, Persons)), Lines(await RunAsync(colleague, Encounters)));
        Assert.Equal(persons, Lines(await RunAsync(client, Persons)));
        Assert.Equal(persons.Order(StringComparer.Ordinal), persons);
        Assert.Equal(4, persons.Count);
        Assert.Contains(Cell(encounters.Single(), "person"), persons.Select(line => Cell(line, "key")));
        Assert.Contains(Cell(elsewhere.Single(), "person"), theirs.Select(line => Cell(line, "key")));
        Assert.Empty(persons.Select(line => Cell(line, "key")).Intersect(theirs.Select(line => Cell(line, "key"))));
        Assert.NotEqual(Cell(encounters.Single(), "place"), Cell(elsewhere.Single(), "place"));
        Assert.NotNull(Cell(encounters.Single(), "place"));
        Assert.Null(Cell(encounters.Single(), "next")); // it is labelled

        // A where asks the same bytes as the columns.
        Assert.Empty(await RunAsync(client, View("Patient", Column("a", "id"), "name.family = 'One'")));
        Assert.Empty(await RunAsync(client, View("Patient", Column("a", "id"), "id = 'p1'")));
        Assert.Empty(await RunAsync(client, View("Encounter", Column("a", "id"), $"period.start.toString().startsWith('{Day}')")));
        Assert.Equal(2, Lines(await RunAsync(client, Persons, "?_limit=2")).Count);
        Assert.Equal(persons.Take(2), Lines(await RunAsync(client, Persons, "?_limit=2")));
    }

    [Fact]
    public async Task Whoever_may_not_have_it_or_asks_by_what_is_not_in_it_is_told_so()
    {
        using var client = Client(Evaluator);
        foreach (var (caller, text) in new[]
        {
            (Evaluator with { Purposes = ["TREAT"] }, "purpose_of_use"),
            (Visitor, "data-use"),
            (Evaluator with { Scope = "system/Condition.rs" }, "Patient"),
            (Evaluator with { Scope = "system/Patient.rs?gender=female" }, "some Patient resources only"),
        })
        {
            using var other = Client(caller);
            using var refused = await other.PostFhirAsync("ViewDefinition/$run", Sent(Persons));
            Assert.Contains(
                text, (await refused.OutcomeAsync(403)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        }

        foreach (var (query, view, text) in new[]
        {
            ("?patient=Patient/p1", Persons, "patient"), ("?patient=nobody", Persons, "patient"),
            ("?_since=2026-11-22T10:00:00Z", Persons, "_since"),
            (string.Empty, View("Practitioner", Column("a", "id")), "Practitioner"),
            (string.Empty, View("Communication", Column("a", "id")), "Communication"),
        })
        {
            using var refused = await client.PostFhirAsync("ViewDefinition/$run" + query, Sent(view));
            Assert.Contains(
                text, (await refused.OutcomeAsync(400)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        }

        // One more role that sees the record decides: then it is no evaluator who asks.
        using var both = Client(Evaluator with { Roles = ["evaluator", "navigator"] });
        Assert.Contains("\"Patient/p1\"", await RunAsync(both, Persons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stored_view_that_is_active_is_run_and_not_read()
    {
        using var navigator = Client(Navigator);
        using var client = Client(Evaluator);
        using var hospital = Client(Hospital);
        var shared = await navigator.CreatedAsync("Library", Library(Url, "active"));
        var draft = await navigator.CreatedAsync("Library", Library(Url + "-draft", "draft"));
        var theirs = await hospital.CreatedAsync("Library", Library(Url + "-theirs", "active"));

        foreach (var path in new[] { Run(shared), $"ViewDefinition/$run?viewReference={Uri.EscapeDataString(Url)}" })
        {
            using var answer = await client.GetAsync(path);
            Assert.Equal((path, HttpStatusCode.OK), (path, answer.StatusCode));
        }

        var texts = new List<string>();
        foreach (var path in new[]
        {
            Run(draft), Run(theirs), Run("Library/nothing"), $"ViewDefinition/$run?viewReference={Uri.EscapeDataString(Url + "-draft")}",
            $"ViewDefinition/$run?viewReference={Uri.EscapeDataString(Url + "-nothing")}",
        })
        {
            using var answer = await client.GetAsync(path);
            texts.Add((await answer.OutcomeAsync(404)).GetRawText());
        }

        Assert.Single(texts.Distinct());
        using var read = await client.GetAsync(shared);
        await read.OutcomeAsync(404);

        static string Run(string library) => $"ViewDefinition/{library.Split('/')[1]}/$run";
    }

    [Fact]
    public async Task An_agency_with_a_term_for_it_has_pseudonyms_of_its_own_and_the_programme_accounts_for_it()
    {
        await Server.ImportAsync(Custodian, Fixtures.Agreement("city-hospital", dataUse: ["HRESCH"]), Fixtures.Encounter("e1", "p1"));
        NextWeek();
        using var visitor = Client(Visitor);
        using var operations = Client(Visitor with { Purposes = ["HOPERAT"] });
        using var own = Client(Evaluator);

        var rows = Lines(await RunAsync(visitor, Encounters));
        using var otherPurpose = await operations.PostFhirAsync("ViewDefinition/$run", Sent(Encounters));

        Assert.NotEqual(Lines(await RunAsync(own, Encounters)), rows);
        Assert.DoesNotContain("p1", Assert.Single(rows), StringComparison.Ordinal);
        await otherPurpose.OutcomeAsync(403);

        // A grant to the hospital is for who treats: its evaluator does not read by it.
        using var read = await visitor.GetAsync("Condition/c1");
        await read.OutcomeAsync(404);

        // Who refuses the hospital her record is not in its data set, and stays in the programme's.
        await Server.ImportAsync(
            Custodian, Fixtures.Consent("no", "p3", "city-hospital", type: "deny", tier: "basic", purpose: "HRESCH"),
            Fixtures.Encounter("e3", "p3"));
        Assert.Equal(2, Lines(await RunAsync(visitor, Persons)).Count);
        NextWeek();
        using var later = Client(Visitor);
        using var ownLater = Client(Evaluator);
        Assert.Equal(rows, Lines(await RunAsync(later, Encounters)));
        Assert.Equal(2, Lines(await RunAsync(later, Persons)).Count);
        Assert.Equal((2, 3), (Lines(await RunAsync(ownLater, Encounters)).Count, Lines(await RunAsync(ownLater, Persons)).Count));

        // The programme's privacy officer sees who got what; the hospital's does not, for it would tell whose the rows are.
        using var officer = Client(new("privacy", Custodian, ["HOPERAT"], ["privacy-officer"], "system/*.cruds"));
        using var theirs = Client(new("their-privacy", "city-hospital", ["HOPERAT"], ["privacy-officer"], "system/*.cruds"));
        var accounting = (await officer.GetJsonAsync("Patient/p1/$disclosures")).GetRawText();
        Assert.Contains("164.514(e)", accounting, StringComparison.Ordinal);
        var events = await officer.GetJsonAsync("AuditEvent?agent-organization=Organization/city-hospital&patient=p1");
        Assert.Contains("Encounter/e1", events.GetRawText(), StringComparison.Ordinal);
        foreach (var query in new[] { "?_count=100", "?entity=Encounter/e1", "?patient=p1" })
        {
            Assert.DoesNotContain(
                "Encounter/e1", (await theirs.GetJsonAsync($"AuditEvent{query}")).GetRawText(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_comes_or_changes_is_told_from_the_next_Monday_on_and_what_may_not_be_told_goes_at_once()
    {
        await Server.ImportAsync(
            Custodian, Fixtures.Encounter("moved", "p1"), Fixtures.Encounter("labelled", "p1"), Fixtures.Encounter("deleted", "p1"),
            Fixtures.Encounter("other", "p1"));
        NextWeek();
        using (var client = Client(Evaluator))
        {
            var before = Lines(await RunAsync(client, Encounters));
            Assert.Equal(4, before.Count);

            // Each change is another minute of the week that nobody may learn.
            await Server.ImportAsync(
                Custodian,
                Fixtures.Encounter("moved", "p1").Replace("2026-11-20T10:00", "2026-11-08T10:00", StringComparison.Ordinal),
                Fixtures.Encounter("other", "p2"));
            await Server.ImportAsync(
                Custodian, Fixtures.Encounter("moved", "p1").Replace("2026-11-20T10:00", "2026-11-01T10:00", StringComparison.Ordinal));
            await Server.ImportAsync(Custodian, Fixtures.Encounter("come", "p2"), Fixtures.Patient("come"));
            var whose = Assert.Single(before.Except(Lines(await RunAsync(client, Encounters)))); // whose it is has changed: neither is told

            using var staff = Server.As("navigator");
            using var deleted = await staff.DeleteAsync("Encounter/deleted");
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
            await Server.ImportAsync(Custodian, Fixtures.Encounter("labelled", "p1").Replace(
                "\"status\"",
                """
                "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},"status"
                """,
                StringComparison.Ordinal));
            var left = Assert.Single(Lines(await RunAsync(client, Encounters)));
            Assert.Contains(left, before);
            Assert.NotEqual(whose, left);
        }

        NextWeek();
        using var later = Client(Evaluator);
        Assert.Equal(3, Lines(await RunAsync(later, Encounters)).Count);
        Assert.Equal(4, Lines(await RunAsync(later, Persons)).Count);
    }

    [Fact]
    public async Task An_export_has_the_rows_of_a_run_in_one_file_and_is_nobody_elses()
    {
        NextWeek();
        using var client = Client(Evaluator);
        var rows = await RunAsync(client, Persons);
        Assert.NotEmpty(rows);
        using var request = Request(HttpMethod.Post, "ViewDefinition/$export");
        request.Content = Answers.Fhir(Sent(Persons));
        using var begun = await client.SendAsync(request);
        var manifest = await DoneAsync(client, begun);

        var address = Local(Assert.Single(manifest.GetProperty("output").EnumerateArray()).GetProperty("url").GetString()!);
        Assert.Equal(rows, await client.GetStringAsync(new Uri(address, UriKind.Relative)));
        using var plain = await BeginAsync(client, "$export");
        Assert.Contains("views alone", (await plain.OutcomeAsync(403)).ToString(), StringComparison.Ordinal);

        // What a client exported before it became an evaluator's is not the evaluator's.
        using var before = Client(Navigator with { Name = "evaluator" });
        using var whole = await BeginAsync(before, "$export?_type=Patient");
        await DoneAsync(before, whole);
        using var after = await client.GetAsync(Local(whole.Content.Headers.ContentLocation!.ToString()));
        await after.OutcomeAsync(404);
    }

    [Fact]
    public async Task How_far_an_export_has_come_tells_nothing_of_what_is_hidden_or_absent()
    {
        NextWeek();
        await StopWorkerAsync();
        using var client = Client(Evaluator);
        var before = await ToldAsync(client);

        // Of this nothing may be told: what is labelled, and of whom, who is too new for the set, and much of it.
        await Server.ImportAsync(Custodian, [
            .. Enumerable.Range(0, 60).Select(number => Fixtures.Condition($"secret{number}", "p1", "75544000")),
            .. Enumerable.Range(0, 60).Select(number => Fixtures.Patient($"new{number}")),
        ]);
        var after = await ToldAsync(client);

        Assert.Equal(before.Distinct(), after.Distinct());
        Assert.All(after, told => Assert.Equal("202 under way 1", told));

        // Somebody else is told, so that there is something to keep.
        using var navigator = Client(Navigator);
        using var begun = await BeginAsync(navigator, "$export?_type=Patient");
        using var state = await navigator.GetAsync(Local(begun.Content.Headers.ContentLocation!.ToString()));
        Assert.Contains("resources", Assert.Single(state.Headers.GetValues("X-Progress")), StringComparison.Ordinal);
    }

    /// <summary>What is said before the first page of an export and after each, but for the last.</summary>
    private async Task<IReadOnlyList<string>> ToldAsync(HttpClient client)
    {
        using var request = Request(HttpMethod.Post, "ViewDefinition/$export");
        request.Content = Answers.Fhir(Sent(Persons));
        using var begun = await client.SendAsync(request);
        var address = Local(begun.Content.Headers.ContentLocation!.ToString());
        var (told, pages) = (new List<string>(), Server.Part<ExportPages>());
        for (var job = await JobAsync(address.Split('/')[^1]); job is { FinishedAt: null };)
        {
            using var state = await client.GetAsync(address);
            told.Add($"{(int)state.StatusCode} {Assert.Single(state.Headers.GetValues("X-Progress"))} {state.Headers.RetryAfter}");
            job = await pages.NextAsync(job, 0, CancellationToken.None);
        }

        Assert.NotEmpty(told);
        return told;
    }

    private static string Library(string url, string status)
    {
        var view = Encounters.Replace(
            "\"status\":\"active\"", $"\"url\":\"{url}\",\"version\":\"1\",\"status\":\"{status}\"", StringComparison.Ordinal);
        return $$"""
            {"resourceType":"Library","url":"{{url}}","version":"1","status":"{{status}}","type":{"coding":[
            {"system":"https://interop.example/fhir/CodeSystem/library-type","code":"view-definition"}]},
            "content":[{"contentType":"application/json","data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(view))}}"}]}
            """;
    }

    [GeneratedRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}")]
    private static partial Regex Dates();
}
