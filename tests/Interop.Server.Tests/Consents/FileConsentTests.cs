using System.Text.Json.Nodes;
using System.Xml.Linq;
using Interop.Server.Tests.FollowUp;
using static Interop.Server.Tests.Consents.SceneConsent;

namespace Interop.Server.Tests.Consents;

/// <summary>A consent from the scene: filed with its document, or made of the form, and effective at once.</summary>
public class FileConsentTests : SceneTests
{
    private const string Document = "Parameters.parameter.where(name='document').resource";
    private const string Filed = "Parameters.parameter.where(name='consent').resource";

    protected override IReadOnlyList<string> Settings => ["--Interop:VerbalConsent=true"];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital").Replace(
            "\"name\":\"city-hospital\"", "\"name\":\"City Hospital & Clinic\"", StringComparison.Ordinal),
        Fixtures.Organization("family-services", "social-services"),
        Fixtures.Agreement("city-hospital", labels: ["PSY", "SUD", "42CFRPart2"]),
        Fixtures.Agreement("family-services", "intermediate", ["COC"]),
        Fixtures.Patient("p1"), Fixtures.Patient("p2"), Fixtures.Condition("c1", "p1"),
        """{"resourceType":"Practitioner","id":"writer","name":[{"family":"Writer"}]}""",
        """{"resourceType":"Practitioner","id":"witness","name":[{"family":"Oh","given":["Lee"]}]}""",
    ];

    [Theory]
    [InlineData("", "en", "Consent on scene", "Also diagnoses, treatment, medication and referrals")]
    [InlineData("-es", "es", "Consentimiento en el lugar", "También diagnósticos, tratamiento, medicamentos y derivaciones")]
    public async Task Answers_to_the_form_make_a_consent_that_counts_and_a_copy_in_the_persons_language(
        string suffix, string language, string title, string tier)
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        await (await hospital.GetAsync("Condition/c1")).OutcomeAsync(404);

        using var answer = await FileAsync(navigator, Answers(suffix: suffix));

        Assert.Equal("informational", (await answer.OutcomeAsync(201)).Text("code"));
        Assert.False(answer.Headers.Contains("Warning"));
        Assert.Equal(200, (int)(await hospital.GetAsync("Condition/c1")).StatusCode);
        var consent = await navigator.GetJsonAsync(answer.Headers.Location!.AbsolutePath);
        Assert.Equal((language, "2026-11-22T11:00:00Z"), (consent.Text("language"), consent.Text("dateTime")));
        Assert.Equal("2027-11-21", consent.GetProperty("provision").GetProperty("period").Text("end"));
        Assert.Equal(1, (await navigator.GetJsonAsync(
            $"QuestionnaireResponse?_id={consent.GetProperty("sourceReference").Text("reference").Split('/')[1]}&_summary=count"))
            .GetProperty("total").GetInt32());
        var copy = XElement.Parse(consent.GetProperty("text").Text("div"));
        Assert.Equal(language, (string?)copy.Attribute("lang"));
        foreach (var said in new[] { title, tier, "Ana Testa", "City Hospital & Clinic", "2027-11-21" })
        {
            Assert.Contains(said, copy.Value, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("2026-11-23T01:40:00Z")]
    [InlineData("2026-11-22T20:40:00-05:00")]
    [InlineData("2026-11-23T01:48:00Z")] // a device whose clock is ahead
    [InlineData("2026-11-23")]
    public async Task It_counts_at_once_whatever_the_hour(string authored)
    {
        Server.Clock.Advance(TimeSpan.FromMinutes((13 * 60) + 45)); // 01:45 in UTC
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");

        using var answer = await FileAsync(navigator, SceneConsent.Response("p1", authored, Signed()));

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Equal(200, (int)(await hospital.GetAsync("Condition/c1")).StatusCode);
    }

    [Fact]
    public async Task Substance_use_is_permitted_by_a_signature_and_then_by_a_consent_that_Part_2_lets_count()
    {
        using var navigator = Server.As("navigator");
        await Server.ImportAsync(Custodian, Fixtures.Condition("p2c", "p1").Replace(
            "\"resourceType\":\"Condition\",", "\"resourceType\":\"Condition\",\"meta\":{\"security\":[" +
            "{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActCode\",\"code\":\"42CFRPart2\"}]},", StringComparison.Ordinal));
        using var hospital = Server.As("hospital");
        using var plain = await FileAsync(navigator, Answers());
        await (await hospital.GetAsync("Condition/p2c")).OutcomeAsync(404);

        using var answer = await FileAsync(navigator, Answers(answers => answers["sensitive"] = Coding(ActCode, "SUD")));

        Assert.Equal(201, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains("Warning"));
        Assert.Equal(200, (int)(await hospital.GetAsync("Condition/p2c")).StatusCode);
        var copy = (await navigator.GetJsonAsync(answer.Headers.Location!.AbsolutePath)).GetProperty("text").Text("div");
        Assert.Contains("42 CFR 2.12, 2.31", copy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_before_a_witness_counts_where_the_site_lets_it_and_names_the_witness()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");

        using var answer = await FileAsync(navigator, Answers(Spoken));

        Assert.Equal(201, (int)answer.StatusCode);
        var consent = await navigator.GetJsonAsync(answer.Headers.Location!.AbsolutePath);
        Assert.Equal("Practitioner/witness", consent.GetProperty("extension")[0].GetProperty("valueReference").Text("reference"));
        Assert.False(consent.TryGetProperty("verification", out _));
        Assert.Equal(200, (int)(await hospital.GetAsync("Condition/c1")).StatusCode);
    }

    [Fact]
    public async Task A_refusal_needs_neither_signature_nor_witness_and_without_a_name_is_for_everybody()
    {
        await using var strict = await RunningServer.StartAsync();
        await strict.ImportAsync(Custodian, [Fixtures.Organization(Custodian, "crisis-program"), .. Scene]);
        using var navigator = strict.As("navigator");
        using var hospital = strict.As("hospital");
        using var social = strict.As("social");
        Assert.Equal(200, (int)(await hospital.GetAsync("Patient/p1")).StatusCode);

        using var answer = await FileAsync(navigator, Response("", new() { ["decision"] = Coding(Provision, "deny") }));

        Assert.Equal(201, (int)answer.StatusCode);
        await (await hospital.GetAsync("Patient/p1")).OutcomeAsync(404);
        await (await social.GetAsync("Patient/p1")).OutcomeAsync(404);
    }

    /// <summary>What is wrong with the answers, and the element that is named.</summary>
    public static TheoryData<string, string> Misfits => new()
    {
        { "no decision", "item" },
        { "no recipient", "item" },
        { "no tier", "item" },
        { "no purpose", "item" },
        { "no signature", "item" },
        { "empty signature", "item[5].answer[0]" },
        { "unknown tier", "item[2].answer[0].valueCoding" },
        { "unknown item", "item[5].linkId" },
        { "two decisions", "item[0].answer" },
        { "recipient is a person", "item[1].answer[0].valueReference" },
        { "too long", "item[6].answer[0].valueDate" },
        { "ends before", "item[6].answer[0].valueDate" },
        { "tier of a refusal", "item[1].answer[0]" },
        { "in the future", "authored" },
        { "in the last year of the calendar", "authored" },
        { "not completed", "status" },
        { "nobody", "subject" },
        { "another version", "questionnaire" },
        { "spoken without a witness", "item" },
        { "heard by who wrote it", "item[5].answer[0].valueReference" },
        { "spoken about drugs", "item[4].answer[0]" },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    public async Task Answers_that_do_not_fit_the_form_are_refused_with_the_element_and_nothing_is_stored(string wrong, string element)
    {
        using var navigator = Server.As("navigator");

        using var answer = await FileAsync(navigator, Misfit(wrong));

        Assert.Equal($"{Document}.{element}", (await answer.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        Assert.Empty((await navigator.GetJsonAsync("Consent")).Keys());
        Assert.Empty((await navigator.GetJsonAsync("QuestionnaireResponse")).Keys());
    }

    [Fact]
    public async Task A_site_that_takes_no_word_of_mouth_says_so()
    {
        await using var strict = await RunningServer.StartAsync();
        await strict.ImportAsync(Custodian, [Fixtures.Organization(Custodian, "crisis-program"), .. Scene]);
        using var navigator = strict.As("navigator");

        using var answer = await FileAsync(navigator, Answers(Spoken));

        Assert.Contains("Interop:VerbalConsent", (await answer.OutcomeAsync(422)).Text("diagnostics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_consent_is_filed_with_the_document_that_proves_it()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");

        using var answer = await FileAsync(navigator, Scan("p1"), Fixtures.Consent("sent", "p1", "city-hospital"));

        Assert.Equal(201, (int)answer.StatusCode);
        var consent = await navigator.GetJsonAsync(answer.Headers.Location!.AbsolutePath);
        var source = consent.GetProperty("sourceReference").Text("reference");
        Assert.Equal("DocumentReference", (await navigator.GetJsonAsync(source)).Text("resourceType"));
        Assert.Equal(200, (int)(await hospital.GetAsync("Condition/c1")).StatusCode);
    }

    [Fact]
    public async Task What_can_not_be_read_whole_is_filed_with_a_warning()
    {
        using var navigator = Server.As("navigator");
        var consent = JsonNode.Parse(Fixtures.Consent("sent", "p1", "city-hospital", type: "deny"))!;
        consent["provision"]!["code"] = JsonNode.Parse("""[{"text":"something"}]""");

        using var answer = await FileAsync(navigator, Scan("p1"), consent.ToJsonString());

        Assert.Equal(201, (int)answer.StatusCode);
        var issues = (await answer.JsonAsync()).GetProperty("issue").EnumerateArray().ToList();
        Assert.Equal(["information", "warning"], issues.Select(issue => issue.Text("severity")));
        Assert.True(answer.Headers.Contains("Warning"));
    }

    [Fact]
    public async Task What_a_POST_would_refuse_is_refused_with_the_place_in_the_request()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        using var dispatcher = Server.As("dispatch");
        var consent = Fixtures.Consent("sent", "p1", "city-hospital");

        await RefusedAsync(navigator, Scan("p2"), consent, 422, "Consent.sourceReference");
        await RefusedAsync(navigator, Scan("p1"), With("patient-privacy", "research"), 422, $"{Filed}.scope");
        await RefusedAsync(navigator, Scan("p1"), With("\"active\"", "\"nonsense\""), 400, $"{Filed}.status");
        await RefusedAsync(hospital, Scan("p1"), consent, 422, $"{Filed}.organization");
        await RefusedAsync(dispatcher, Scan("p1"), consent, 403, null);
        await RefusedAsync(navigator, Scan("p1"), null, 400, null);
        await RefusedAsync(navigator, Answers(), consent, 400, Filed);
        await RefusedAsync(navigator, Fixtures.Patient("x"), consent, 400, Document);
        using var missing = await navigator.PostFhirAsync("Consent/$file-consent", """{"resourceType":"Parameters"}""");
        Assert.Contains("document", (await missing.OutcomeAsync(400)).Text("diagnostics"), StringComparison.Ordinal);
        Assert.Empty((await navigator.GetJsonAsync("Consent")).Keys());
        Assert.Empty((await navigator.GetJsonAsync("DocumentReference")).Keys());

        string With(string text, string other) => consent.Replace(text, other, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agency_files_consents_for_its_own_records()
    {
        await Server.ImportAsync("city-hospital", Fixtures.Patient("own"));
        using var hospital = Server.As("hospital");

        using var answer = await FileAsync(
            hospital, Scan("own"), Fixtures.Consent("x", "own", Custodian, controller: "city-hospital"));

        Assert.Equal(201, (int)answer.StatusCode);
        Assert.Contains("no agreement in force", Assert.Single(answer.Headers.GetValues("Warning")), StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(HttpClient client, string document, string? consent, int status, string? element)
    {
        using var answer = await FileAsync(client, document, consent);
        var issue = await answer.OutcomeAsync(status);
        Assert.True(element is null || issue.GetProperty("expression")[0].GetString() == element, issue.ToString());
    }

    private static Task<HttpResponseMessage> FileAsync(HttpClient client, string document, string? consent = null) =>
        client.PostFhirAsync("Consent/$file-consent", Filing(document, consent));

    private static string Misfit(string wrong) => wrong switch
    {
        "two decisions" => Answers(answers => answers["decision"] = $"{Coding(Provision, "permit")},{Coding(Provision, "deny")}"),
        "recipient is a person" => Answers(answers => answers["recipient"] = Reference("Patient/p2")),
        "unknown tier" => Answers(answers => answers["tier"] = Coding(Tiers, "own")),
        "empty signature" => Answers(answers => answers["signature"] = """{"valueAttachment":{"title":"x"}}"""),
        "unknown item" => Answers(answers => Move(answers, "else", """{"valueString":"x"}"""), drop: "signature"),
        "too long" => Answers(answers => Move(answers, "end", """{"valueDate":"2027-11-23"}""")),
        "ends before" => Answers(answers => Move(answers, "end", """{"valueDate":"2026-11-21"}""")),
        "tier of a refusal" => Response(
            "", new() { ["decision"] = Coding(Provision, "deny"), ["tier"] = Coding(Tiers, "basic") }),
        "in the future" => Answers().Replace("2026-11-22T11:00:00Z", "2026-12-22T11:00:00Z", StringComparison.Ordinal),
        "in the last year of the calendar" => Answers().Replace("2026-11-22T11:00:00Z", "9999-06-01T00:00:00Z", StringComparison.Ordinal),
        "not completed" => Answers().Replace("\"completed\"", "\"in-progress\"", StringComparison.Ordinal),
        "nobody" => Answers().Replace("Patient/p1", "Organization/city-hospital", StringComparison.Ordinal),
        "another version" => Answers().Replace("|1.0.0", "|0.9.0", StringComparison.Ordinal),
        "spoken without a witness" => Answers(answers => { Spoken(answers); answers.Remove("witness"); }),
        "heard by who wrote it" => Answers(answers => { Spoken(answers); answers["witness"] = Reference("Practitioner/writer"); }),
        "spoken about drugs" => Answers(answers => { Spoken(answers); answers["sensitive"] = Coding(ActCode, "SUD"); }),
        _ => Answers(answers => answers.Remove(wrong["no ".Length..])),
    };

    private static void Move(Dictionary<string, string> answers, string link, string answer)
    {
        answers.Remove(link);
        answers[link] = answer;
    }

    private static void Spoken(Dictionary<string, string> answers)
    {
        answers.Remove("signature");
        answers["manner"] = Coding(Manners, "verbal");
        answers["witness"] = Reference("Practitioner/witness");
    }

    private static string Answers(Action<Dictionary<string, string>>? change = null, string suffix = "", string? drop = null)
    {
        var answers = Signed();
        if (drop is not null)
        {
            answers.Remove(drop);
        }

        change?.Invoke(answers);
        return Response(suffix, answers);
    }

    /// <summary>Written on the day on which the test's clock stands.</summary>
    private static string Response(string suffix, Dictionary<string, string> answers) =>
        SceneConsent.Response("p1", "2026-11-22T11:00:00Z", answers, suffix);
}
