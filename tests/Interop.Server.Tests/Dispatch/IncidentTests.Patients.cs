using System.Text.Json.Nodes;
using static Interop.Server.Tests.Dispatch.EidoSamples;

namespace Interop.Server.Tests.Dispatch;

/// <summary>Who the patient of an incident is.</summary>
public sealed partial class IncidentTests
{
    [Theory]
    [InlineData("Caller")]
    [InlineData("Suspect")]
    [InlineData("PersonOfInterest")]
    [InlineData("PatientRelative")]
    public void Who_is_not_the_patient_leaves_no_resource(string role)
    {
        var message = Message(0, "Active");
        var person = Person("x", 0, role);
        person["ncPersonComponent"] = NamedMirabel();
        message["personComponent"] = new JsonArray(person);

        var mapped = Mapped(message);

        Assert.Empty(mapped["RelatedPerson"]);
        Assert.Null(Assert.Single(mapped["Patient"])["name"]);
        Assert.DoesNotContain(mapped.SelectMany(group => group), resource =>
            resource["resourceType"]!.ToString() != "DocumentReference"
            && resource.ToJsonString().Contains("Mirabel", StringComparison.Ordinal));
    }

    [Fact]
    public void A_named_patient_has_name_birth_date_gender_and_the_own_callback_number()
    {
        var message = Message(0, "Active");
        var person = Person("p1", 0, "Patient", "Caller");
        person["ncPersonComponent"] = NamedMirabel();
        person["callBackReference"] = new JsonObject { ["$ref"] = "cb" };
        message["personComponent"] = new JsonArray(person);
        message["callbackComponent"] = new JsonArray(With(Component("cb", 0), ("callBackInformationUri", Texts("tel:555-0142"))));

        var patient = Mapped(message)["Patient"].Single();

        Assert.Equal("Mirabel", (string?)patient["name"]![0]!["given"]![0]);
        Assert.Equal("1984-05-06", (string?)patient["birthDate"]);
        Assert.Equal("female", (string?)patient["gender"]);
        Assert.Equal("555-0142", (string?)patient["telecom"]![0]!["value"]);
    }

    [Fact]
    public void A_patient_who_is_named_later_keeps_the_placeholder_id()
    {
        var nobody = Message(0, "Active");
        nobody.Remove("personComponent");

        var before = Mapped(nobody)["Patient"].Single()["id"]!.ToString();
        var after = Mapped(nobody, Message(5, "Active"))["Patient"].Single()["id"]!.ToString();

        Assert.Equal(before, after);
    }

    [Fact]
    public void Two_patients_have_an_encounter_each_and_an_arrest_is_laid_on_neither()
    {
        var message = Message(0, "Closed");
        message["personComponent"] = new JsonArray(Person("p1", 0, "Patient"), Person("p2", 0, "Patient"));
        message["incidentComponent"]!["dispositionComponent"] = new JsonArray(Disposition("03", 0));

        var mapped = Mapped(message);

        Assert.Equal(2, mapped["Patient"].Count());
        Assert.Equal(2, mapped["Encounter"].Select(encounter => (string?)encounter["subject"]!["reference"]).Distinct().Count());
        Assert.Equal("entered-in-error", (string?)mapped["Observation"].Single()["status"]);
    }

    private static JsonObject NamedMirabel() => new()
    {
        ["nc:PersonName"] = new JsonObject { ["nc:PersonGivenName"] = "Mirabel", ["nc:PersonSurName"] = "Testling" },
        ["nc:PersonBirthDate"] = new JsonObject { ["nc:Date"] = "1984-05-06" },
        ["nc:PersonSexCode"] = "F",
    };
}
