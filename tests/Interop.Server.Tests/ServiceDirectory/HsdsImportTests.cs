using Interop.Demo;
using Interop.Server.ServiceDirectory.Hsds;
using Interop.Server.Settings;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.ServiceDirectory;

/// <summary>A directory in HSDS becomes one that partners search, and a wrong record of it keeps no other out.</summary>
public class HsdsImportTests : SceneTests
{
    private const string From = "https://directory.example/city";

    private static readonly Dictionary<string, string> Csv = new()
    {
        ["organizations.csv"] = """
            id,name,email,website
            o1,Harbor House,desk@harbor.example,https://harbor.example
            o2,,,
            o3,"North ""Star"" Clinic",,
            """,
        ["locations.csv"] = """
            id,organization_id,name,latitude,longitude
            l1,o1,Front door,47.61,-122.33
            l2,o9,Nowhere,,
            l3,o3,Far away,40.71,-74.01
            l4,o1,Odd,147,0
            """,
        ["addresses.csv"] = """
            id,location_id,address_1,city,state_province,postal_code,country,address_type
            a1,l1,1 Pier Road,Seattle,WA,98101,US,physical
            """,
        ["services.csv"] = """
            id,organization_id,program_id,name,description,status,eligibility_description,minimum_age,languages
            s1,o1,,Night beds,"Beds, for tonight",active,Adults who sleep outside,18,"English, Spanish"
            s2,o3,,Walk-in clinic,,active,,,Vietnamese
            s3,o2,,Of nobody,,active,,,
            s4,o1,,Closed long ago,,defunct,,,
            s5,o1,,Too many fields,,active,,,,,,
            s6,o1,,,,active,,,
            """,
        ["service_at_locations.csv"] = """
            id,service_id,location_id
            x1,s1,l1
            x2,s2,l3
            x3,s1,l2
            """,
        ["schedules.csv"] = """
            id,service_id,freq,byday,opens_at,closes_at,valid_to,description
            h1,s1,WEEKLY,"MO,TU,WE,TH,FR,SA,SU",20:00,08:00,,
            h2,s2,WEEKLY,MO,09:00:00,17:00:00,,
            h3,s2,MONTHLY,1SA,09:00,12:00,,First Saturday of the month
            h4,s2,WEEKLY,TU,09:00,17:00,2020-01-01,
            """,
        ["phones.csv"] = """
            id,service_id,number,type,extension
            p1,s1,555-0199,voice,7
            p2,s1,555-0198,fax,
            """,
        ["taxonomy_terms.csv"] = """
            id,code,name,taxonomy
            t1,BH-1800,Emergency Shelter,211
            """,
        ["attributes.csv"] = """
            id,service_id,taxonomy_term_id
            b1,s1,t1
            """,
        ["contacts.csv"] = """
            id,service_id,name,title,email
            c1,s1,,Night manager,night@harbor.example
            c2,s1,,,
            """,
    };

    protected override IReadOnlyList<string> Settings => ["--Interop:TimeZone=America/New_York"];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Organization("family-services", "social-services"),
        Fixtures.Agreement("city-hospital", openings: []),
        Fixtures.Agreement("family-services", "intermediate", ["COC"], openings: []),
    ];

    [Fact]
    public async Task What_is_wrong_is_told_by_file_and_line_and_the_rest_is_there()
    {
        var receipt = await ImportAsync();

        Assert.Equal(
            [
                "contacts.csv:3 A contact has a name or a title.",
                "locations.csv:3 Its organization_id o9 names no organisation that was taken.",
                "locations.csv:5 Its latitude or longitude is no number of degrees within 90 and 180; it has no position.",
                "organizations.csv:3 An organisation has a name.",
                "services.csv:2 Its location_id l2 names no location that was taken; it is left out.",
                "services.csv:4 Its organization_id o2 names no organisation that was taken.",
                "services.csv:6 The line has 12 fields where the first line has 9.",
                "services.csv:7 A service has a name.",
            ],
            receipt.Problems.Select(problem => $"{Path.GetFileName(problem.Where)} {problem.Rule}").Order(StringComparer.Ordinal));
        using var hospital = Server.AsSystem("hospital");
        Assert.Equal(3, (await hospital.GetJsonAsync("HealthcareService")).Keys().Count);
        Assert.Equal(3, (await hospital.GetJsonAsync($"Location?identifier={From}|")).Keys().Count);
        var beds = await hospital.GetJsonAsync((await hospital.GetJsonAsync($"HealthcareService?identifier={From}|s1")).Keys().Single());
        Assert.Equal("Adults who sleep outside\n\nFrom age 18.", beds.GetProperty("eligibility")[0].Text("comment"));
        Assert.Equal("555-0199 ext. 7", beds.GetProperty("telecom")[0].Text("value"));
        Assert.Equal("fax", beds.GetProperty("telecom")[1].Text("system"));
        var role = (await hospital.GetJsonAsync($"PractitionerRole?service={beds.Text("id")}")).GetProperty("entry")[0];
        Assert.Equal("Night manager", role.GetProperty("resource").GetProperty("code")[0].Text("text"));
    }

    [Theory]
    [InlineData("HealthcareService?location.near=47.6|-122.3|10|km", "Night beds")]
    [InlineData("HealthcareService?location.near=40.7|-74.0|10|km", "Walk-in clinic")]
    [InlineData("HealthcareService?service-type=BH-1800", "Night beds")]
    [InlineData("HealthcareService?language=es", "Night beds")]
    [InlineData("HealthcareService?language=urn:ietf:bcp:47|vi", "Walk-in clinic")]
    [InlineData("HealthcareService?eligibility:contains=outside", "Night beds")]
    [InlineData("HealthcareService?active=false", "Closed long ago")]
    [InlineData("HealthcareService?organization.name=North&active=true", "Walk-in clinic")]
    [InlineData("HealthcareService/$open?at=2026-11-23T10:30:00-05:00", "Walk-in clinic")]
    [InlineData("HealthcareService/$open?at=2026-11-24T10:30:00-05:00", "")]
    [InlineData("HealthcareService/$open?at=2026-11-24T04:30:00Z", "Night beds")]
    [InlineData("HealthcareService/$open?at=2026-11-24T12:59:59Z", "Night beds")]
    [InlineData("HealthcareService/$open?at=2026-11-24T13:00:00Z", "")]
    [InlineData("HealthcareService/$open?at=2026-11-24T04:30:00Z&language=vi", "")]
    public async Task A_partner_finds_what_serves_somebody_now(string search, string found)
    {
        await ImportAsync();
        using var hospital = Server.AsSystem("hospital");

        var bundle = await hospital.GetJsonAsync(search);

        Assert.Equal(
            found,
            string.Join(", ", bundle.Keys().Count == 0 ? [] : bundle.GetProperty("entry").EnumerateArray()
                .Select(entry => entry.GetProperty("resource").Text("name"))));
    }

    [Theory]
    [InlineData("2016-12-31T23:59:60Z")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    public async Task A_time_that_no_calendar_has_closes_its_service_and_no_other(string start)
    {
        await ImportAsync();
        using var shelter = Server.As(
            DemoCaller.All.Single(caller => caller.Name == "social") with { Roles = ["agency-administrator"] }, ("sub", "demo-social"));
        using var hospital = Server.AsSystem("hospital");
        var key = (await hospital.GetJsonAsync($"HealthcareService?identifier={From}|s1")).Keys().Single();
        using var said = await shelter.ChangeAsync(key, service => service["notAvailable"] = System.Text.Json.Nodes.JsonNode.Parse(
            $$"""[{"description":"Odd","during":{"start":"{{start}}"} }]"""));
        Assert.True(said.IsSuccessStatusCode, await said.Content.ReadAsStringAsync());

        Assert.Empty((await hospital.GetJsonAsync("HealthcareService/$open?at=2026-11-24T04:30:00Z")).Keys());
        Assert.Single((await hospital.GetJsonAsync("HealthcareService/$open?at=2026-11-23T10:30:00-05:00")).Keys());
    }

    [Theory]
    [InlineData("HealthcareService/$open?at=tomorrow")]
    [InlineData("HealthcareService/$open?at=2026-11-24T04:30:00")]
    [InlineData("HealthcareService/$open?at=2026-11-24T04:30:00Z&at=2026-11-24T04:30:00Z")]
    [InlineData("HealthcareService/$open?_count=1")]
    [InlineData("HealthcareService/$open?colour=red")]
    public async Task What_is_no_question_is_refused(string search)
    {
        using var hospital = Server.AsSystem("hospital");

        using var answer = await hospital.GetAsync(search);

        await answer.OutcomeAsync(400);
    }

    [Fact]
    public async Task The_same_again_changes_nothing_and_another_name_only_what_it_names()
    {
        var first = await ImportAsync();
        var again = await ImportAsync();
        Assert.Equal((first.Stored, 0), (again.Unchanged, again.Stored));

        var renamed = await ImportAsync(("organizations.csv", "Clinic", "Hospital"));

        Assert.Equal((1, first.Stored - 1), (renamed.Stored, renamed.Unchanged));
    }

    [Fact]
    public async Task An_organisation_that_is_here_says_itself_whether_it_has_room_and_the_next_import_keeps_it()
    {
        await ImportAsync();
        using var shelter = Server.As(
            DemoCaller.All.Single(caller => caller.Name == "social") with { Roles = ["agency-administrator"] }, ("sub", "demo-social"));
        using var hospital = Server.AsSystem("hospital");
        var key = (await hospital.GetJsonAsync($"HealthcareService?identifier={From}|s1")).Keys().Single();
        Assert.Empty((await hospital.GetJsonAsync("HealthcareService?capacity=waitlist")).Keys());

        using var said = await SayAsync(shelter, key, "waitlist");
        Assert.True(said.IsSuccessStatusCode, await said.Content.ReadAsStringAsync());
        Assert.Equal([key], (await hospital.GetJsonAsync("HealthcareService?capacity=waitlist")).Keys());
        using var foreign = await SayAsync(hospital, key, "no-capacity");
        Assert.Equal(403, (int)foreign.StatusCode);
        using var wrong = await SayAsync(shelter, key, "a-little");
        Assert.Equal("HealthcareService.extension[0]", (await wrong.OutcomeAsync(422)).GetProperty("expression")[0].GetString());

        await ImportAsync(("services.csv", "Beds, for tonight", "Beds"));

        Assert.Equal([key], (await hospital.GetJsonAsync("HealthcareService?capacity=waitlist")).Keys());
        Assert.Equal("Beds", (await hospital.GetJsonAsync(key)).Text("extraDetails"));
    }

    [Fact]
    public async Task A_bed_is_free_until_its_house_says_otherwise_with_one_request()
    {
        using var shelter = Server.As(
            DemoCaller.All.Single(caller => caller.Name == "social") with { Roles = ["agency-administrator"] }, ("sub", "demo-social"));
        using var hospital = Server.AsSystem("hospital");
        var bed = await shelter.CreatedAsync("Location", """
            {"resourceType":"Location","status":"active","mode":"instance","name":"Bed 4","physicalType":{"coding":[{"system":
            "http://terminology.hl7.org/CodeSystem/location-physical-type","code":"bd"}]},"operationalStatus":{"system":
            "http://terminology.hl7.org/CodeSystem/v2-0116","code":"U"},
            "managingOrganization":{"reference":"Organization/family-services"} }
            """);
        const string free = "Location?operational-status=U&organization=Organization/family-services";
        Assert.Equal([bed], (await hospital.GetJsonAsync(free)).Keys());

        using var patch = new StringContent(
            """[{"op":"replace","path":"/operationalStatus/code","value":"O"}]""", null, "application/json-patch+json");
        using var taken = await shelter.PatchAsync(new Uri(bed, UriKind.Relative), patch);

        Assert.True(taken.IsSuccessStatusCode, await taken.Content.ReadAsStringAsync());
        Assert.Empty((await hospital.GetJsonAsync(free)).Keys());
    }

    [SharedFact("data/hsds")]
    public async Task Published_directories_are_taken()
    {
        (string Folder, int Stored, int Refused)[] known =
            [("florida_legal_aid", 533, 0), ("ohana_sample", 83, 1), ("spec_examples", 7, 0)];
        foreach (var (folder, stored, refused) in known)
        {
            var receipt = await TakeAsync(HsdsTables.Read([Repository.Shared($"data/hsds/{folder}")]));
            Assert.Equal((stored, refused), (receipt.Stored, receipt.Problems.Count(problem => !problem.IsTaken)));
        }
    }

    [Fact]
    public async Task A_record_with_others_inside_is_taken_apart()
    {
        var folder = Directory.CreateTempSubdirectory("interop-hsds").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "page.json"), """
            {"total_items":1,"contents":[{"id":"s9","name":"Talk line","status":"active","organization":{"id":"o9","name":"Talk"},
            "languages":[{"id":"g1","code":"es","name":"Spanish"}],
            "schedules":[{"id":"h1","freq":"DAILY","opens_at":"00:00","closes_at":"24:00"}],
            "service_at_locations":[{"id":"x9","phones":[{"id":"p9","number":"555-0100"}],
            "location":{"id":"l9","location_type":"physical","name":"Hall","latitude":1.5,"longitude":2.5} }],
            "attributes":[{"id":"b9","taxonomy_term":{"id":"t9","code":"RP","name":"Talking"} }]}]}
            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "broken.json"), "{\"name\":");

        var receipt = await TakeAsync(folder);

        Assert.Equal(3, receipt.Stored);
        Assert.Contains("is not JSON", Assert.Single(receipt.Problems).Rule, StringComparison.Ordinal);
        using var hospital = Server.AsSystem("hospital");
        var line = (await hospital.GetJsonAsync("HealthcareService/$open?language=es&service-type=RP&location.near=1.5|2.5|1|km"))
            .GetProperty("entry")[0].GetProperty("resource");
        Assert.Equal("555-0100", line.GetProperty("telecom")[0].Text("value"));
        Assert.True(line.GetProperty("availableTime")[0].GetProperty("allDay").GetBoolean());
    }

    private static Task<HttpResponseMessage> SayAsync(HttpClient client, string key, string code) => client.ChangeAsync(
        key,
        service => service["extension"] = System.Text.Json.Nodes.JsonNode.Parse($$"""
            [{"url":"{{CrisisProfiles.Capacity}}","extension":[{"url":"capacityStatus","valueCodeableConcept":{"coding":[{"system":
            "http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes","code":"{{code}}"}]} }]}]
            """));

    private async Task<HsdsReceipt> ImportAsync(params (string File, string Old, string New)[] changes)
    {
        var folder = Directory.CreateTempSubdirectory("interop-hsds").FullName;
        foreach (var (file, text) in Csv)
        {
            await File.WriteAllTextAsync(
                Path.Combine(folder, file),
                changes.Where(change => change.File == file).Aggregate(
                    text, (all, change) => all.Replace(change.Old, change.New, StringComparison.Ordinal)));
        }

        return await TakeAsync(folder);
    }

    private Task<HsdsReceipt> TakeAsync(string folder)
    {
        var tables = HsdsTables.Read([folder]);
        Directory.Delete(folder, recursive: true);
        return TakeAsync(tables);
    }

    private Task<HsdsReceipt> TakeAsync(HsdsTables tables) => Server.Part<HsdsImport>().TakeAsync(
            tables,
            From,
            new Dictionary<string, string> { ["o1"] = "Organization/family-services" },
            Custodian,
            _ => { },
            CancellationToken.None);
}
