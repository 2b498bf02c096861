namespace Interop.Server.Tests.Consents;

/// <summary>What is sent to <c>Consent/$file-consent</c>.</summary>
internal static class SceneConsent
{
    public const string Provision = "http://hl7.org/fhir/consent-provision-type";
    public const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    public const string Tiers = $"{Fixtures.Base}/CodeSystem/sharing-tier";
    public const string Manners = $"{Fixtures.Base}/CodeSystem/consent-manner";

    private const string Form = $"{Fixtures.Base}/Questionnaire/consent-on-scene";

    /// <summary>Answers of a person who lets the hospital know and signs, by linkId.</summary>
    public static Dictionary<string, string> Signed() => new()
    {
        ["decision"] = Coding(Provision, "permit"),
        ["recipient"] = Reference("Organization/city-hospital"),
        ["tier"] = Coding(Tiers, "intermediate"),
        ["purpose"] = Coding("http://terminology.hl7.org/CodeSystem/v3-ActReason", "TREAT"),
        ["manner"] = Coding(Manners, "written"),
        ["signature"] = """{"valueAttachment":{"contentType":"image/png","data":"c2lnbmVk"}}""",
    };

    /// <param name="suffix"><c>-es</c> for the form in Spanish.</param>
    public static string Response(string patient, string authored, Dictionary<string, string> answers, string suffix = "") => $$"""
        {"resourceType":"QuestionnaireResponse","questionnaire":"{{Form}}{{suffix}}|1.0.0","status":"completed",
        "subject":{"reference":"Patient/{{patient}}"},"authored":"{{authored}}","author":{"reference":"Practitioner/writer"},"item":[
        {{string.Join(',', answers.Select(answer => $$"""{"linkId":"{{answer.Key}}","answer":[{{answer.Value}}]}"""))}}]}
        """;

    public static string Coding(string system, string code) => $$"""{"valueCoding":{"system":"{{system}}","code":"{{code}}"} }""";

    public static string Reference(string to) => $$"""{"valueReference":{"reference":"{{to}}"} }""";

    public static string Scan(string patient) => $$"""
        {"resourceType":"DocumentReference","status":"current","type":{"coding":[{"system":"http://loinc.org","code":"59284-0"}]},
        "subject":{"reference":"Patient/{{patient}}" },
        "content":[{"attachment":{"contentType":"application/pdf","data":"c2Nhbg=="} }]}
        """;

    /// <param name="consent">Null where it is made of the document.</param>
    public static string Filing(string document, string? consent = null)
    {
        var filed = consent is null ? string.Empty : $$"""{"name":"consent","resource":{{consent}}},""";
        return $$"""{"resourceType":"Parameters","parameter":[{{filed}}{"name":"document","resource":{{document}}}]}""";
    }
}
