using System.Net;
using System.Text;
using System.Text.Json;
using Parquet;

namespace Interop.Server.Tests.Exports;

/// <summary>Views of SQL on FHIR: what is stored, run and exported is what its caller sees (https://sql-on-fhir.org).</summary>
public class ViewTests : ExportScene
{
    private const string Url = "https://interop.example/fhir/ViewDefinition/conditions";

    private const string Conditions = """
        {"resourceType": "ViewDefinition", "url": "https://interop.example/fhir/ViewDefinition/conditions", "version": "1",
         "status": "active", "resource": "Condition", "select": [
           {"column": [{"name": "id", "path": "getResourceKey()"}, {"name": "person", "path": "subject.getReferenceKey(Patient)"},
             {"name": "known", "path": "code.exists()", "type": "boolean"}]},
           {"forEach": "code.coding", "column": [{"name": "code", "path": "code", "type": "code"},
             {"name": "place", "path": "%rowIndex", "type": "integer"},
             {"name": "half", "path": "0.5", "type": "decimal"}]}]}
        """;

    private const string Persons = """
        {"resourceType": "ViewDefinition", "status": "active", "resource": "Patient", "select": [
          {"column": [{"name": "id", "path": "id"}, {"name": "families", "path": "name.family", "collection": true}]}]}
        """;

    [Fact]
    public async Task A_view_is_stored_found_and_run_over_what_its_caller_sees_in_each_format()
    {
        using var client = Client(Navigator);
        using var hospital = Client(Hospital);
        using var stored = await client.PostFhirAsync("Library", Library(Conditions));
        Assert.True(stored.StatusCode == HttpStatusCode.Created, await stored.Content.ReadAsStringAsync());
        var id = (await stored.JsonAsync()).GetProperty("id").GetString();

        // Of all formats the same rows; by the id, by the address, and as it was sent.
        const string Line =
            """{"id":"Condition/c2","person":"Patient/p2","known":true,"code":"44054006","place":0,"half":0.5}""";
        var lines = (await TextAsync(client, $"ViewDefinition/{id}/$run")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Contains(Line, lines);
        Assert.Equal(lines, (await TextAsync(client, $"ViewDefinition/$run?viewReference={Uri.EscapeDataString(Url + "|1")}"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(Line + "\n", await TextAsync(client, $"ViewDefinition/{id}/$run?patient=Patient/p2&_format=ndjson"));
        Assert.Equal($"[{Line}]", await TextAsync(client, $"ViewDefinition/{id}/$run?patient=p2&_format=json", "application/json"));
        Assert.Equal(
            "id,person,known,code,place,half\r\nCondition/c2,Patient/p2,true,44054006,0,0.5\r\n",
            await TextAsync(client, $"ViewDefinition/{id}/$run?patient=p2&_format=csv", "text/csv"));
        Assert.Single((await TextAsync(client, $"ViewDefinition/{id}/$run?_limit=1")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(await TextAsync(client, $"ViewDefinition/{id}/$run?_since=2100-01-01T00:00:00Z"));
        using var parquet = await client.GetAsync($"ViewDefinition/{id}/$run?patient=p2&_format=parquet");
        await ParquetAsync(await parquet.Content.ReadAsByteArrayAsync());

        // The hospital is shown one Condition, does not read the program's Library, and a person's name where it sees one.
        Assert.Equal(
            ["Condition/c1"],
            (await SentAsync(hospital, Conditions)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Cell(line, "id")));
        using var hidden = await hospital.GetAsync($"ViewDefinition/{id}/$run");
        using var absent = await hospital.GetAsync("ViewDefinition/nothing/$run");
        Assert.Equal(
            (await absent.OutcomeAsync(404)).GetRawText(), (await hidden.OutcomeAsync(404)).GetRawText());
        Assert.Contains("\"families\":[\"One\"]", await SentAsync(client, Persons), StringComparison.Ordinal);

        // Who was shown what is on the trail, and not what a Condition said.
        var row = (await Server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).Select(entry => entry.Row)
            .Last(row => row.Target == "ViewDefinition/$run" && row.Detail.Contains("resource=Condition", StringComparison.Ordinal));
        Assert.Contains("Condition/c1", row.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("Condition/c2", row.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_run_is_refused_by_element_and_never_stored()
    {
        using var client = Client(Navigator);
        using var narrow = Client(Navigator with { Scope = "system/Patient.rs" });
        var wrong = Conditions.Replace("code.coding", "@@", StringComparison.Ordinal);

        using var stored = await client.PostFhirAsync("Library", Library(wrong));
        Assert.Equal("Library.content[0].data", Place(await stored.OutcomeAsync(422)));
        using var other = await client.PostFhirAsync("Library", Library(Conditions).Replace("\"1\"", "\"2\"", StringComparison.Ordinal));
        Assert.Equal("Library.version", Place(await other.OutcomeAsync(422)));
        using var sent = await RunAsync(client, wrong);
        Assert.Equal("ViewDefinition.select[1].forEach", Place(await sent.OutcomeAsync(400)));
        using var broken = await RunAsync(client, Persons.Replace("\"path\": \"id\"", "\"path\": \"name\"", StringComparison.Ordinal));
        Assert.Equal("ViewDefinition.select[0].column[0]", Place(await broken.OutcomeAsync(422)));
        using var scope = await RunAsync(narrow, Conditions);
        await scope.OutcomeAsync(403);
        foreach (var (path, name) in new[]
        {
            ("$run", "viewResource"), ("$run?viewReference=ViewDefinition/x&_format=xls", "_format"),
            ("$run?viewReference=ViewDefinition/x&_limit=0", "_limit"), ("$run?viewReference=ViewDefinition/x&group=x", "group"),
        })
        {
            using var refused = await client.GetAsync($"ViewDefinition/{path}");
            Assert.Contains(
                name, (await refused.OutcomeAsync(400)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("csv", "text/csv")]
    [InlineData("ndjson", "application/x-ndjson")]
    [InlineData("parquet", "application/vnd.apache.parquet")]
    public async Task An_export_has_the_rows_of_its_callers_view(string format, string mediaType)
    {
        using var client = Client(Navigator);
        using var hospital = Client(Hospital);
        foreach (var (caller, count) in new[] { (client, 3), (hospital, 1) })
        {
            using var request = Request(HttpMethod.Post, $"ViewDefinition/$export?_format={format}");
            request.Content = Answers.Fhir(Parameters(Conditions));
            using var begun = await caller.SendAsync(request);
            var manifest = await DoneAsync(caller, begun);

            var output = Assert.Single(manifest.GetProperty("output").EnumerateArray());
            Assert.Equal(count, output.GetProperty("count").GetInt32());
            var url = output.GetProperty("url").GetString()!;
            Assert.EndsWith($".{format}", url, StringComparison.Ordinal);
            using var file = await caller.GetAsync(Local(url));
            Assert.Equal((HttpStatusCode.OK, mediaType), (file.StatusCode, file.Content.Headers.ContentType?.MediaType));
            if (format == "parquet")
            {
                using var bytes = new MemoryStream(await file.Content.ReadAsByteArrayAsync());
                await using var reader = await ParquetReader.CreateAsync(bytes);
                Assert.Equal(count, reader.OpenRowGroupReader(0).RowCount);
            }
            else
            {
                var text = await file.Content.ReadAsStringAsync();
                Assert.Equal(count + (format == "csv" ? 1 : 0), text.Count(letter => letter == '\n'));
                Assert.Equal(count == 3, text.Contains("44054006", StringComparison.Ordinal));
            }
        }

        using var waiting = await client.PostFhirAsync("ViewDefinition/$export", Parameters(Conditions));
        await waiting.OutcomeAsync(400);
    }

    private static async Task ParquetAsync(byte[] file)
    {
        using var bytes = new MemoryStream(file);
        await using var reader = await ParquetReader.CreateAsync(bytes);
        Assert.Equal(
            ["id", "person", "known Boolean", "code", "place Int32", "half Double"],
            reader.Schema.GetDataFields().Select(field => field.ClrType.IsPrimitive ? $"{field.Name} {field.ClrType.Name}" : field.Name));
        using var group = reader.OpenRowGroupReader(0);
        var (codes, halves) = (new string?[1], new double?[1]);
        await group.ReadAsync(reader.Schema.GetDataFields()[3], codes.AsMemory());
        await group.ReadAsync<double>(reader.Schema.GetDataFields()[5], halves.AsMemory());
        Assert.Equal(("44054006", 0.5), (codes[0], halves[0]));
    }

    private static string Library(string view) => $$"""
        {"resourceType": "Library", "url": "{{Url}}", "version": "1", "status": "active", "type": {"coding": [
          {"system": "https://interop.example/fhir/CodeSystem/library-type", "code": "view-definition"}]},
         "content": [{"contentType": "application/json", "data": "{{Convert.ToBase64String(Encoding.UTF8.GetBytes(view))}}"}]}
        """;

    private static string Parameters(string view) =>
        $$"""{"resourceType": "Parameters", "parameter": [{"name": "viewResource", "resource": {{view}} }]}""";

    private static Task<HttpResponseMessage> RunAsync(HttpClient client, string view) =>
        client.PostFhirAsync("ViewDefinition/$run", Parameters(view));

    private static async Task<string> SentAsync(HttpClient client, string view)
    {
        using var response = await RunAsync(client, view);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return text;
    }

    private static async Task<string> TextAsync(HttpClient client, string path, string mediaType = "application/x-ndjson")
    {
        using var response = await client.GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        if (text.Length > 0)
        {
            Assert.Equal(mediaType, response.Content.Headers.ContentType?.MediaType);
        }

        return text;
    }

    private static string Cell(string line, string column)
    {
        using var row = JsonDocument.Parse(line);
        return row.RootElement.GetProperty(column).GetString()!;
    }

    private static string? Place(JsonElement issue) =>
        issue.TryGetProperty("expression", out var places) ? places[0].GetString() : null;
}
