namespace Interop.Server.Tests.Interactions;

/// <summary>
/// Bundles of the shapes that HL7's guide to bidirectional service referrals (BSeR) and Gravity's SDOH Clinical Care publish; all that is
/// in them is invented.
/// </summary>
internal static class ReferralMessages
{
    private const string Identity = """
        "identifier":{"system":"urn:ietf:rfc:3986","value":"urn:uuid:7d0e2b1c-3f43-4a52-9b43-0f5a5e1c2a55"}
        """;

    private const string SocialCodes = "http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes";
    private const string Patient = "\"name\":[{\"family\":\"Message\"}]";

    /// <summary>How entries are named, and how they are referred to.</summary>
    public delegate string Naming(string type, string id);

    public static string Relative(string type, string id) => $"{type}/{id}";

    public static string Address(string type, string id) => $"http://ehr.example/fhir/{type}/{id}";

    /// <summary>The same name for the same entry.</summary>
    public static string Uuid(string type, string id) =>
        "urn:uuid:" + new Guid(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(type + id))[..16]);

    /// <summary>A referral: the header's focus is the Task, whose focus is the ServiceRequest, whose document is nested.</summary>
    public static string Request(Naming url, Naming to) => Message(
        url,
        Header(to, string.Empty),
        ("ServiceRequest", "s", $$"""
            "identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"PLAC"}]},"value":"1",
            "assigner":{"reference":"{{to("Organization", "o")}}"} }],
            "status":"active","intent":"order","code":{"coding":[{"system":"http://snomed.info/sct","code":"3457005"}]},
            "subject":{"reference":"{{to("Patient", "own")}}"},"authoredOn":"2026-11-20",
            "requester":{"reference":"{{to("PractitionerRole", "a")}}"},
            "performer":[{"reference":"{{to("PractitionerRole", "b")}}"}],"insurance":[{"reference":"{{to("Coverage", "elsewhere")}}"}],
            "supportingInfo":[{"reference":"{{to("Bundle", "d")}}"}]
            """),
        Task(to, "requested", string.Empty),
        ("Patient", "own", Patient),
        ("PractitionerRole", "a", $"\"organization\":{{\"reference\":\"{to("Organization", "o")}\"}}"),
        ("PractitionerRole", "b", "\"active\":true"),
        ("Organization", "o", "\"name\":\"Away\""),
        ("Bundle", "d", DocumentContent(url, to)));

    /// <summary>Only header and Task: the rest is at the sender's.</summary>
    public static string TaskAlone(Naming url, Naming to) => Message(url, Header(to, string.Empty), Task(to, "requested", string.Empty));

    /// <summary>The answer: it names the message that it answers, and the Task's output is a nested document.</summary>
    public static string Response(Naming url, Naming to) => Message(
        url,
        Header(to, "\"response\":{\"identifier\":\"m\",\"code\":\"ok\"},"),
        Task(to, "completed", $$"""
            ,"output":[{"type":{"text":"feedback"},"valueReference":{"reference":"{{to("Bundle", "d")}}"} }]
            """),
        ("Bundle", "d", DocumentContent(url, to)));

    /// <summary>One that could not be taken: why not is an entry, and nothing is in focus.</summary>
    public static string Failure(Naming url, Naming to) => Message(
        url,
        ("MessageHeader", "m", $$"""
            "eventCoding":{"system":"http://terminology.hl7.org/CodeSystem/v2-0003","code":"I12"},
            "source":{"endpoint":"http://ehr.example/fhir"},
            "response":{"identifier":"m0","code":"fatal-error","details":{"reference":"{{to("OperationOutcome", "w")}}"} }
            """),
        ("OperationOutcome", "w", "\"issue\":[{\"severity\":\"error\",\"code\":\"not-supported\"}]"));

    /// <summary>Gravity's referral for a social need, with what came of it as Task.output.</summary>
    public static string SocialNeed(Naming url, Naming to) => Message(
        url,
        Header(to, string.Empty),
        Task(to, "completed", $$"""
            ,"for":{"reference":"{{to("Patient", "own")}}","display":"A"},"partOf":[{"reference":"{{to("Task", "elsewhere")}}"}],
            "output":[{"type":{"coding":[{"system":"{{SocialCodes}}","code":"resulting-activity"}]},
            "valueReference":{"reference":"{{to("Procedure", "p")}}"} },
            {"type":{"text":"code"},"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"713109004"}]} }]
            """),
        ("ServiceRequest", "s", $$"""
            "status":"active","intent":"order","category":[{"coding":[{"system":"{{SocialCodes}}","code":"food-insecurity"}]}],
            "subject":{"reference":"{{to("Patient", "own")}}"},"reasonReference":[{"reference":"{{to("Condition", "elsewhere")}}"}]
            """),
        ("Procedure", "p", $$"""
            "status":"completed","basedOn":[{"reference":"{{to("ServiceRequest", "s")}}"}],
            "subject":{"reference":"{{to("Patient", "own")}}"}
            """));

    /// <summary>The document by itself.</summary>
    public static string Document(Naming url, Naming to) => $$"""{"resourceType":"Bundle",{{DocumentContent(url, to)}} }""";

    private static (string, string, string) Header(Naming to, string response) => ("MessageHeader", "m", $$"""
        "eventCoding":{"system":"http://terminology.hl7.org/CodeSystem/v2-0003","code":"I12"},
        "destination":[{"endpoint":"http://interop.test/fhir","receiver":{"reference":"{{to("PractitionerRole", "b")}}"} }],
        "sender":{"reference":"{{to("PractitionerRole", "a")}}"},"source":{"name":"Away","endpoint":"http://ehr.example/fhir"},
        "reason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0003","code":"I12"}]},
        {{response}}"focus":[{"reference":"{{to("Task", "t")}}"}]
        """);

    private static (string, string, string) Task(Naming to, string status, string output) => ("Task", "t", $$"""
        "status":"{{status}}","intent":"order","code":{"coding":[{"system":"http://hl7.org/fhir/CodeSystem/task-code","code":"fulfill"}]},
        "businessStatus":{"coding":[{"system":"http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS","code":"7.0"}]},
        "focus":{"reference":"{{to("ServiceRequest", "s")}}"},"authoredOn":"2026-11-20T10:00:00Z",
        "requester":{"reference":"{{to("PractitionerRole", "a")}}"},"owner":{"reference":"{{to("PractitionerRole", "b")}}"}{{output}}
        """);

    /// <summary>A Composition whose section names a collection of supporting information, one level further in.</summary>
    private static string DocumentContent(Naming url, Naming to)
    {
        var support = Entry(url, "Observation", "v", $$"""
            "status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},
            "subject":{"reference":"{{to("Patient", "own")}}"}
            """);
        (string Type, string Id, string Content)[] entries =
        [
            ("Composition", "c", $$"""
                "status":"final","type":{"coding":[{"system":"http://loinc.org","code":"57133-1"}]},
                "subject":{"reference":"{{to("Patient", "own")}}"},"date":"2026-11-20",
                "author":[{"reference":"{{to("PractitionerRole", "a")}}"}],"title":"Referral request",
                "section":[{"title":"Support",
                "code":{"coding":[{"system":"http://hl7.org/fhir/us/bser/CodeSystem/bser","code":"RSRSI"}]},
                "entry":[{"reference":"{{to("Bundle", "i")}}"}]}]
                """),
            ("Patient", "own", Patient),
            ("PractitionerRole", "a", "\"active\":true"),
            ("Bundle", "i", $"\"type\":\"collection\",\"entry\":[{support}]"),
        ];
        return $"{Identity},\"type\":\"document\",\"timestamp\":\"2026-11-20T10:00:00Z\",\"entry\":[{Entries(url, entries)}]";
    }

    private static string Message(Naming url, params (string Type, string Id, string Content)[] entries) =>
        $$"""
        {"resourceType":"Bundle",{{Identity}},"type":"message","timestamp":"2026-11-20T10:00:00Z","entry":[{{Entries(url, entries)}}]}
        """;

    private static string Entries(Naming url, (string Type, string Id, string Content)[] entries) =>
        string.Join(',', entries.Select(entry => Entry(url, entry.Type, entry.Id, entry.Content)));

    private static string Entry(Naming url, string type, string id, string content) =>
        $$"""{"fullUrl":"{{url(type, id)}}","resource":{"resourceType":"{{type}}","id":"{{id}}",{{content}} } }""";
}
