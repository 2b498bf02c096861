using System.Text;
using System.Text.Json.Nodes;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Tests.Dispatch;

public sealed class EidoMessageTests
{
    public static TheoryData<string, Action<JsonObject>> Malformed => new()
    {
        { "$id", message => message.Remove("$id") },
        { "$id", message => message["$id"] = 5 },
        { "$id", message => message["$id"] = "  " },
        { "lastUpdateTimeStamp", message => message.Remove("lastUpdateTimeStamp") },
        { "lastUpdateTimeStamp", message => message["lastUpdateTimeStamp"] = "2026-03-01T12:00:00" },
        { "lastUpdateTimeStamp", message => message["lastUpdateTimeStamp"] = "2026-02-30T12:00:00Z" },
        { "lastUpdateTimeStamp", message => message["lastUpdateTimeStamp"] = "2026-03-01" },
        { "updatedByAgencyReference", message => message.Remove("updatedByAgencyReference") },
        { "updatedByAgencyReference.$ref", message => message["updatedByAgencyReference"] = new JsonObject() },
        { "eidoVersion", message => message.Remove("eidoVersion") },
        { "issuingElementIdentification", message => message.Remove("issuingElementIdentification") },
        { "agencyComponent", message => message.Remove("agencyComponent") },
        { "agencyComponent", message => message["agencyComponent"] = "one" },
        { "agencyComponent", message => message["agencyComponent"] = new JsonArray(1) },
        {
            "agencyComponent[0].agencyRoleDescriptionRegistryText",
            message => First(message, "agencyComponent").Remove("agencyRoleDescriptionRegistryText")
        },
        { "incidentComponent", message => message["incidentComponent"] = new JsonArray() },
        { "incidentComponent.$id", message => message["incidentComponent"]!.AsObject().Remove("$id") },
        {
            "incidentComponent.incidentTypeCommonRegistryText",
            message => message["incidentComponent"]!.AsObject().Remove("incidentTypeCommonRegistryText")
        },
        {
            "incidentComponent.incidentCommonPriorityNumber",
            message => message["incidentComponent"]!["incidentCommonPriorityNumber"] = "high"
        },
        {
            "incidentComponent.incidentStatusCommonRegistryText",
            message => message["incidentComponent"]!["incidentStatusCommonRegistryText"] = "Closed"
        },
        { "personComponent[0].lastUpdateTimeStamp", message => First(message, "personComponent")["lastUpdateTimeStamp"] = "noon" },
        {
            "personComponent[0].personIncidentRoleRegistryText",
            message => First(message, "personComponent")["personIncidentRoleRegistryText"] = new JsonArray(1)
        },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_malformed_message_is_refused_with_the_element_named(string element, Action<JsonObject> spoil)
    {
        var message = EidoSamples.Message(0, "Active");
        spoil(message);

        var refused = Assert.IsType<EidoParse.Refused>(EidoMessage.Parse(EidoSamples.Bytes(message)));

        Assert.Equal(element, Assert.Single(refused.Issues).Expression);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"$id\":1,\"$id\":2}")]
    [InlineData("{\"$id\":\"\\ud800\"}")]
    [InlineData("{\"$id\":\"\\u0000\"}")]
    [InlineData("{\"$id\":\"x\"} x")]
    [InlineData("{\"\\ud800\":\"x\"}")]
    public void Text_that_is_not_a_message_is_refused(string text) =>
        Assert.IsType<EidoParse.Refused>(EidoMessage.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused() =>
        Assert.IsType<EidoParse.Refused>(EidoMessage.Parse(new byte[] { (byte)'{', (byte)'"', 0xC0, 0x80, (byte)'"', (byte)'}' }));

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.IsType<EidoParse.Refused>(EidoMessage.Parse(Encoding.UTF8.GetBytes(new string('[', 10_000))));

    [Fact]
    public void All_that_is_wrong_is_told_at_once()
    {
        var message = EidoSamples.Message(0, "Active");
        message.Remove("eidoVersion");
        message["incidentComponent"]!.AsObject().Remove("lastUpdateTimeStamp");

        var refused = Assert.IsType<EidoParse.Refused>(EidoMessage.Parse(EidoSamples.Bytes(message)));

        Assert.Equal(["eidoVersion", "incidentComponent.lastUpdateTimeStamp"], refused.Issues.Select(issue => issue.Expression));
    }

    [Fact]
    public void A_location_document_with_a_DTD_is_refused()
    {
        var message = WithLocation("<!DOCTYPE p [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><p>&e;</p>");

        var refused = Assert.IsType<EidoParse.Refused>(EidoMessage.Parse(EidoSamples.Bytes(message)));

        Assert.Equal("locationComponent[0].locationByValue", Assert.Single(refused.Issues).Expression);
    }

    [Fact]
    public void An_issue_never_repeats_what_the_message_says()
    {
        var message = EidoSamples.Message(0, "Active");
        message["lastUpdateTimeStamp"] = "SECRET";

        var refused = Assert.IsType<EidoParse.Refused>(EidoMessage.Parse(EidoSamples.Bytes(message)));

        Assert.DoesNotContain(refused.Issues, issue => issue.ToString().Contains("SECRET", StringComparison.Ordinal));
    }

    internal static JsonObject WithLocation(string document)
    {
        var message = EidoSamples.Message(0, "Active");
        message["locationComponent"] = new JsonArray(EidoSamples.With(
            EidoSamples.Component("loc", 0),
            ("locationTypeDescriptionRegistryText", "CurrentIncident"),
            ("locationDescriptionText", "Behind the market"),
            ("locationByValue", document)));
        return message;
    }

    private static JsonObject First(JsonObject message, string component) => message[component]![0]!.AsObject();
}
