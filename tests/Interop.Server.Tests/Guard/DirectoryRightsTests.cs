using Interop.Demo;

namespace Interop.Server.Tests.Guard;

/// <summary>Everybody reads the directory and acts by it: nobody writes there what speaks for somebody else.</summary>
public sealed class DirectoryRightsTests : SceneTests
{
    private static readonly DemoCaller Hospital =
        DemoCaller.All.Single(caller => caller.Name == "hospital") with { Roles = ["agency-administrator"] };

    private static readonly DemoCaller Social =
        DemoCaller.All.Single(caller => caller.Name == "social") with { Roles = ["agency-administrator"] };

    // A place that contains one about a patient is none itself.
    private const string AboutPatientInside = """
        {"resourceType":"Location","contained":[{"id":"c","extension":[
        {"url":"https://interop.example/fhir/StructureDefinition/location-subject","valueReference":{"reference":"Patient/p1"} }],
        "resourceType":"Location"}],"name":"Call us","managingOrganization":{"reference":"Organization/crisis-program"},
        "partOf":{"reference":"#c"} }
        """;

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Patient("p1"),
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Organization("family-services", "social-services"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Agreement("family-services", "intermediate", ["COC"]),
        """{"resourceType":"Location","id":"bare-place","name":"A place that names nobody","status":"active"}""",
        """{"resourceType":"Location","id":"crisis-place","name":"x","managingOrganization":"""
            + """{"reference":"Organization/crisis-program"} }""",
        """{"resourceType":"Location","id":"social-place","name":"x","managingOrganization":"""
            + """{"reference":"Organization/family-services"} }""",
        """{"resourceType":"HealthcareService","id":"crisis-service","name":"x","providedBy":"""
            + """{"reference":"Organization/crisis-program"} }""",
        """{"resourceType":"HealthcareService","id":"through-place","name":"x","location":[{"reference":"Location/social-place"}]}""",
        """{"resourceType":"Endpoint","id":"crisis-endpoint","status":"active","connectionType":{"code":"direct-project"},"payloadType":["""
            + """{"text":"x"}],"address":"mailto:x@x.example","managingOrganization":{"reference":"Organization/crisis-program"} }""",
    ];

    public static TheoryData<string, string> SomebodyElses => new()
    {
        {
            "HealthcareService.providedBy",
            """{"resourceType":"HealthcareService","providedBy":{"reference":"Organization/crisis-program"} }"""
        },
        {
            "HealthcareService.providedBy",
            """{"resourceType":"HealthcareService","providedBy":"""
                + """{"reference":"http://interop.test:80/fhir/Organization/family-services/"} }"""
        },
        {
            "HealthcareService.location[0]",
            """{"resourceType":"HealthcareService","providedBy":{"reference":"Organization/city-hospital"},"location":["""
                + """{"reference":"Location/crisis-place"}]}"""
        },
        { "HealthcareService.location[0]", """{"resourceType":"HealthcareService","location":[{"reference":"Location/bare-place"}]}""" },
        {
            "HealthcareService.endpoint[0]",
            """{"resourceType":"HealthcareService","endpoint":[{"reference":"Endpoint/crisis-endpoint"}]}"""
        },
        {
            "Location.managingOrganization",
            """{"resourceType":"Location","managingOrganization":{"reference":"Organization/crisis-program"} }"""
        },
        {
            "Location.partOf",
            """{"resourceType":"Location","managingOrganization":{"reference":"Organization/city-hospital"},"partOf":"""
                + """{"reference":"Location/crisis-place"} }"""
        },
        {
            "PractitionerRole.organization",
            """{"resourceType":"PractitionerRole","active":true,"organization":{"reference":"Organization/crisis-program"} }"""
        },
        {
            "PractitionerRole.location[0]",
            """{"resourceType":"PractitionerRole","organization":{"reference":"Organization/city-hospital"},"location":["""
                + """{"reference":"Location/social-place"}]}"""
        },
        {
            "PractitionerRole.healthcareService[0]",
            """{"resourceType":"PractitionerRole","healthcareService":[{"reference":"HealthcareService/crisis-service"}]}"""
        },
        {
            "PractitionerRole.healthcareService[0]",
            """{"resourceType":"PractitionerRole","healthcareService":[{"reference":"HealthcareService/through-place"}]}"""
        },
        {
            "Endpoint.managingOrganization",
            """{"resourceType":"Endpoint","status":"active","connectionType":{"code":"direct-project"},"payloadType":["""
                + """{"text":"x"}],"address":"mailto:x@x.example","managingOrganization":{"reference":"Organization/crisis-program"} }"""
        },
        {
            "OrganizationAffiliation.organization",
            """{"resourceType":"OrganizationAffiliation","organization":{"reference":"Organization/crisis-program"} }"""
        },
        {
            "OrganizationAffiliation.participatingOrganization",
            """{"resourceType":"OrganizationAffiliation","organization":"""
                + """{"reference":"Organization/city-hospital"},"participatingOrganization":{"reference":"Organization/crisis-program"} }"""
        },
        {
            "OrganizationAffiliation.network[0]",
            """{"resourceType":"OrganizationAffiliation","organization":{"reference":"Organization/city-hospital"},"network":["""
                + """{"reference":"Organization/family-services"}]}"""
        },
        {
            "HealthcareService.extension[0].valueReference",
            """{"resourceType":"HealthcareService","extension":[{"url":"https://x.example/of","valueReference":"""
                + """{"reference":"Organization/crisis-program"} }]}"""
        },
    };

    [Fact]
    public async Task Who_keeps_no_directory_writes_no_entry_that_contains_a_patients_place()
    {
        using var clinician = Server.As("hospital");

        using var answer = await clinician.PostFhirAsync("Location", AboutPatientInside);

        await answer.OutcomeAsync(403);
    }

    [Theory]
    [MemberData(nameof(SomebodyElses))]
    public async Task A_partner_writes_no_entry_that_speaks_for_another(string element, string json)
    {
        using var hospital = Server.As(Hospital);
        var type = element.Split('.')[0];

        using var created = await hospital.PostFhirAsync(type, json);
        var issue = await created.OutcomeAsync(422);
        Assert.Equal(element, issue.GetProperty("expression")[0].GetString());

        var own = await hospital.CreatedAsync(type, Own(type));
        using var updated = await hospital.PutFhirAsync(
            own, json.Replace($"\"{type}\",", $"\"{type}\",\"id\":\"{own.Split('/')[1]}\",", StringComparison.Ordinal));
        Assert.Equal(element, (await updated.OutcomeAsync(422)).GetProperty("expression")[0].GetString());

        using var office = Server.As("privacy");
        await office.CreatedAsync(type, json);
    }

    [Theory]
    [InlineData("HealthcareService")]
    [InlineData("Location")]
    [InlineData("PractitionerRole")]
    [InlineData("Practitioner")]
    [InlineData("Endpoint")]
    [InlineData("OrganizationAffiliation")]
    public async Task Only_an_administrator_writes_and_only_its_own(string type)
    {
        using var clinician = Server.As("hospital");
        using var refused = await clinician.PostFhirAsync(type, Own(type));
        await refused.OutcomeAsync(403);

        using var hospital = Server.As(Hospital);
        var own = await hospital.CreatedAsync(type, Own(type));
        using var deleted = await hospital.DeleteAsync(new Uri(own, UriKind.Relative));
        Assert.Equal(204, (int)deleted.StatusCode);
    }

    [Theory]
    [InlineData("HealthcareService", "providedBy")]
    [InlineData("Location", "managingOrganization")]
    [InlineData("PractitionerRole", "organization")]
    public async Task Whom_an_entry_speaks_for_puts_it_right_whoever_wrote_it(string type, string element)
    {
        await Server.ImportAsync("city-hospital", Entry("one", "wrong"), Entry("two", "wrong"), Entry("three", "wrong"));
        using var hospital = Server.As(Hospital);
        using var social = Server.As(Social);
        using var office = Server.As("privacy");
        using (var blind = await social.PutFhirAsync($"{type}/one", Entry("one", "right")))
        {
            await blind.OutcomeAsync(400);
        }

        using (var read = await social.GetAsync($"{type}/one"))
        {
            using var corrected = await social.PutFhirAsync($"{type}/one", Entry("one", "right"), read.Headers.ETag!.ToString());
            Assert.True(corrected.IsSuccessStatusCode, await corrected.Content.ReadAsStringAsync());
        }

        Assert.Contains("right", await hospital.GetStringAsync($"{type}/one"), StringComparison.Ordinal);
        using (var read = await hospital.GetAsync($"{type}/one"))
        {
            using var undone = await hospital.PutFhirAsync($"{type}/one", Entry("one", "wrong again"), read.Headers.ETag!.ToString());
            Assert.InRange((int)undone.StatusCode, 400, 499);
        }

        using (var read = await office.GetAsync($"{type}/two"))
        {
            using var corrected = await office.PutFhirAsync($"{type}/two", Entry("two", "right"), read.Headers.ETag!.ToString());
            Assert.True(corrected.IsSuccessStatusCode, await corrected.Content.ReadAsStringAsync());
        }

        using (var deleted = await social.DeleteAsync(new Uri($"{type}/two", UriKind.Relative)))
        {
            Assert.Equal(204, (int)deleted.StatusCode);
        }

        using (var deleted = await office.DeleteAsync(new Uri($"{type}/three", UriKind.Relative)))
        {
            Assert.Equal(204, (int)deleted.StatusCode);
        }

        string Entry(string id, string text) => $$"""
            {"resourceType":"{{type}}","id":"{{id}}","{{(type == "PractitionerRole" ? "availabilityExceptions" : "name")}}":"{{text}}",
            "{{element}}":{"reference":"Organization/family-services"} }
            """;
    }

    [Fact]
    public async Task What_speaks_for_others_is_nobodys_else_to_correct()
    {
        await Server.ImportAsync(Custodian, """{"resourceType":"Practitioner","id":"doctor","active":true}""");
        using var hospital = Server.As(Hospital);

        // A role makes nobody the keeper of the person.
        await hospital.CreatedAsync(
            "PractitionerRole",
            """{"resourceType":"PractitionerRole","active":true,"practitioner":{"reference":"Practitioner/doctor"},"organization":"""
                + """{"reference":"Organization/city-hospital"} }""");
        foreach (var key
            in new[] { "Practitioner/doctor", "HealthcareService/crisis-service", "Location/bare-place", "Location/social-place" })
        {
            using var read = await hospital.GetAsync(key);
            using var put = await hospital.PutFhirAsync(key, await read.Content.ReadAsStringAsync(), read.Headers.ETag!.ToString());
            Assert.InRange((int)put.StatusCode, 400, 499);
            using var deleted = await hospital.DeleteAsync(new Uri(key, UriKind.Relative));
            Assert.Equal(404, (int)deleted.StatusCode);
        }
    }

    private static string Own(string type) => type switch
    {
        "HealthcareService" => """{"resourceType":"HealthcareService","providedBy":{"reference":"Organization/city-hospital"} }""",
        "Endpoint" =>
            """{"resourceType":"Endpoint","status":"active","connectionType":{"code":"direct-project"},"payloadType":["""
                + """{"text":"x"}],"address":"mailto:x@x.example","managingOrganization":{"reference":"Organization/city-hospital"} }""",
        "Location" => """{"resourceType":"Location","managingOrganization":{"reference":"Organization/city-hospital"} }""",
        "Practitioner" => """{"resourceType":"Practitioner","active":true}""",
        _ => $$"""{"resourceType":"{{type}}","organization":{"reference":"Organization/city-hospital"} }""",
    };
}
