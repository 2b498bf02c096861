using System.Text.Json.Nodes;
using Interop.Fhir.Validation;
using Interop.Server.Dispatch;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Tests.Dispatch;

public sealed class EidoMutationTests
{
    private static readonly Func<JsonNode?>[] Oddities =
    [
        () => null, () => "", () => "   ", () => " x ", () => "\t", () => "\u0085", () => "é\u0301👩‍🚒", () => "\uFFFF",
        () => -1, () => 1.5, () => 99999999999, () => true,
        () => new JsonArray(), () => new JsonObject(), () => new JsonArray((JsonNode?)null), () => new JsonArray("a", 1),
        () => "2026-13-01T00:00:00Z", () => "2026-03-01T24:00:00Z", () => "2026-03-01T12:00:60Z", () => "0001-01-01T00:00:00Z",
        () => "9999-12-31T23:59:59-05:00", () => "9999-12-31T23:59:59Z", () => "2026-03-01T12:00:00.1234567+14:00",
        () => "2026-03-01t12:00:00z", () => new string('y', 70_000),
    ];

    [Fact]
    public void Whatever_a_member_holds_the_message_is_refused_or_its_resources_are_valid()
    {
        var withoutIncident = Rich();
        withoutIncident.Remove("incidentComponent");
        Assert.InRange(MappedOfMutants(Rich()), 500, int.MaxValue);
        Assert.InRange(MappedOfMutants(withoutIncident), 400, int.MaxValue);
    }

    private static int MappedOfMutants(JsonObject original)
    {
        var mapped = 0;
        for (var place = 0; place < Places(original).Count; place++)
        {
            foreach (var oddity in Oddities)
            {
                var message = (JsonObject)original.DeepClone();
                Places(message)[place](oddity());
                Assert.All(EidoReview.Of(EidoSamples.Bytes(message)), issue => Assert.NotEmpty(issue.Diagnostics));
                if (EidoMessage.Parse(EidoSamples.Bytes(message)) is EidoParse.Parsed { Message: var parsed })
                {
                    mapped++;
                    Assert.All(
                        Incident.Map([parsed], EidoSamples.Context),
                        resource => Assert.Empty(ResourceValidator.Validate(resource.Json)));
                }
            }
        }

        return mapped;
    }

    [Fact]
    public void Truncated_and_spliced_bytes_never_throw()
    {
        var bytes = EidoSamples.Bytes(Rich());
        var random = new Random(11);
        for (var round = 0; round < 3000; round++)
        {
            var spoiled = bytes[..random.Next(bytes.Length)].Concat(bytes[random.Next(bytes.Length)..]).ToArray();
            if (spoiled.Length > 0)
            {
                spoiled[random.Next(spoiled.Length)] = (byte)random.Next(256);
            }

            _ = EidoMessage.Parse(spoiled);
            _ = EidoReview.Of(spoiled);
        }
    }

    /// <summary>A message with everything that is mapped.</summary>
    private static JsonObject Rich()
    {
        var message = EidoMessageTests.WithLocation(
            "<p><ca:civicAddress xmlns:ca='urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr'><ca:RD>Road</ca:RD></ca:civicAddress></p>");
        message["emergencyResourceComponent"] = new JsonArray(EidoSamples.Unit("CRT1", 3, "OnScene", "PatientContact"));
        message["agencyComponent"]!.AsArray().Add(EidoSamples.Agency("crisis.city.example", 3, "Dispatched"));
        message["incidentComponent"]!["dispositionComponent"] = new JsonArray(EidoSamples.Disposition("03", 4));
        message["cautionComponent"] = new JsonArray(EidoSamples.With(
            EidoSamples.Component("c1", 0),
            ("cautionTypeInternalText", "Dog"),
            ("cautionTypeCommonRegistryText", "Animal"),
            ("cautionSeverity", "Low"),
            ("startDate", "2026-03-01T12:00:00Z")));
        message["notesComponent"] = new JsonArray(
            EidoSamples.With(EidoSamples.Component("n1", 0), ("notesActionComments", "<p>Hello</p>")));
        message["linkComponent"] = new JsonArray(EidoSamples.With(
            EidoSamples.Component("l1", 0), ("incidentTrackingIdentifier", "urn:other"), ("linkDirectionCode", "CHILD")));
        message["callbackComponent"] = new JsonArray(
            EidoSamples.With(EidoSamples.Component("cb", 0), ("callBackInformationUri", EidoSamples.Texts("tel:555-0142"))));
        var person = EidoSamples.Person("p1", 0, "Patient");
        person["callBackReference"] = new JsonObject { ["$ref"] = "cb" };
        person["ncPersonComponent"] = new JsonObject
        {
            ["PersonName"] = new JsonObject { ["PersonGivenName"] = "Mira", ["PersonSurName"] = "Test", ["PersonFullName"] = "Mira Test" },
            ["PersonBirthDate"] = "1984-05-06",
            ["PersonSexCode"] = "F",
        };
        message["personComponent"] = new JsonArray(person);
        return message;
    }

    /// <summary>A setter for each member and item of the message, always in the same order.</summary>
    private static List<Action<JsonNode?>> Places(JsonNode? node)
    {
        var places = new List<Action<JsonNode?>>();
        if (node is JsonObject members)
        {
            foreach (var (name, value) in members)
            {
                places.Add(odd => members[name] = odd);
                places.AddRange(Places(value));
            }
        }
        else if (node is JsonArray items)
        {
            for (var index = 0; index < items.Count; index++)
            {
                var at = index;
                places.Add(odd => items[at] = odd);
                places.AddRange(Places(items[index]));
            }
        }

        return places;
    }
}
