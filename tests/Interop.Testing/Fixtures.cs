namespace Interop.Testing;

/// <summary>The smallest legal resources that a sharing scene needs, as JSON.</summary>
public static class Fixtures
{
    public const string Base = "https://interop.example/fhir";
    private static readonly string[] Basic =
    [
        "CarePlan=all", "Encounter=all", "Flag=all", "Observation=all", "Patient=all", "RiskAssessment=all",
    ];
    private static readonly string[] OtherTerms = ["response-protocol", "liability", "funding", "metrics"];

    public static string Organization(string id, string agencyType, bool part2 = false) => $$"""
        {"resourceType":"Organization","id":"{{id}}","extension":[{"url":"{{Base}}/StructureDefinition/organization-part2-program",
        "valueBoolean":{{(part2 ? "true" : "false")}} },{"url":"{{Base}}/StructureDefinition/organization-covered-entity",
        "valueBoolean":true}],"active":true,"type":[{"coding":[{"system":"{{Base}}/CodeSystem/agency-type","code":"{{agencyType}}"}]}],
        "name":"{{id}}"}
        """;

    /// <param name="openings">
    /// Such as <c>Flag=nobody</c>. When null it opens to everybody what is basic, as tests want it that are about something else; none is
    /// an agreement that says nothing of it.
    /// </param>
    /// <param name="dataUse">Purposes of a term for a limited data set; null for none.</param>
    public static string Agreement(
        string grantee,
        string ceiling = "full",
        string[]? purposes = null,
        string[]? labels = null,
        string grantor = "crisis-program",
        string status = "executed",
        string end = "2027-12-31",
        string[]? openings = null,
        string[]? scopes = null,
        string[]? dataUse = null) => $$"""
        {"resourceType":"Contract","id":"mou-{{grantor}}-{{grantee}}","meta":{"profile":["{{Base}}/StructureDefinition/sharing-agreement"]},
        "extension":[{"url":"{{Base}}/StructureDefinition/agreement-review","valueDate":"2027-06-30"}
        {{string.Concat((scopes ?? []).Select(scope => "," + Scope(scope)))}}
        {{string.Concat((openings ?? Basic).Select(opening => "," + Opening(opening)))}}],"status":"{{status}}",
        "applies":{"start":"2026-01-01","end":"{{end}}"},"term":[
        {"type":{"coding":[{"system":"{{Base}}/CodeSystem/agreement-term","code":"information-sharing"}]},
         "securityLabel":[{"classification":{"system":"{{Base}}/CodeSystem/sharing-tier","code":"{{ceiling}}"}{{Category(labels)}} }],
         "offer":{"text":"What is shared.","party":[{"reference":[{"reference":"Organization/{{grantor}}"}],"role":{"coding":[
         {"system":"{{Base}}/CodeSystem/agreement-role","code":"grantor"}]} },{"reference":[{"reference":"Organization/{{grantee}}"}],
         "role":{"coding":[{"system":"{{Base}}/CodeSystem/agreement-role","code":"grantee"}]} }]},
         "action":[{{string.Join(',', (purposes ?? ["TREAT"]).Select(Action))}}]},
        {{string.Join(',', OtherTerms.Select(Term))}}{{(dataUse is null ? "" : DataUse(dataUse))}}]}
        """;

    public static string Patient(string id, string family = "Testa") =>
        $$"""{"resourceType":"Patient","id":"{{id}}","active":true,"name":[{"use":"official","family":"{{family}}","given":["Ana"]}]"""
        + ""","telecom":[{"system":"phone","value":"555-0100"}],"gender":"female","birthDate":"1988-02-29"}""";

    /// <param name="permits">Organization that the consent names, or null for a consent without actor.</param>
    public static string Consent(
        string id,
        string patient,
        string permits,
        string tier = "intermediate",
        string[]? labels = null,
        string status = "active",
        string type = "permit",
        string purpose = "TREAT", string controller = "crisis-program", bool part2 = false) => $$"""
        {"resourceType":"Consent","id":"{{id}}","status":"{{status}}","scope":{"coding":[
        {"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},"category":[{"coding":[
        {"system":"http://loinc.org","code":"59284-0"}]}],"patient":{"reference":"Patient/{{patient}}"},"dateTime":"2026-06-01T10:00:00Z",
        "performer":[{"reference":"Patient/{{patient}}"}],"organization":[{"reference":"Organization/{{controller}}"}],"policy":[
        {"uri":"{{Base}}/policy/{{(part2 ? "part2-consent" : "sharing-consent")}}"}],"verification":[{"verified":true,
        "verifiedWith":{"reference":"Patient/{{patient}}"},"verificationDate":"2026-06-01T10:00:00Z"}],"provision":{"type":"{{type}}",
        "period":{"start":"2026-06-01","end":"2027-05-31"},"actor":[{"role":{"coding":[
        {"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},
        "reference":{"reference":"Organization/{{permits}}"} }],"securityLabel":[{"system":"{{Base}}/CodeSystem/sharing-tier",
        "code":"{{tier}}"}{{string.Concat((labels ?? []).Select(label => "," + Label(label)))}}],"purpose":[
        {"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"{{purpose}}"}]} }
        """;

    public static string Condition(string id, string patient, string code = "38341003", string? encounter = null) => $$"""
        {"resourceType":"Condition","id":"{{id}}","clinicalStatus":{"coding":[
        {"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"coding":[
        {"system":"http://snomed.info/sct","code":"{{code}}"}]},
        "subject":{"reference":"Patient/{{patient}}"}
        {{(encounter is null ? "" : $",\"encounter\":{{\"reference\":\"Encounter/{encounter}\"}}")}},"onsetDateTime":"2026-03-04",
        "recordedDate":"2026-03-05","note":[{"text":"only at full"}]}
        """;

    public static string Encounter(string id, string patient, string status = "in-progress", string provider = "crisis-program") => $$"""
        {"resourceType":"Encounter","id":"{{id}}","identifier":[{"system":"urn:interop:incident","value":"inc-{{id}}"}],
        "status":"{{status}}","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},
        "subject":{"reference":"Patient/{{patient}}"},
        "period":{"start":"2026-11-20T10:00:00Z"{{(status == "finished" ? ",\"end\":\"2026-11-20T11:00:00Z\"" : "")}} },
        "serviceProvider":{"reference":"Organization/{{provider}}"} }
        """;

    public static string Referral(string id, string patient) => $$"""
        {"resourceType":"ServiceRequest","id":"{{id}}","status":"active","intent":"order","priority":"urgent","code":{"coding":[
        {"system":"http://snomed.info/sct","code":"183524004"}]},"subject":{"reference":"Patient/{{patient}}"},
        "authoredOn":"2026-11-20T11:00:00Z","requester":{"reference":"Organization/crisis-program"},"performer":[
        {"reference":"Organization/city-hospital"}],"reasonCode":[{"text":"only at full"}]}
        """;

    public static string ReferralTask(
        string id, string patient, string referral, string status = "requested", string owner = "city-hospital") =>
        $$"""
            {"resourceType":"Task","id":"{{id}}","status":"{{status}}","intent":"order","priority":"urgent","code":{"coding":[
            {"system":"http://hl7.org/fhir/CodeSystem/task-code","code":"fulfill"}]},"focus":{"reference":"ServiceRequest/{{referral}}"},
            "for":{"reference":"Patient/{{patient}}"},"authoredOn":"2026-11-20T11:00:00Z",
            "requester":{"reference":"Organization/crisis-program"},"owner":{"reference":"Organization/{{owner}}"},"note":[
            {"text":"only the custodian and full see this"}]}
            """;

    private static string Scope(string scope) =>
        $$"""{"url":"{{Base}}/StructureDefinition/agreement-scope","valueString":"{{scope}}"}""";

    private static string Opening(string says) => $$"""
        {"url":"{{Base}}/StructureDefinition/agreement-opening","extension":[{"url":"type","valueCode":"{{says.Split('=')[0]}}"},
        {"url":"to","valueCode":"{{says.Split('=')[1]}}"}]}
        """;

    private static string Category(string[]? labels) =>
        labels is null ? "" : $",\"category\":[{string.Join(',', labels.Select(Label))}]";

    private static string Label(string code) => $$"""{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{{code}}"}""";

    private static string Action(string purpose) => $$"""
        {"type":{"coding":[{"system":"{{Base}}/CodeSystem/agreement-action","code":"disclose"}]},"intent":{"coding":[
        {"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"{{purpose}}"}]},"status":{"coding":[
        {"system":"{{Base}}/CodeSystem/agreement-action-status","code":"active"}]} }
        """;

    private static string DataUse(string[] purposes) => $$"""
        ,{"type":{"coding":[{"system":"{{Base}}/CodeSystem/agreement-term","code":"data-use"}]},
        "offer":{"text":"To evaluate, and to name nobody."},"action":[{{string.Join(',', purposes.Select(Action))}}]}
        """;

    private static string Term(string code) => $$"""
        {"type":{"coding":[{"system":"{{Base}}/CodeSystem/agreement-term","code":"{{code}}"}]},"offer":{"text":"Agreed."} }
        """;
}
