using System.Text.Json;
using Interop.Demo;
using Interop.Storage.Audit;

namespace Interop.Server.Tests.Protection;

/// <summary>
/// Who looks for more persons than its work needs: the privacy officer is told, the caller notices nothing, the names stay out of it.
/// </summary>
public sealed class SnoopingTests : IAsyncLifetime
{
    private const string Alerts = "Task?code=snooping-alert&_total=accurate";
    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");
    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        server =
            await RunningServer.StartAsync(null, null, "--Interop:Limits:PersonsPerHour=20", "--Interop:Limits:SystemPersonsPerHour=100");
        await server.ImportAsync(
            "crisis-program",
            [
                Fixtures.Organization("crisis-program", "crisis-program"),
                Fixtures.Organization("city-hospital", "hospital"),
                Fixtures.Agreement("city-hospital"),
                Fixtures.Organization("city-police", "police"),
                Fixtures.Agreement("city-police", "basic", ["OVRPS"]),
                Fixtures.Agreement("dispatch-center", "basic", ["OVRPS"]),
                Fixtures.Agreement("family-services", "basic", ["COC"]),
                .. Enumerable.Range(0, 30).Select(number => Fixtures.Patient($"p{number}", $"Name{number:D2}x")),
            ]);
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Many_different_persons_raise_one_alert_that_only_the_privacy_officer_sees()
    {
        using var hospital = server.As(Hospital);
        await SearchAsync(hospital, Enumerable.Range(0, 20).Select(Known));
        Assert.Equal(0, await CountAsync());
        await SearchAsync(hospital, Enumerable.Range(20, 10).Select(Known));

        using var privacy = server.As("privacy");
        var found = await privacy.GetJsonAsync(Alerts);
        Assert.Equal(1, found.GetProperty("total").GetInt32());
        var task = found.GetProperty("entry")[0].GetProperty("resource");
        Assert.Contains("demo-hospital", task.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Contains("21 different persons", task.GetProperty("description").GetString(), StringComparison.Ordinal);
        foreach (var other in new[] { "navigator", "hospital", "police" })
        {
            using var client = server.As(other);
            foreach (var search in new[] { Alerts, "Task?_summary=count", "Task?owner=Organization/crisis-program&_total=accurate" })
            {
                Assert.Equal(0, (await client.GetJsonAsync(search)).GetProperty("total").GetInt32());
            }

            using var read = await client.GetAsync($"Task/{task.GetProperty("id").GetString()}");
            Assert.Equal(404, (int)read.StatusCode);
        }
    }

    [Fact]
    public async Task The_trail_has_a_row_of_its_own_without_a_name()
    {
        using var hospital = server.As(Hospital);
        await SearchAsync(hospital, Enumerable.Range(0, 25).Select(Known));

        var row = Assert.Single(await AlertRowsAsync());
        Assert.Equal(("demo-hospital", "city-hospital", "hospital"), (row.Client, row.Organization, row.User));
        Assert.Equal(21, JsonDocument.Parse(row.Detail).RootElement.GetProperty("persons").GetInt32());
        Assert.DoesNotContain("Name", JsonSerializer.Serialize(row), StringComparison.Ordinal);
        using var privacy = server.As("privacy");
        Assert.DoesNotContain("Name", (await privacy.GetJsonAsync(Alerts)).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_caller_is_answered_as_before_and_as_ever()
    {
        using var hospital = server.As(Hospital);
        var before = await TextAsync(hospital, "Patient?family=Name07x");
        await SearchAsync(hospital, Enumerable.Range(0, 30).Select(Known));

        Assert.Equal(1, await CountAsync());
        Assert.Equal(before, await TextAsync(hospital, "Patient?family=Name07x"));
    }

    [Fact]
    public async Task Looking_in_vain_raises_the_alert_sooner()
    {
        using var hospital = server.As(Hospital);
        await SearchAsync(hospital, Enumerable.Range(0, 10).Select(number => $"Patient?family=Nobody{number}"));
        Assert.Equal(0, await CountAsync());
        await SearchAsync(hospital, ["Patient?family=Nobody10"]);

        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task A_list_of_alternatives_is_as_many_persons()
    {
        using var hospital = server.As(Hospital);
        await SearchAsync(hospital, ["Patient?family=" + string.Join(',', Enumerable.Range(0, 20).Select(number => $"Name{number:D2}x"))]);
        Assert.Equal(0, await CountAsync());
        await SearchAsync(
            hospital, ["Condition?patient.family=" + string.Join(',', Enumerable.Range(20, 5).Select(number => $"Name{number:D2}x"))]);

        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task A_list_of_alternatives_is_as_many_lookups_of_a_minute()
    {
        await using var strict = await RunningServer.StartAsync(null, null, "--Interop:Limits:LookupsPerMinute=10");
        await strict.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"));
        using var navigator = strict.As("navigator");

        using var first = await navigator.GetAsync("Patient?identifier=" + string.Join(',', Enumerable.Range(0, 10)));
        using var second = await navigator.GetAsync("Patient?identifier=10");

        Assert.Equal((200, 429), ((int)first.StatusCode, (int)second.StatusCode));
    }

    [Fact]
    public async Task Each_way_to_put_what_is_known_together_is_a_person()
    {
        using var hospital = server.As(Hospital);
        var days = Enumerable.Range(25, 5).Select(day => $"1988-02-{day}").ToList();
        string[] names = ["Ana", "Bea", "Cleo", "Dora", "Eva"];
        await SearchAsync(hospital, [$"Patient?family=Name01x&given={string.Join(',', names[..4])}&birthdate={string.Join(',', days)}"]);
        Assert.Equal(0, await CountAsync());
        await SearchAsync(hospital, [$"Patient?family=Name01x&given={string.Join(',', names)}&birthdate={string.Join(',', days)}"]);

        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task A_view_that_fails_at_a_person_has_told_of_that_person()
    {
        await using var strict = await RunningServer.StartAsync(
            null, null, "--Interop:Limits:PersonsPerHour=1", "--Interop:Limits:LookupsPerMinute=100000");
        await strict.ImportAsync(
            "crisis-program", Fixtures.Organization("crisis-program", "crisis-program"), Fixtures.Patient("p1"), Fixtures.Patient("p2"));
        using var navigator = strict.As("navigator");
        foreach (var id in new[] { "p1", "p2" })
        {
            using var refused = await navigator.PostFhirAsync(
                "ViewDefinition/$run",
                $$"""
                {"resourceType": "Parameters", "parameter": [{"name": "viewResource", "resource": {"resourceType": "ViewDefinition",
                 "status": "active", "resource": "Patient", "where": [{"path": "id = '{{id}}'"}],
                 "select": [{"column": [{"name": "fails", "path": "name"}]}]} }]}
                """);
            await refused.OutcomeAsync(422);
        }

        // The next search tells what was noticed.
        await SearchAsync(navigator, ["Patient?_id=p1"]);
        using var privacy = strict.As("privacy");
        Assert.Equal(1, (await privacy.GetJsonAsync(Alerts)).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task The_next_hour_counts_anew()
    {
        using var hospital = server.As(Hospital);
        await SearchAsync(hospital, Enumerable.Range(0, 30).Select(Known));
        server.Clock.Advance(TimeSpan.FromMinutes(61));
        await SearchAsync(hospital, Enumerable.Range(0, 20).Select(Known));
        Assert.Equal(1, await CountAsync());
        await SearchAsync(hospital, Enumerable.Range(20, 5).Select(Known));

        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task An_officer_without_an_incident_raises_one_at_once()
    {
        using var police = server.As("police");
        for (var ask = 0; ask < 3; ask++)
        {
            using var refused = await police.PostFhirAsync(
                "Patient/$crisis-summary",
                """{"resourceType":"Parameters","parameter":[{"name":"incident","valueString":"none"},"""
                    + """{"name":"officer","valueString":"badge-12"},{"name":"family","valueString":"Name01x"},"""
                    + """{"name":"birthDate","valueDate":"1988-02-29"}]}""");
            await refused.OutcomeAsync(403);
        }

        var row = Assert.Single(await AlertRowsAsync());
        Assert.Equal("badge-12", JsonDocument.Parse(row.Detail).RootElement.GetProperty("officer").GetString());
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task An_officer_who_searches_for_a_person_by_name_raises_one_at_once()
    {
        using var police = server.As("police");
        await SearchAsync(police, [Known(1)]);

        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task A_navigators_day_raises_none()
    {
        using var navigator = server.As("navigator");
        for (var hour = 0; hour < 8; hour++)
        {
            // A worklist, its persons by reference, eight looked up by name, some of them twice and page by page, one of them misspelt.
            await SearchAsync(
                navigator, ["Task?code=follow-up-48h&status=requested", "Encounter?subject=Patient/p1", "Patient?_id=p1,p2,p3"]);
            await SearchAsync(navigator, Enumerable.Range(hour, 8).Select(Known));
            await SearchAsync(navigator, Enumerable.Range(hour, 8).Select(number => Known(number) + "&_count=1&_sort=birthdate"));
            await SearchAsync(navigator, ["Patient?family=Mispelt", "Patient?phone=555-0100&_count=5"]);
            foreach (var number in Enumerable.Range(0, 30))
            {
                Assert.Contains($"p{number}", await TextAsync(navigator, $"Patient/p{number}"), StringComparison.Ordinal);
            }

            server.Clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.Empty(await AlertRowsAsync());
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task A_hospitals_system_that_looks_up_whom_it_admits_raises_none()
    {
        var claims = LoopbackIssuer.Claims(Hospital);
        claims["sub"] = claims["client_id"];
        using var system = server.WithToken(server.Issuer.Token(claims, DateTimeOffset.UtcNow, TimeSpan.FromHours(1)));

        await SearchAsync(system, Enumerable.Range(0, 45).Select(number => $"Patient?identifier=urn:mrn|{number}"));
        await SearchAsync(system, Enumerable.Range(0, 30).Select(Known));

        Assert.Empty(await AlertRowsAsync());
    }

    private static string Known(int number) => $"Patient?family=Name{number:D2}x";

    private static async Task SearchAsync(HttpClient client, IEnumerable<string> searches)
    {
        foreach (var search in searches)
        {
            await client.GetJsonAsync(search);
        }
    }

    private static async Task<string> TextAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return $"{response.StatusCode} {string.Join(' ', response.Headers.Where(header => header.Key != "Date"))} "
            + $"{await response.Content.ReadAsStringAsync()}";
    }

    private async Task<int> CountAsync()
    {
        using var privacy = server.As("privacy");
        return (await privacy.GetJsonAsync(Alerts)).GetProperty("total").GetInt32();
    }

    private async Task<List<AuditRow>> AlertRowsAsync()
    {
        return [.. (await server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).Select(entry => entry.Row)
            .Where(row => row is { Outcome: "alert", Interaction: "snooping-alert" })];
    }
}
