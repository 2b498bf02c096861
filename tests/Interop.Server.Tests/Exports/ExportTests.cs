using System.Text.Json;

namespace Interop.Server.Tests.Exports;

/// <summary>What an export is asked for and what is in its files (https://hl7.org/fhir/uv/bulkdata/export.html).</summary>
public class ExportTests : ExportScene
{
    [Theory]
    [InlineData("$export?_type=Patient,Condition", "Patient/p1 Patient/p2 Patient/p3 Condition/c1 Condition/c2 Condition/c3")]
    [InlineData("$export?_type=Condition&_typeFilter=Condition%3Fcode%3D44054006", "Condition/c2")]
    [InlineData(
        "$export?_type=Condition&_typeFilter=Condition%3Fcode%3D44054006,Condition%3Fsubject%3DPatient%2Fp1", "Condition/c1 Condition/c2")]
    [InlineData("$export?_type=Condition&_typeFilter=Condition%3Fsubject%3DPatient%2Fp1,Patient%2Fp3", "Condition/c1 Condition/c3")]
    [InlineData("$export?_type=Condition&_since=2100-01-01T00:00:00Z", "")]
    [InlineData("Patient/$export?_type=Patient,Condition", "Patient/p1 Patient/p2 Patient/p3 Condition/c1 Condition/c2 Condition/c3")]
    [InlineData("Group/g/$export?_type=Patient,Condition", "Patient/p1 Patient/p3 Condition/c1 Condition/c3")]
    public async Task What_is_asked_for_is_in_the_files(string path, string keys)
    {
        using var client = Client(Navigator);

        var manifest = await ExportedAsync(client, path);

        var found = await KeysAsync(client, manifest);
        Assert.Equal(keys.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), found.Order());
        Assert.True(manifest.GetProperty("requiresAccessToken").GetBoolean());
        Assert.Equal($"{RunningServer.PublicUrl}/{path}", Uri.UnescapeDataString(manifest.GetProperty("request").GetString()!)
            .Replace(Uri.UnescapeDataString(path), path, StringComparison.Ordinal));
        Assert.Equal(
            found.Count, manifest.GetProperty("output").EnumerateArray().Sum(output => output.GetProperty("count").GetInt32()));
    }

    [Fact]
    public async Task An_export_of_everything_has_all_types_that_the_client_sees()
    {
        using var client = Client(Navigator);

        var found = await KeysAsync(client, await ExportedAsync(client, "$export"));

        Assert.Contains("Organization/city-hospital", found);
        Assert.Contains("Consent/opens", found);
        Assert.Contains("Group/g", found);
        Assert.Equal(found.Count, found.Distinct().Count());
    }

    [Fact]
    public async Task A_partner_exports_its_view_and_nothing_else()
    {
        using var client = Client(Hospital);

        var manifest = await ExportedAsync(client, "Patient/$export?_type=Patient,Condition");

        var lines = await LinesAsync(client, manifest);
        Assert.Equal(["Condition/c1", "Patient/p1", "Patient/p3"], lines.Select(Key).Order());
        Assert.DoesNotContain("only at full", string.Concat(lines), StringComparison.Ordinal);
        using var group = await BeginAsync(client, "Group/g/$export");
        await group.OutcomeAsync(404);
    }

    [Fact]
    public async Task Elements_are_cut_to_those_that_are_asked_for()
    {
        using var client = Client(Navigator);

        var manifest = await ExportedAsync(client, "$export?_type=Patient,Condition&_elements=Patient.gender,Condition.code");

        foreach (var line in await LinesAsync(client, manifest))
        {
            using var resource = JsonDocument.Parse(line);
            var isPatient = resource.RootElement.GetProperty("resourceType").GetString() == "Patient";
            Assert.Equal(isPatient, resource.RootElement.TryGetProperty("gender", out _));
            Assert.Equal(!isPatient, resource.RootElement.TryGetProperty("code", out _));
            Assert.False(resource.RootElement.TryGetProperty("name", out _));
        }
    }

    [Fact]
    public async Task It_is_asked_by_POST_and_a_line_is_a_resource_however_it_was_sent()
    {
        using var client = Client(Navigator);
        await Server.ImportAsync(Custodian, "{\n \"resourceType\":\"Basic\",\r\n \"id\":\"b1\",\n \"code\":{\"text\":\"a\\nb\"}\n}");
        using var request = Request(HttpMethod.Post, "$export");
        request.Content = Answers.Fhir(
            """
            {"resourceType":"Parameters","parameter":[{"name":"_type","valueString":"Basic"},{"name":"_type","valueString":"Group"}]}
            """);

        var manifest = await DoneAsync(client, await client.SendAsync(request));

        Assert.Equal(["Basic/b1", "Group/g"], (await LinesAsync(client, manifest)).Select(Key).Order());
    }

    [Theory]
    [InlineData("$export?_type=Nothing", "_type")]
    [InlineData("Patient/$export?_type=Organization", "_type")]
    [InlineData("$export?_since=then", "_since")]
    [InlineData("$export?_outputFormat=text/csv", "_outputFormat")]
    [InlineData("$export?_typeFilter=nonsense", "_typeFilter")]
    [InlineData("$export?_typeFilter=Patient%3F", "_typeFilter")]
    [InlineData("$export?_typeFilter=Patient%3Fnonsense%3D1", "nonsense")]
    [InlineData("$export?_typeFilter=Patient%3F_count%3D1", "_count")]
    [InlineData("$export?_elements=a,,b", "_elements")]
    [InlineData("$export?includeAssociatedData=x", "includeAssociatedData")]
    public async Task What_is_not_understood_is_refused_by_name(string path, string name)
    {
        using var client = Client(Navigator);

        using var response = await BeginAsync(client, path);

        Assert.Contains(name, (await response.OutcomeAsync(400)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_filters_than_a_search_may_have_criteria_are_refused_with_their_limit()
    {
        using var client = Client(Navigator);
        var filters = string.Join(',', Enumerable.Range(1, 21).Select(number => $"Patient%3F_id%3Dp{number}"));

        using var most = await BeginAsync(client, $"$export?_typeFilter={filters[..filters.LastIndexOf(',')]}");
        using var more = await BeginAsync(client, $"$export?_typeFilter={filters}");

        Assert.Equal(202, (int)most.StatusCode);
        var issue = await more.OutcomeAsync(400);
        Assert.Equal("too-costly", issue.GetProperty("code").GetString());
        Assert.Contains("at most 20", issue.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_for_clients_that_act_for_themselves_and_do_not_wait()
    {
        using var person = Server.As(Navigator);
        using var client = Client(Navigator);
        using var narrow = Client(Navigator with { Scope = "system/Patient.rs" });
        using var none = Client(Navigator with { Scope = "system/Patient.r" });

        using var refused = await BeginAsync(person, "$export");
        using var waiting = await client.GetAsync("$export");
        using var typed = await BeginAsync(narrow, "$export?_type=Condition");
        using var empty = await BeginAsync(none, "$export");

        await refused.OutcomeAsync(403);
        await waiting.OutcomeAsync(400);
        await typed.OutcomeAsync(403);
        await empty.OutcomeAsync(403);
        Assert.Equal(3, (await KeysAsync(narrow, await ExportedAsync(narrow, "$export"))).Count);
    }

    [Fact]
    public async Task Metadata_says_so_only_where_there_is_a_folder()
    {
        using var stranger = Server.WithToken(null);
        await using var plain = await RunningServer.StartAsync();
        using var other = plain.WithToken(null);

        Assert.Contains("bulkdata", (await stranger.GetJsonAsync("metadata")).GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("bulkdata", (await other.GetJsonAsync("metadata")).GetRawText(), StringComparison.Ordinal);
    }
}
