using System.Text;
using System.Text.Json.Nodes;
using Interop.Fhir.Validation;
using Interop.Server.Authoring;
using Interop.Server.FollowUp;

namespace Interop.Server.Tests.FollowUp;

public sealed class FollowUpTests
{
    private static readonly byte[] Secret = [1, 2, 3];
    private static readonly DateTimeOffset Instant = new(2026, 3, 1, 13, 0, 0, TimeSpan.FromHours(-5));

    [Fact]
    public void A_finished_encounter_is_owed_a_contact_within_48_hours_of_its_end()
    {
        var task = Task(Encounter())!;
        var json = JsonNode.Parse(task.Json)!;

        Assert.Equal("2026-03-03T12:30:00-05:00", (string?)json["restriction"]!["period"]!["end"]);
        Assert.Equal("requested", (string?)json["status"]);
        Assert.Equal("Patient/p", (string?)json["for"]!["reference"]);
        Assert.Equal("Encounter/e", (string?)json["encounter"]!["reference"]);
        Assert.Equal("Organization/crisis-program", (string?)json["owner"]!["reference"]);
        Assert.Equal("Organization/crisis-program", (string?)json["requester"]!["reference"]);
        Assert.Equal("follow-up-48h", (string?)json["code"]!["coding"]![0]!["code"]);
        Assert.Empty(ResourceValidator.Validate(task.Json));
    }

    [Fact]
    public void The_same_encounter_gives_the_same_task_id()
    {
        Assert.Equal(Task(Encounter())!.Key, FollowUpTask.TaskFor(Bytes(Encounter()), Instant.AddHours(1), "crisis-program", Secret)!.Key);
        Assert.NotEqual(Task(Encounter())!.Key, Task(With("id", "other"))!.Key);
    }

    [Theory]
    [InlineData("2026-03-01")]
    [InlineData("9999-12-31T23:59:59Z")]
    public void An_end_that_is_no_instant_to_count_from_counts_from_the_instant_of_finishing(string end)
    {
        var encounter = Encounter();
        encounter["period"]!["end"] = end;

        var json = JsonNode.Parse(Task(encounter)!.Json)!;

        Assert.Equal("2026-03-03T13:00:00-05:00", (string?)json["restriction"]!["period"]!["end"]);
    }

    [Theory]
    [InlineData("status", "in-progress")]
    [InlineData("status", "cancelled")]
    public void An_encounter_that_is_not_finished_is_owed_nothing(string name, string value) => Assert.Null(Task(With(name, value)));

    [Fact]
    public void An_encounter_without_a_subject_or_of_another_organisation_is_owed_nothing()
    {
        var nobody = Encounter();
        nobody.Remove("subject");
        var foreign = Encounter();
        foreign["serviceProvider"] = new JsonObject { ["reference"] = "Organization/city-hospital" };

        Assert.Null(Task(nobody));
        Assert.Null(Task(foreign));
    }

    [Fact]
    public void A_follow_up_is_not_followed_up()
    {
        var encounter = Encounter();
        encounter["type"] = JsonNode.Parse("""[{"coding":[{"system":"http://snomed.info/sct","code":"390906007"}]}]""");

        Assert.Null(Task(encounter));
    }

    private static MappedResource? Task(JsonObject encounter) => FollowUpTask.TaskFor(Bytes(encounter), Instant, "crisis-program", Secret);

    private static byte[] Bytes(JsonObject encounter) => Encoding.UTF8.GetBytes(encounter.ToJsonString());

    private static JsonObject With(string name, string value)
    {
        var encounter = Encounter();
        encounter[name] = value;
        return encounter;
    }

    private static JsonObject Encounter() => JsonNode.Parse(
        """
        {
          "resourceType": "Encounter", "id": "e", "status": "finished", "class": { "code": "FLD" },
          "subject": { "reference": "Patient/p" },
          "period": { "start": "2026-03-01T12:00:00-05:00", "end": "2026-03-01T12:30:00-05:00" },
          "serviceProvider": { "reference": "Organization/crisis-program" }
        }
        """)!.AsObject();
}
