using System.Text;
using System.Text.Json.Nodes;
using Interop.Fhir.Validation;
using Interop.Server.Dispatch;
using static Interop.Server.Tests.Dispatch.EidoSamples;

namespace Interop.Server.Tests.Dispatch;

public sealed partial class IncidentTests
{
    [Fact]
    public void Messages_become_the_status_history_of_one_encounter()
    {
        var encounter = Assert.Single(Mapped(Life())["Encounter"]);

        Assert.Equal("finished", (string?)encounter["status"]);
        Assert.Equal(
            ["planned 12:00:00 12:20:00", "arrived 12:20:00 12:25:00", "in-progress 12:25:00 12:50:00", "finished 12:50:00 -"],
            encounter["statusHistory"]!.AsArray().Select(span =>
                $"{span!["status"]} {Clock(span["period"]!["start"])} {Clock(span["period"]!["end"])}"));
        Assert.Equal("2026-03-01T11:58:00-05:00", (string?)encounter["period"]!["start"]);
        Assert.Equal("2026-03-01T12:50:00-05:00", (string?)encounter["period"]!["end"]);
    }

    [Fact]
    public void An_encounter_carries_incident_type_priority_agencies_and_agents()
    {
        var encounter = Mapped(Life())["Encounter"].Single();

        Assert.Equal([Urn, "C-42"], encounter["identifier"]!.AsArray().Select(it => (string?)it!["value"]));
        Assert.Equal("EDP", (string?)encounter["type"]![0]!["coding"]![0]!["code"]);
        Assert.Equal("Person shouting", (string?)encounter["type"]![0]!["text"]);
        Assert.Equal("2", (string?)encounter["priority"]!["coding"]![0]!["code"]);
        Assert.Equal(
            ["Organization/city-police", "Organization/crisis-program"],
            Extensions(encounter, "encounter-assigned-agency").Select(it => (string?)it["valueReference"]!["reference"]));
        Assert.Equal("CRT1@crisis.city.example", (string?)encounter["participant"]![0]!["individual"]!["identifier"]!["value"]);
        Assert.Equal("Organization/crisis-program", (string?)encounter["serviceProvider"]!["reference"]);
    }

    [Fact]
    public void The_response_keeps_the_first_time_of_each_unit_state()
    {
        var request = Mapped(Life())["ServiceRequest"].Single();

        Assert.Equal("completed", (string?)request["status"]);
        Assert.Equal("urgent", (string?)request["priority"]);
        Assert.Equal("Organization/dispatch-center", (string?)request["requester"]!["reference"]);
        Assert.Equal(
            ["Dispatched", "OnScene", "PatientContact", "Cleared"],
            Extensions(request, "response-unit-status").Select(it => (string?)it["extension"]![2]!["valueCodeableConcept"]!["text"]));
    }

    [Fact]
    public void The_programme_at_the_scene_is_a_care_team()
    {
        Assert.Equal("Organization/crisis-program", (string?)Mapped(Life())["CareTeam"].Single()["managingOrganization"]![0]!["reference"]);
        Assert.Empty(Mapped(Message(0, "Active"))["CareTeam"]);
    }

    [Fact]
    public void A_registry_value_that_nobody_knows_stays_text()
    {
        var message = Message(0, "Active");
        message["incidentComponent"]!["incidentTypeCommonRegistryText"] = "GRIFFIN";
        message["incidentComponent"]!.AsObject().Remove("incidentTypeInternalText");

        var type = Mapped(message)["Encounter"].Single()["type"]![0]!;

        Assert.Null(type["coding"]);
        Assert.Equal("GRIFFIN", (string?)type["text"]);
    }

    [Theory]
    [InlineData("03", "arrest")]
    [InlineData("16", "transport")]
    [InlineData("25", "transport")]
    [InlineData("45", "transport")]
    public void A_disposition_that_states_a_fact_is_an_observation(string code, string fact)
    {
        var message = Message(0, "Closed");
        message["incidentComponent"]!["dispositionComponent"] = new JsonArray(Disposition(code, 0));

        var observation = Mapped(message)["Observation"].Single();

        Assert.Equal("final", (string?)observation["status"]);
        Assert.Equal(fact, (string?)observation["code"]!["coding"]![0]!["code"]);
        Assert.True((bool?)observation["valueBoolean"]);
    }

    [Fact]
    public void A_disposition_is_an_extension_with_code_and_text()
    {
        var message = Message(0, "Closed");
        message["incidentComponent"]!["dispositionComponent"] = new JsonArray(
            Disposition("14", 0, "Nobody there"), Disposition("99", 0, "Odd"));

        var parts = Extensions(Mapped(message)["Encounter"].Single(), "encounter-disposition")
            .Select(it => it["extension"]![0]!["valueCodeableConcept"]!).ToArray();

        Assert.Equal("14", (string?)parts[0]["coding"]![0]!["code"]);
        Assert.Equal("Nobody there", (string?)parts[0]["text"]);
        Assert.Null(parts[1]["coding"]);
        Assert.Equal("Odd", (string?)parts[1]["text"]);
    }

    [Fact]
    public void A_disposition_that_is_taken_back_leaves_its_observation_entered_in_error()
    {
        var first = Message(0, "Closed");
        first["incidentComponent"]!["dispositionComponent"] = new JsonArray(Disposition("03", 0));
        var second = Message(1, "Closed");
        second["incidentComponent"]!["dispositionComponent"] = new JsonArray(Disposition("43", 1));

        Assert.Equal("entered-in-error", (string?)Mapped(first, second)["Observation"].Single()["status"]);
    }

    [Fact]
    public void A_caution_is_a_safety_flag_that_ends_after_180_days()
    {
        var message = Message(0, "Active");
        message["cautionComponent"] = new JsonArray(With(
            Component("c1", 0),
            ("cautionTypeInternalText", "Dog"),
            ("cautionTypeCommonRegistryText", "Animal"),
            ("cautionSeverity", "Medium"),
            ("cautionSource", "Neighbour")));

        var flag = Mapped(message)["Flag"].Single();

        Assert.Equal("safety", (string?)flag["category"]![0]!["coding"]![0]!["code"]);
        Assert.Equal("2026-03-01T12:00:00-05:00", (string?)flag["period"]!["start"]);
        Assert.Equal("2026-08-28T12:00:00-05:00", (string?)flag["period"]!["end"]);
        Assert.Equal("Neighbour", (string?)Extensions(flag, "flag-source").Single()["valueString"]);
    }

    [Fact]
    public void A_note_is_a_very_restricted_document_in_plain_text()
    {
        var message = Message(0, "Active");
        message["notesComponent"] = new JsonArray(With(
            Component("n1", 0), ("notesActionComments", "<p>Ask for <b>Robin</b></p><script>alert(1)</script>")));

        var note = Mapped(message)["DocumentReference"].Single(it => it["type"]!["coding"]![0]!["code"]!.ToString() == "eido-note");
        var attachment = note["content"]![0]!["attachment"]!;

        Assert.Equal("Ask for Robin", Encoding.UTF8.GetString(Convert.FromBase64String(attachment["data"]!.ToString())));
        Assert.Equal("text/plain", (string?)attachment["contentType"]);
        Assert.Equal("V", (string?)note["meta"]!["security"]![0]!["code"]);
    }

    [Fact]
    public void The_message_itself_can_be_read_back_from_its_document()
    {
        var bytes = Bytes(Message(0, "Active"));
        var document = Incident.Map([Parsed(bytes)], Context).Single(resource => resource.Key.Type == "DocumentReference");

        Assert.Equal(bytes, DocumentMapping.MessageIn(document.Json)!.Value.ToArray());
    }

    [Fact]
    public void Provenance_names_every_resource_and_every_message()
    {
        var mapped = Incident.Map([.. Life().Select(Parsed)], Context);
        var provenance = JsonNode.Parse(mapped[^1].Json)!;

        Assert.Equal(
            mapped.Take(mapped.Count - 1).Select(resource => resource.Key.ToString()),
            provenance["target"]!.AsArray().Select(target => (string)target!["reference"]!));
        Assert.Equal(Life().Length, provenance["entity"]!.AsArray().Count);
    }

    [Fact]
    public void The_scene_names_its_patient_and_its_place()
    {
        var message = EidoMessageTests.WithLocation(
            "<presence xmlns:gml='http://www.opengis.net/gml' xmlns:ca='urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr'><gml:Point>"
            + "<gml:pos>35.99 -78.9</gml:pos></gml:Point><ca:civicAddress><ca:A1>NC</ca:A1><ca:A3>Sampleton</ca:A3><ca:HNO>12</ca:HNO>"
            + "<ca:RD>Invented</ca:RD><ca:STS>Street</ca:STS></ca:civicAddress></presence>");

        var mapped = Mapped(message);
        var scene = mapped["Location"].Single();

        Assert.Equal(
            "Patient/" + mapped["Patient"].Single()["id"],
            (string?)Extensions(scene, "location-subject").Single()["valueReference"]!["reference"]);
        Assert.Equal("12 Invented Street", (string?)scene["address"]!["line"]![0]);
        Assert.Equal(35.99m, (decimal?)scene["position"]!["latitude"]);
        Assert.Equal("Behind the market", (string?)scene["description"]);
    }

    [Fact]
    public void A_reopened_incident_is_a_new_encounter_that_is_part_of_the_first()
    {
        var encounters = Mapped([.. Life(), Message(55, "ReOpened")])["Encounter"].ToArray();

        Assert.Equal(["finished", "planned"], encounters.Select(encounter => (string?)encounter["status"]));
        Assert.Equal("Encounter/" + encounters[0]["id"], (string?)encounters[1]["partOf"]!["reference"]);
    }

    [Fact]
    public void A_finished_encounter_does_not_go_back()
    {
        var encounter = Mapped([.. Life(), Message(55, "ResourcesOnscene")])["Encounter"].Single();

        Assert.Equal("finished", (string?)encounter["status"]);
        Assert.Equal("2026-03-01T12:50:00-05:00", (string?)encounter["period"]!["end"]);
    }

    [Fact]
    public void A_merge_or_link_is_kept_as_the_other_incidents_number()
    {
        var message = Message(0, "Active");
        message["linkComponent"] = new JsonArray(With(
            Component("l1", 0), ("incidentTrackingIdentifier", "urn:other"), ("linkDirectionCode", "CHILD")));

        var parts = Extensions(Mapped(message)["Encounter"].Single(), "encounter-linked-incident").Single()["extension"]!;

        Assert.Equal("link", (string?)parts[0]!["valueCode"]);
        Assert.Equal("urn:other", (string?)parts[2]!["valueIdentifier"]!["value"]);
    }

    [Fact]
    public void Another_secret_gives_other_ids()
    {
        var other = Context with { Secret = new byte[] { 1 } };

        Assert.Empty(Incident.Map([Parsed(Message(0))], Context).Select(it => it.Key).Intersect(
            Incident.Map([Parsed(Message(0))], other).Select(it => it.Key)));
    }

    [Fact]
    public void Messages_of_two_incidents_are_a_mistake_of_the_caller()
    {
        var other = Message(0);
        other["$id"] = "urn:other";

        Assert.Throws<ArgumentException>(() => Incident.Map([Parsed(Message(0)), Parsed(other)], Context));
    }

    [Fact]
    public void Every_mapped_resource_is_valid() =>
        Assert.All(Incident.Map([.. Life().Select(Parsed)], Context), resource => Assert.Empty(ResourceValidator.Validate(resource.Json)));

    private static JsonObject[] Life()
    {
        var active = Message(0, "Active");
        active["callComponent"] = new JsonArray(With(
            Component("call", 0),
            ("standardPrimaryCallType", "emergency"),
            ("direction", "incoming"),
            ("callStateRegistryText", "callAnswered"),
            ("callStartTimestamp", "2026-03-01T11:58:00-05:00")));
        return
        [
            active,
            Sent(10, ["ResourcesAssigned"], "Dispatched"),
            Sent(20, ["ResourcesOnscene"], "OnScene"),
            Sent(25, ["ResourcesOnscene"], "OnScene", "PatientContact"),
            Sent(50, ["Closed"], "Cleared"),
        ];
    }

    private static JsonObject Sent(int minute, string[] statuses, params string[] unitStatuses)
    {
        var message = Message(minute, statuses);
        message["agencyComponent"] = new JsonArray(
            Agency("psap.city.example", minute, "Dispatching"),
            Agency("crisis.city.example", minute, "Dispatched"),
            Agency("police.city.example", minute, "Assisting"));
        message["emergencyResourceComponent"] = new JsonArray(Unit("CRT1", minute, unitStatuses));
        return message;
    }

    private static string Clock(JsonNode? time) => time?.ToString()[11..19] ?? "-";

    private static IEnumerable<JsonNode> Extensions(JsonNode resource, string name) =>
        (resource["extension"]?.AsArray() ?? []).OfType<JsonNode>().Where(it =>
            it["url"]!.ToString() == "https://interop.example/fhir/StructureDefinition/" + name);
}
