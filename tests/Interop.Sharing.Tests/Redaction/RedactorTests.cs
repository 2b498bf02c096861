using System.Text.Json.Nodes;
using Interop.Fhir;
using Interop.Fhir.Search.Index;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;

namespace Interop.Sharing.Tests.Redaction;

/// <summary>What the redactor takes away, and what it never breaks.</summary>
public sealed class RedactorTests
{
    private const string Encounter =
        "{'resourceType':'Encounter','id':'e','meta':{'source':'SECRET','tag':[{'code':'SECRET'}]},'text':{'status':'generated',"
            + "'div':'SECRET'},"
        + "'status':'finished','class':{'code':'FLD'},'type':[{'text':'mobile'}],'subject':{'reference':'Patient/p','display':'SECRET'},"
        + "'participant':[{'individual':{'reference':'Practitioner/d','display':'Dr. Rowan'}}],'period':{'start':'2026-01-01T10:00:00Z'},"
        + "'location':[{'location':{'reference':'Location/l','display':'shown'},'period':{'start':'2026-01-01'}}],"
        + "'diagnosis':[{'condition':{'reference':'Condition/c','display':'SECRET'},'rank':1}],"
        + "'serviceProvider':{'reference':'Organization/crisis','identifier':{'value':'SECRET'}}}";

    [Fact]
    public void Own_keeps_every_byte_but_meta()
    {
        var body = Desk.Json(
            "{ 'resourceType' : 'Patient',  'id':'p', 'meta':{'versionId':'1','tag':[{'code':'x'}]}, 'name':[{'text':'\\u00e9'}] }");
        var view = Desk.View(body, Tier.Own)!;

        Assert.Equal("3", view.VersionId);
        Assert.Contains("\"name\":[{\"text\":\"\\u00e9\"}] }", Desk.Text(view), StringComparison.Ordinal);
        Assert.Contains("\"tag\":[{\"code\":\"x\"}]", Desk.Text(view), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_disclosed_at_tier_none_or_of_a_type_that_nobody_else_sees()
    {
        Assert.Null(Desk.View(Desk.Json(Encounter), Tier.None));
        Assert.Null(Desk.View(Desk.Json("{'resourceType':'AuditEvent','id':'a'}"), Tier.Full));
    }

    [Theory]
    [InlineData(Tier.Basic)]
    [InlineData(Tier.Intermediate)]
    [InlineData(Tier.Full)]
    public void Narrative_source_tags_and_displays_of_persons_never_leave(Tier tier) =>
        Assert.DoesNotContain("SECRET", Desk.Text(Desk.View(Desk.Json(Encounter), tier)), StringComparison.Ordinal);

    [Fact]
    public void References_to_what_is_not_visible_go_with_all_that_needs_them()
    {
        var body = Desk.Json(Encounter);
        var full = Desk.Seen(body, Tier.Full);

        Assert.Equal(
            ["Practitioner/d", "Location/l", "Condition/c", "Organization/crisis"],
                Desk.Redactor.References(full).Select(key => key.ToString()));
        Assert.Equal(
            "class.code period.start status subject.reference type.text", string.Join(' ', Leaves.Paths(Desk.View(body, Tier.Full,
                references: false)!.Body)));
        var seen = Desk.Redactor.Disclose(full, new HashSet<ResourceKey> { new("Location", "l") }, "hospital")!;
        Assert.Contains(
            "\"location\":[{\"location\":{\"reference\":\"Location/l\",\"display\":\"shown\"},\"period\":{\"start\":\"2026-01-01\"}}]",
            Desk.Text(seen),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://elsewhere.example/fhir/Practitioner/d")]
    [InlineData("#contained")]
    [InlineData("urn:uuid:0b8a1c0e-0000-4000-8000-000000000000")]
    [InlineData("Practitioner/not an id")]
    [InlineData("practitioner/d")]
    public void References_that_are_not_local_never_leave(string reference)
    {
        var body = Desk.Json(Encounter.Replace("Practitioner/d", reference, StringComparison.Ordinal));

        Assert.DoesNotContain("participant", Desk.Text(Desk.View(body, Tier.Full)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_versioned_reference_leaves_without_the_stored_version() => Assert.Contains(
        "\"reference\":\"Practitioner/d\"",
        Desk.Text(Desk.View(Desk.Json(Encounter.Replace("Practitioner/d", "Practitioner/d/_history/7", StringComparison.Ordinal)),
            Tier.Full)),
        StringComparison.Ordinal);

    [Fact]
    public void An_unknown_modifier_suppresses_the_whole_resource()
    {
        var body = Desk.Json(Encounter.Replace("'status':'finished'",
            "'modifierExtension':[{'url':'u','valueBoolean':true}],'status':'finished'", StringComparison.Ordinal));

        Assert.Null(Desk.View(body, Tier.Full));
        Assert.Equal(new TierPair(4, 4), Desk.Judge(body).Tiers);
    }

    [Fact]
    public void A_modifier_inside_an_element_suppresses_that_element()
    {
        var body = Desk.Json(Encounter.Replace("'individual'", "'modifierExtension':[{'url':'u','valueBoolean':true}],'individual'",
            StringComparison.Ordinal));

        Assert.DoesNotContain("participant", Desk.Text(Desk.View(body, Tier.Full)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mandatory_element_that_is_only_an_extension_suppresses_the_resource()
    {
        var body = Desk.Json(Encounter.Replace("'status':'finished'", "'_status':{'extension':[{'url':'u','valueCode':'x'}]}",
            StringComparison.Ordinal));

        Assert.Null(Desk.View(body, Tier.Full));
    }

    [Fact]
    public void Nulls_that_stand_for_twins_go_with_the_twins_and_empty_arrays_are_not_written()
    {
        var body = Desk.Json(
            "{'resourceType':'Patient','id':'p','name':[{'use':'official','given':['Ann',null],'_given':[null,{'extension':[{'url':'u',"
                + "'valueString':'SECRET'}]}]}],"
            + "'address':[{'use':'home','line':[null],'_line':[{'extension':[]}]}],'birthDate':'1990',"
            + "'_birthDate':{'extension':[{'url':'u','valueString':'SECRET'}]}}");

        Assert.Equal(
            "{\"name\":[{\"use\":\"official\",\"given\":[\"Ann\"]}],\"address\":[{\"use\":\"home\"}],\"birthDate\":\"1990\"}",
            Without(Desk.View(body, Tier.Basic)!));
    }

    [Fact]
    public void Identifiers_leave_by_type_and_social_security_numbers_never()
    {
        var body = Desk.Json(
            "{'resourceType':'Patient','id':'p','identifier':[{'type':{'coding':[{'code':'agency-case'}]},'value':'C1'},{'value':'M1'},"
            + "{'type':{'coding':[{'code':'SS'}]},'value':'SECRET'},{'system':'http://hl7.org/fhir/sid/us-ssn','value':'SECRET'}]}");

        Assert.Equal("{\"identifier\":[{\"type\":{\"coding\":[{\"code\":\"agency-case\"}]},\"value\":\"C1\"}]}", Without(Desk.View(body,
            Tier.Basic)!));
        Assert.Contains("M1", Desk.Text(Desk.View(body, Tier.Full)), StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", Desk.Text(Desk.View(body, Tier.Full)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_version_is_a_function_of_the_view_alone()
    {
        var one = Desk.View(Desk.Json(Encounter), Tier.Basic)!;
        var other = Desk.View(Desk.Json(Encounter.Replace("mobile", "changed", StringComparison.Ordinal)), Tier.Basic)!;

        Assert.Equal(one.VersionId, other.VersionId);
        Assert.Equal(16, one.VersionId.Length);
        Assert.Equal(Desk.Text(one), Desk.Text(other));
        Assert.NotEqual(Desk.View(Desk.Json(Encounter), Tier.Intermediate)!.VersionId, one.VersionId);
    }

    [Fact]
    public void A_part_2_record_says_what_it_is_and_no_other_label_leaves()
    {
        var body = Desk.Json(Encounter.Replace("'source':'SECRET'",
            "'security':[{'system':'http://terminology.hl7.org/CodeSystem/v3-ActCode','code':'HIV'}]", StringComparison.Ordinal));

        Assert.Contains("\"code\":\"42CFRPart2\"", Desk.Text(Desk.View(body, Tier.Basic, labels: Labels.Part2 | Labels.Hiv)),
            StringComparison.Ordinal);
        Assert.DoesNotContain("HIV", Desk.Text(Desk.View(body, Tier.Basic, labels: Labels.Part2 | Labels.Hiv)), StringComparison.Ordinal);
        var ordinary = Desk.Text(Desk.View(body, Tier.Basic, labels: Labels.Hiv));
        Assert.DoesNotContain("HIV", ordinary, StringComparison.Ordinal);
        Assert.DoesNotContain("PART2", ordinary, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"CONSENT-SCOPE\"", ordinary, StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_entry_that_hangs_on_a_hidden_target_is_for_the_own_organisation_only()
    {
        var entries = Desk.Judge(Desk.Json(Encounter)).Entries;

        Assert.Equal(4, entries.Single(entry => entry.Entry is DateEntry { Parameter: "location-period" }).Tiers.Anyone);
        Assert.Equal(2, entries.Single(entry => entry.Entry is ReferenceEntry { Parameter: "location" }).Tiers.Anyone);
        Assert.Equal(1, entries.Single(entry => entry.Entry is TokenEntry { Parameter: "status" }).Tiers.Anyone);
        Assert.Equal(3, entries.Single(entry => entry.Entry is ReferenceEntry { Parameter: "diagnosis" }).Tiers.Anyone);
    }

    [Fact]
    public void A_mandatory_reference_is_required_for_the_whole_resource()
    {
        var judged = Desk.Judge(Desk.Json(
            "{'resourceType':'MedicationStatement','id':'m','status':'active','medicationReference':{'reference':'Medication/x'},"
                + "'subject':{'reference':'Patient/p'}}"));

        Assert.Equal([new ResourceKey("Medication", "x")], judged.Requires);
        Assert.Equal(new TierPair(2, 2), judged.Tiers);
    }

    [Fact]
    public void What_concerns_nobody_or_several_or_cannot_be_told_stays_with_its_organisation()
    {
        const string Flag = "{'resourceType':'Flag','id':'f','status':'active','code':{'text':'x'},'subject':{'reference':'WHO'}}";
        const string Appointment = "{'resourceType':'Appointment','id':'a','status':'booked','participant':[{'status':'accepted',"
            + "'actor':{'reference':'Patient/p'}},"
            + "{'status':'accepted','actor':{'reference':'WHO'}}]}";

        Assert.Equal(2, Desk.Judge(Desk.Json(Flag.Replace("WHO", "Patient/p", StringComparison.Ordinal))).Tiers.Anyone);
        Assert.Equal(4, Desk.Judge(Desk.Json(Flag.Replace("WHO", "Organization/o", StringComparison.Ordinal))).Tiers.Anyone);
        Assert.Equal(4, Desk.Judge(Desk.Json(Flag.Replace("WHO", "Group/g", StringComparison.Ordinal))).Tiers.Anyone);
        Assert.Equal(4, Desk.Judge(Desk.Json(Flag.Replace("WHO", "https://elsewhere.example/Patient/p",
            StringComparison.Ordinal))).Tiers.Anyone);
        Assert.Equal(2, Desk.Judge(Desk.Json(Appointment.Replace("WHO", "Practitioner/d", StringComparison.Ordinal))).Tiers.Anyone);
        Assert.Equal(4, Desk.Judge(Desk.Json(Appointment.Replace("WHO", "Patient/q", StringComparison.Ordinal))).Tiers.Anyone);
        Assert.Equal(4, Desk.Judge(Desk.Json(Appointment.Replace("WHO", "https://elsewhere.example/Patient/q",
            StringComparison.Ordinal))).Tiers.Anyone);
    }

    [Fact]
    public void What_was_entered_in_error_stays_with_its_organisation() => Assert.Equal(
        new TierPair(4, 4), Desk.Judge(Desk.Json(Encounter.Replace("finished", "entered-in-error", StringComparison.Ordinal))).Tiers);

    [Fact]
    public void A_place_is_directory_data_unless_it_is_somebodys()
    {
        const string Place = "{'resourceType':'Location','id':'l','status':'active','name':'Place'}";
        const string Home =
            "{'resourceType':'Location','id':'l','extension':[{'url':'https://interop.example/fhir/StructureDefinition/location-subject',"
                + "'valueReference':{'reference':'Patient/p'}}],'status':'active','name':'Home'}";

        Assert.Equal((1, 0), (Desk.Judge(Desk.Json(Place)).Tiers.Anyone, Desk.Judge(Desk.Json(Place)).Subjects.Count));
        var home = Desk.Judge(Desk.Json(Home));
        Assert.Equal((2, "p"), (home.Tiers.Anyone, Assert.Single(home.Subjects)));
        Assert.Null(Desk.View(Desk.Json(Home), Tier.Basic));
        Assert.Contains("location-subject", Desk.Text(Desk.View(Desk.Json(Home), Tier.Intermediate)), StringComparison.Ordinal);
        Assert.Equal(4, Desk.Judge(Desk.Json(Home.Replace("Patient/p", "Group/p", StringComparison.Ordinal))).Tiers.Anyone);
    }

    [Fact]
    public void A_recipient_of_a_consent_sees_only_itself_among_its_actors()
    {
        var body = Desk.Json(
            "{'resourceType':'Consent','id':'c','status':'active','scope':{'text':'s'},'category':[{'text':'k'}],"
                + "'patient':{'reference':'Patient/p'},"
            + "'policy':[{'uri':'u'}],'provision':{'type':'permit','actor':[{'role':{'text':'r'},"
            + "'reference':{'reference':'Organization/hospital'}},"
            + "{'role':{'text':'SECRET'},'reference':{'reference':'Organization/other'}}],'securityLabel':[{'code':'SECRET'}],"
            + "'provision':[{'type':'deny'}]}}");

        Assert.Null(Desk.View(body, Tier.Full));
        var view = Desk.Text(Desk.View(body, Tier.Basic, party: true));
        Assert.Contains(
            "\"provision\":{\"type\":\"permit\",\"actor\":[{\"role\":{\"text\":\"r\"},"
                + "\"reference\":{\"reference\":\"Organization/hospital\"}}]}",
            view,
            StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", view, StringComparison.Ordinal);
        Assert.DoesNotContain("other", view, StringComparison.Ordinal);
        Assert.Equal(["hospital", "other"], Desk.Judge(body).Parties);
        Assert.Equal(
            [("hospital", "hospital"), ("other", "other")],
            Desk.Judge(body).Entries.Where(entry => entry.Entry.Parameter == "actor" && entry.Tiers.Party < 4)
                .Select(entry => (entry.Party!, ((Interop.Fhir.Search.Index.ReferenceEntry)entry.Entry).TargetId!)).Order());
    }

    [Fact]
    public void What_a_consent_says_to_others_changes_nothing_for_its_recipient()
    {
        const string Consent = "{'resourceType':'Consent','id':'c','status':'active','scope':{'text':'s'},'category':[{'text':'k'}],"
            + "'patient':{'reference':'Patient/p'},"
            + "'policy':[{'uri':'u'}],'provision':{'type':'permit','actor':[{'role':{'text':'r'},"
            + "'reference':{'reference':'Organization/hospital'}}MORE]NESTED}}";
        var alone = Desk.Judge(Desk.Json(Consent.Replace("MORE", "").Replace("NESTED", "")));
        var among = Desk.Judge(Desk.Json(Consent
            .Replace("MORE", ",{'role':{'text':'x'},'reference':{'reference':'Organization/other'}}")
            .Replace(
                "NESTED",
                ",'provision':[{'type':'deny','actor':[{'role':{'text':'y'},'reference':{'reference':'Organization/third'}}]}]")));

        Assert.Equal(alone.ViewsOf("hospital"), among.ViewsOf("hospital"));
        Assert.Equal(EntriesOf(alone), EntriesOf(among));
        Assert.NotEqual(among.ViewsOf("hospital"), among.ViewsOf("other"));

        static IEnumerable<string> EntriesOf(JudgedResource judged) =>
            judged.Entries.Where(entry => entry.Party == "hospital").Select(entry => $"{entry.Entry} {entry.Tiers}").Order();
    }

    [Fact]
    public void A_recipient_sees_whether_a_consent_denies_or_permits_and_the_exceptions_that_name_it()
    {
        var body = Desk.Json(
            "{'resourceType':'Consent','id':'c','status':'active','scope':{'text':'s'},'category':[{'text':'k'}],"
                + "'patient':{'reference':'Patient/p'},"
            + "'policy':[{'uri':'u'}],'provision':{'type':'permit','provision':[{'type':'deny','actor':[{'role':{'text':'r'},"
            + "'reference':{'reference':'Organization/hospital'}}]},"
            + "{'type':'deny','purpose':[{'code':'SECRET'}],'actor':[{'role':{'text':'r'},"
            + "'reference':{'reference':'Organization/other'}}]}]}}");

        var view = Desk.Text(Desk.View(body, Tier.Basic, party: true));
        Assert.Contains(
            "\"provision\":{\"type\":\"permit\",\"provision\":[{\"type\":\"deny\",\"actor\":[{", view, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", view, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("in-progress", "'period':{'start':'2026-01-01T00:00:00Z'}", true, true)]
    [InlineData("onleave", "'period':{'start':'2026-01-01T00:00:00Z'}", true, true)]
    [InlineData("finished", "'period':{'start':'2026-01-01T00:00:00Z','end':'2026-01-02T00:00:00Z'}", true, false)]
    [InlineData("finished", "'period':{'start':'2026-01-01T00:00:00Z'}", false, false)]
    [InlineData("planned", "'period':{'start':'2026-01-01T00:00:00Z'}", false, false)]
    [InlineData("cancelled", "'period':{'start':'2026-01-01T00:00:00Z'}", false, false)]
    [InlineData("entered-in-error", "'period':{'start':'2026-01-01T00:00:00Z'}", false, false)]
    public void An_encounter_is_a_case_of_its_provider_while_it_is_open(string status, string period, bool isCase, bool isOpen)
    {
        var cases = Desk.Judge(Desk.Json(
            $"{{'resourceType':'Encounter','id':'e','status':'{status}','class':{{'code':'x'}},'subject':{{'reference':'Patient/p'}},"
                + $"'serviceProvider':{{'reference':'Organization/h'}},{period}}}")).Cases;

        Assert.Equal(isCase, cases.Count == 1);
        Assert.Equal(isOpen, cases.Any(fact => fact.To > Desk.Now && fact.Organization == "h" && fact.Patient == "p"));
    }

    [Theory]
    [InlineData("requested", false)]
    [InlineData("accepted", true)]
    [InlineData("in-progress", true)]
    [InlineData("on-hold", true)]
    [InlineData("rejected", false)]
    [InlineData("draft", false)]
    public void A_task_is_a_case_of_its_owner_once_it_is_accepted_and_a_referral_before(string status, bool isCase)
    {
        var judged = Desk.Judge(Desk.Json(
            $"{{'resourceType':'Task','id':'t','status':'{status}','intent':'order','for':{{'reference':'Patient/p'}},"
                + $"'owner':{{'reference':'Organization/h'}},'focus':{{'reference':'ServiceRequest/s'}}}}"));

        Assert.Equal(isCase, judged.Cases.Any(fact => !fact.IsReferral));
        Assert.Equal(status == "requested", judged.Cases.Any(fact => fact.IsReferral));
        Assert.Equal(["h"], judged.Parties);
        Assert.Equal([new("ServiceRequest", "s"), new("Patient", "p")], judged.Inherits);
        Assert.Equal(new TierPair(2, 1), judged.Tiers);
    }

    private static string Without(Disclosure view)
    {
        var json = JsonNode.Parse(view.Body.Span)!.AsObject();
        json.Remove("resourceType");
        json.Remove("id");
        json.Remove("meta");
        return json.ToJsonString();
    }
}
