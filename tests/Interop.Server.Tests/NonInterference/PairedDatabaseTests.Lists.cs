namespace Interop.Server.Tests.NonInterference;

/// <summary>The channels of what lists several resources without a search of one type, and of writes by condition.</summary>
public partial class PairedDatabaseTests
{
    [Theory]
    [InlineData("Condition/_history")]
    [InlineData("Condition/_history?_count=1")]
    [InlineData("Patient/_history")]
    [InlineData("Encounter/_history?_count=0")]
    [InlineData("Condition/_history?_since=2026-11-22T12:00:30Z")]
    [InlineData("RiskAssessment/_history")]
    [InlineData("_history")]
    public async Task Channel_4_a_history_of_a_type_is_of_the_view(string path)
    {
        await Pair.SameAsync(Hospital, path);
        using (var navigator = Pair.With.As("navigator"))
        {
            foreach (var hidden in new[] { "Condition/hidden-tier", "Condition/hidden-label", "Encounter/hidden-encounter" })
            {
                using var deleted = await navigator.DeleteAsync(new Uri(hidden, UriKind.Relative));
                Assert.Equal(204, (int)deleted.StatusCode);
            }
        }

        await Pair.HiddenAsync(Program, Risk("r1", "p2", 0.7));
        foreach (var server in new[] { Pair.With, Pair.Without })
        {
            using var navigator = server.As("navigator");
            using var deleted = await navigator.DeleteAsync(new Uri("Condition/seen2", UriKind.Relative));
            Assert.Equal(204, (int)deleted.StatusCode);
        }

        await Pair.SameAsync(Hospital, path);
    }

    [Theory]
    [InlineData("Patient/p3/Condition")]
    [InlineData("Patient/p3/*")]
    [InlineData("Patient/p1/*?_total=accurate&_count=2")]
    [InlineData("Patient/p2/*?_total=accurate")]
    [InlineData("Encounter/hidden-encounter/*")]
    [InlineData("Practitioner/nobody/*")]
    [InlineData("?_type=Patient,Condition,Encounter,RiskAssessment&_total=accurate&_count=2")]
    [InlineData("Patient/p1/$everything")]
    [InlineData("Patient/p2/$everything?_count=1")]
    [InlineData("Patient/p3/$everything")]
    [InlineData("Observation/$lastn?patient=p3")]
    [InlineData("HealthcareService/$open?at=2026-11-23T10:00:00Z")]
    [InlineData("Patient/p1/$crisis-summary")]
    [InlineData("Patient/p3/$crisis-summary")]
    [InlineData("Composition/nothing/$document")]
    public async Task Channel_21_operations_and_compartments_are_of_the_view(string path) => await Pair.SameAsync(Hospital, path);

    [Theory]
    [InlineData("Condition", "code.coding.code.first()")]
    [InlineData("Patient", "name.family.first()")]
    [InlineData("Encounter", "subject.getReferenceKey()")]
    [InlineData("RiskAssessment", "prediction.first().probability.ofType(decimal)")]
    [InlineData("Condition", "code")]
    public async Task Channel_25_the_rows_of_a_view_and_its_faults_are_of_what_is_seen(string type, string path)
    {
        var answer = await Pair.SameAsync(Hospital, () => Post("ViewDefinition/$run", $$"""
            {"resourceType":"Parameters","parameter":[{"name":"viewResource","resource":{"resourceType":"ViewDefinition",
            "resource":"{{type}}","select":[{"column":[{"name":"id","path":"getResourceKey()"},{"name":"a","path":"{{path}}"}]}]} }]}
            """));

        Assert.DoesNotContain("hidden", answer, StringComparison.Ordinal);
        Assert.StartsWith(path == "code" ? "422" : "200", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"name\":[{\"family\":\"Verborgen\",\"given\":[\"Ana\"]}],\"birthDate\":\"1988-02-29\"")]
    [InlineData("\"name\":[{\"given\":[\"Ana\"]}],\"birthDate\":\"1988-02-29\"")]
    [InlineData("\"name\":[{\"given\":[\"Ana\"]}],\"telecom\":[{\"system\":\"phone\",\"value\":\"555-0100\"}]")]
    public async Task Channel_22_a_match_is_among_the_persons_of_the_view(string person)
    {
        var answer = await Pair.SameAsync(Hospital, () => Post("Patient/$match", $$"""
            {"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient",{{person}} } }]}
            """));

        Assert.StartsWith("200", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Patient/p3", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "Condition?code=75544000", "201")]
    [InlineData("PUT", "Condition?_id=hidden-tier", "201")]
    [InlineData("PATCH", "Condition?code=75544000", "404")]
    [InlineData("DELETE", "Condition?code=75544000", "404")]
    [InlineData("DELETE", "Condition?_id=hidden-patient", "404")]
    public async Task Channel_18_a_condition_of_a_change_does_not_match_what_is_hidden(string method, string path, string status)
    {
        var answer = await Pair.SameAsync(
            Hospital,
            () =>
            {
                var request = new HttpRequestMessage(new(method), new Uri(path, UriKind.Relative));
                if (method == "PUT")
                {
                    request.Content = Post("", """
                        {"resourceType":"Condition","code":{"text":"x"},"subject":{"reference":"Patient/p1"} }
                        """).Content;
                }
                else if (method == "PATCH")
                {
                    request.Content = new StringContent(
                        """[{"op":"replace","path":"/recordedDate","value":"2026-01-01"}]""",
                        System.Text.Encoding.UTF8,
                        "application/json-patch+json");
                }

                return request;
            },
            ignoresNewIds: true);

        Assert.StartsWith(status, answer, StringComparison.Ordinal);
    }
}
