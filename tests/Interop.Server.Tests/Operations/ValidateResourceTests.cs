using System.Text.Json;

namespace Interop.Server.Tests.Operations;

public sealed class ValidateResourceTests : IAsyncLifetime
{
    private RunningServer server = null!;
    private HttpClient client = null!;

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync();
        client = server.As("hospital");
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_sound_resource_has_one_issue_that_says_so()
    {
        var issue = await IssueAsync(
            "Patient/$validate",
            """{"resourceType":"Patient","text":{"status":"generated","div":"<div """
                + """xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},"gender":"male"}""");

        Assert.Equal(
            ("information", "No issue was found."),
            (issue.GetProperty("severity").GetString(), issue.GetProperty("diagnostics").GetString()));
    }

    [Theory]
    [InlineData("Patient/$validate", """{"resourceType":"Patient","gender":"mail"}""", "Patient.gender")]
    [InlineData(
        "Patient/$validate",
        """{"resourceType":"Basic","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},"code":"""
            + """{"text":"x"}}""",
        "resourceType")]
    [InlineData(
        "Patient/a/$validate?mode=update",
        """{"resourceType":"Patient","id":"b","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}}""",
        "Patient.id")]
    [InlineData(
        "Parameters/$validate", """{"resourceType":"Parameters","parameter":[{"valueBoolean":true}]}""", "Parameters.parameter[0].name")]
    [InlineData(
        "Task/$validate?profile=https://interop.example/fhir/StructureDefinition/follow-up-task",
        """{"resourceType":"Task","text":{"status":"generated","div":"<div """
            + """xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},"status":"requested","intent":"order"}""",
        "Task.code")]
    [InlineData(
        "Task/$validate",
        """{"resourceType":"Task","meta":{"profile":["https://interop.example/fhir/StructureDefinition/follow-up-task"]},"text":"""
            + """{"status":"generated","div":"<div """
            + """xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},"status":"requested","intent":"order"}""",
        "Task.code")]
    [InlineData(
        "Patient/$validate",
        """{"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"create"},"""
            + """{"name":"resource","resource":{"resourceType":"Patient","gender":"mail"}}]}""",
        "Patient.gender")]
    public async Task What_is_wrong_is_an_issue_of_the_answer(string path, string body, string expression)
    {
        var issue = await IssueAsync(path, body);

        Assert.Equal("error", issue.GetProperty("severity").GetString());
        Assert.Equal(expression, issue.GetProperty("expression")[0].GetString());
    }

    [Theory]
    [InlineData("Patient/$validate?mode=delete", """{"resourceType":"Patient"}""", 400)]
    [InlineData("Patient/$validate?colour=red", """{"resourceType":"Patient"}""", 400)]
    [InlineData("Patient/$validate", """{"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"create"}]}""", 400)]
    [InlineData("Patientt/$validate", """{"resourceType":"Patient"}""", 404)]
    public async Task A_question_that_makes_no_sense_is_refused(string path, string body, int status)
    {
        using var response = await client.PostFhirAsync(path, body);

        await response.OutcomeAsync(status);
    }

    [Fact]
    public async Task Nobody_is_answered_without_a_token()
    {
        using var anybody = server.WithToken(null);
        using var response = await anybody.PostFhirAsync("Patient/$validate", """{"resourceType":"Patient"}""");

        Assert.Equal(401, (int)response.StatusCode);
    }

    private async Task<JsonElement> IssueAsync(string path, string body)
    {
        using var response = await client.PostFhirAsync(path, body);
        return await response.OutcomeAsync(200);
    }
}
