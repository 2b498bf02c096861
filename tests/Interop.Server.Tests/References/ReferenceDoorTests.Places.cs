
namespace Interop.Server.Tests.References;

/// <summary>Where references stand, and by which doors they come in.</summary>
public sealed partial class ReferenceDoorTests
{
    private const string Ident = "{\"identifier\":{\"system\":\"urn:nobody\",\"value\":\"1\"}}";
    private static readonly string[] Doors = ["create", "update", "patch", "batch", "transaction", "import", "bundle"];

    private static readonly string[] Unreadable =
    [
        "Patient", "Patient/", "/Patient/p1", "Patient/p1/", "Patient/p1/x", "nonsense", "http://interop.test/fhir/Nothing/x",
        "http://interop.test/fhir/Patient",
        "https://INTEROP.test:443/fhir/Patient/p1/x", "urn:uuid:7d0e2b1c-3f43-4a52-9b43-0f5a5e1c2aff", "urn:oid:1.2.3",
        "//interop.test/fhir/Patient/p1",
    ];

    private static readonly (string Element, string Json)[] Anywhere =
    [
        (
            "Observation.performer[0]",
            """{"resourceType":"Observation","id":"ID","status":"final","code":{"text":"x"},"subject":"""
                + """{"reference":"Patient/p1"},"performer":[REF]}"""),
        (
            "Observation.extension[0].valueReference",
            """{"resourceType":"Observation","id":"ID","extension":["""
                + """{"url":"https://x.example","valueReference":REF}],"status":"final","code":{"text":"x"},"subject":"""
                + """{"reference":"Patient/p1"} }"""),
        (
            "Observation.contained[0].performer[0]",
            """{"resourceType":"Observation","id":"ID","contained":[{"resourceType":"Observation","id":"c","status":"final","code":"""
                + """{"text":"x"},"performer":[REF]}],"status":"final","code":{"text":"x"},"subject":"""
                + """{"reference":"Patient/p1"},"hasMember":[{"reference":"#c"}]}"""),
        (
            "Task.input[0].valueReference",
            """{"resourceType":"Task","id":"ID","status":"draft","intent":"order","for":{"reference":"Patient/p1"},"input":[{"type":"""
                + """{"text":"x"},"valueReference":REF}]}"""),
    ];

    private static readonly (string Element, string Json)[] MustKnow =
    [
        ("Observation.subject", """{"resourceType":"Observation","id":"ID","status":"final","code":{"text":"x"},"subject":REF}"""),
        ("Task.for", """{"resourceType":"Task","id":"ID","status":"draft","intent":"order","for":REF}"""),
        (
            "Task.owner",
            """{"resourceType":"Task","id":"ID","status":"draft","intent":"order","for":{"reference":"Patient/p1"},"owner":REF}"""),
        (
            "Task.requester",
            """{"resourceType":"Task","id":"ID","status":"draft","intent":"order","for":{"reference":"Patient/p1"},"requester":REF}"""),
        (
            "ServiceRequest.performer[0]",
            """{"resourceType":"ServiceRequest","id":"ID","status":"draft","intent":"order","subject":"""
                + """{"reference":"Patient/p1"},"performer":[REF]}"""),
        (
            "Appointment.participant[0].actor",
            """{"resourceType":"Appointment","id":"ID","status":"proposed","participant":[{"actor":REF,"status":"accepted"}]}"""),
        (
            "CareTeam.managingOrganization[0]",
            """{"resourceType":"CareTeam","id":"ID","subject":{"reference":"Patient/p1"},"managingOrganization":[REF]}"""),
        (
            "Encounter.serviceProvider",
            """{"resourceType":"Encounter","id":"ID","status":"planned","class":{"code":"FLD"},"subject":"""
                + """{"reference":"Patient/p1"},"serviceProvider":REF}"""),
        (
            "Encounter.extension[0].valueReference",
            """{"resourceType":"Encounter","id":"ID","extension":["""
                + """{"url":"https://interop.example/fhir/StructureDefinition/encounter-assigned-agency","valueReference":"""
                + """REF}],"status":"planned","class":{"code":"FLD"},"subject":{"reference":"Patient/p1"} }"""),
        (
            "Location.extension[0].valueReference",
            """{"resourceType":"Location","id":"ID","extension":["""
                + """{"url":"https://interop.example/fhir/StructureDefinition/location-subject","valueReference":REF}]}"""),
        ("Location.managingOrganization", """{"resourceType":"Location","id":"ID","managingOrganization":REF}"""),
        ("HealthcareService.providedBy", """{"resourceType":"HealthcareService","id":"ID","providedBy":REF}"""),
        ("PractitionerRole.practitioner", """{"resourceType":"PractitionerRole","id":"ID","practitioner":REF}"""),
        ("PractitionerRole.organization", """{"resourceType":"PractitionerRole","id":"ID","organization":REF}"""),
        (
            "Endpoint.managingOrganization",
            """{"resourceType":"Endpoint","id":"ID","status":"active","connectionType":{"code":"direct-project"},"payloadType":["""
                + """{"text":"x"}],"address":"mailto:x@x.example","managingOrganization":REF}"""),
        ("Organization.partOf", """{"resourceType":"Organization","id":"ID","name":"x","partOf":REF}"""),
        ("Consent.patient", Consent("\"patient\":{\"reference\":\"Patient/p1\"}", "\"patient\":REF")),
        ("Consent.organization[0]", Consent(
            "\"organization\":[{\"reference\":\"Organization/crisis-program\"}]", "\"organization\":[REF]")),
        ("Consent.provision.actor[0].reference", Consent(
            "\"reference\":{\"reference\":\"Organization/city-hospital\"}", "\"reference\":REF")),
        ("Contract.term[0].offer.party[1].reference[0]", Fixtures.Agreement("city-hospital")
            .Replace("{\"reference\":\"Organization/city-hospital\"}", "REF", StringComparison.Ordinal)
            .Replace("\"id\":\"mou-crisis-program-city-hospital\"", "\"id\":\"ID\"", StringComparison.Ordinal)
            .Replace("executed", "negotiable", StringComparison.Ordinal)),
    ];

    public static IEnumerable<object[]> UnreadableAnywhere =>
        from text in Unreadable from place in Anywhere select new object[] { place.Element, place.Json, $"{{\"reference\":\"{text}\"}}" };

    public static IEnumerable<object[]> UnknownWhereItMatters =>
        from place in MustKnow
        from reference in (string[])[
            "{\"reference\":\"https://elsewhere.example/fhir/TYPE/1\"}", "{\"reference\":\"https://elsewhere.example/records?person=1\"}",
            Ident
        ]
        // or its profile refuses it
        where !place.Element.Contains("extension", StringComparison.Ordinal) || reference.Contains("TYPE", StringComparison.Ordinal)
        select new object[] { place.Element, place.Json, reference.Replace("TYPE", place.Element.StartsWith(
            "Location.ext", StringComparison.Ordinal) ? "Patient" : "Organization", StringComparison.Ordinal) };
}
