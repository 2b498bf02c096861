namespace Interop.Server.Tests.Searches;

/// <summary>Search parameters of implementation guides, from <c>Interop:Definitions</c>: also for what was stored before them.</summary>
public class GuideParameterTests : IAsyncLifetime
{
    private const string Program = "crisis-program";
    private const string Place = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace";

    private readonly string folder = Directory.CreateTempSubdirectory("interop-guide-").FullName;
    private string database = string.Empty;
    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        database = await ServerDatabase.CreateAsync();
        server = await StartAsync();
        await server.ImportAsync(
            Program,
            Fixtures.Organization(Program, "crisis-program"), Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Agreement("city-hospital"),
            Born("p1", "Salem"), Born("p2", "Eugene"), Fixtures.Patient("p3"));
        await server.DisposeAsync();
        await WriteAsync("a-composite.json", Definition("born-at", "composite", "Patient", more: """
            , "component": [{"definition": "http://guide.example/SearchParameter/birth-place",
              "expression": "extension.where(url = 'PLACE').value.city"},
             {"definition": "http://hl7.org/fhir/SearchParameter/individual-birthdate", "expression": "birthDate"}]
            """).Replace("EXPRESSION", "Patient", StringComparison.Ordinal).Replace("PLACE", Place, StringComparison.Ordinal));
        await WriteAsync("b-place.json", Definition("birth-place", "string", "Patient").Replace(
            "EXPRESSION", $"Patient.extension.where(url = '{Place}').value.city", StringComparison.Ordinal));
        await WriteAsync("c-known.json", Definition("name", "string", "Patient", more: """
            , "derivedFrom": "http://hl7.org/fhir/SearchParameter/Patient-name"
            """).Replace("EXPRESSION", "Patient.name", StringComparison.Ordinal));
        server = await StartAsync($"--Interop:Definitions:0={folder}");
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await ServerDatabase.DropAsync(database);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_was_stored_before_is_found_by_them_and_metadata_tells_of_them()
    {
        using var navigator = server.As("navigator");
        await navigator.CreatedAsync("Patient", Born("p4", "Salem"));

        var found = await navigator.GetJsonAsync("Patient?birth-place=sal&_total=accurate");

        Assert.Equal(2, found.GetProperty("total").GetInt32());
        Assert.Contains("Patient/p1", found.Keys());
        Assert.Equal(["Patient/p3"], (await navigator.GetJsonAsync("Patient?birth-place:missing=true")).Keys());
        Assert.Equal(["Patient/p2"], (await navigator.GetJsonAsync("Patient?born-at=eugene$1988-02-29")).Keys());
        Assert.Contains(
            "http://guide.example/SearchParameter/birth-place",
            (await navigator.GetJsonAsync("metadata")).GetRawText(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partner_finds_nothing_by_what_it_is_not_shown()
    {
        using var hospital = server.As("hospital");
        Assert.DoesNotContain("Salem", (await hospital.GetJsonAsync("Patient/p1")).GetRawText(), StringComparison.Ordinal);

        Assert.Empty((await hospital.GetJsonAsync("Patient?_id=p1&birth-place=salem")).Keys());
        Assert.Equal(["Patient/p1"], (await hospital.GetJsonAsync("Patient?_id=p1&birth-place:missing=true")).Keys());
    }

    /// <summary>A definition that can't be used, and what the refused start names.</summary>
    [Theory]
    [InlineData("gender", "token", "Patient.gender", "", "SearchParameter.code Patient has gender already")]
    [InlineData("x", "special", "Patient.gender", "", "SearchParameter.type")]
    [InlineData("x", "token", "Patient.where(", "", "SearchParameter.expression")]
    [InlineData("x y", "token", "Patient.gender", "", "SearchParameter.code")]
    [InlineData("x", "composite", "Patient", "", "SearchParameter.component")]
    [InlineData(
        "x",
        "composite",
        "Patient",
        """
        , "component": [{"definition": "http://nobody.example/p", "expression": "$this"}, {"definition": "urn:x", "expression": "$this"}]
        """,
        "SearchParameter.component[0].definition")]
    public async Task What_can_not_be_used_stops_the_start_with_its_place(
        string code, string type, string expression, string more, string told)
    {
        await WriteAsync("d.json", Definition(code, type, "Patient", more).Replace("EXPRESSION", expression, StringComparison.Ordinal));

        var failure = await Assert.ThrowsAsync<SettingsException>(
            () => RunningServer.StartAsync(null, null, $"--Interop:Definitions:0={folder}/d.json"));

        Assert.True(failure.Message.Contains(told, StringComparison.Ordinal), failure.Message);
    }

    private Task<RunningServer> StartAsync(params string[] settings) =>
        RunningServer.StartAsync(database.Replace("sqlite:", "", StringComparison.Ordinal), null, settings);

    private Task WriteAsync(string name, string json) => File.WriteAllTextAsync(Path.Combine(folder, name), json);

    private static string Definition(string code, string type, string on, string more = "") => $$"""
        {"resourceType": "SearchParameter", "id": "{{code.Replace(' ', '-')}}", "name": "P", "status": "active",
         "description": "A guide's.",
         "url": "http://guide.example/SearchParameter/{{code.Replace(' ', '-')}}", "code": "{{code}}", "base": ["{{on}}"],
         "type": "{{type}}", "expression": "EXPRESSION"{{more}}}
        """;

    private static string Born(string id, string city) => Fixtures.Patient(id).Replace(
        "\"resourceType\":\"Patient\",",
        $"\"resourceType\":\"Patient\",\"extension\":[{{\"url\":\"{Place}\",\"valueAddress\":{{\"city\":\"{city}\"}}}}],",
        StringComparison.Ordinal);
}
