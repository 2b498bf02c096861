
namespace Interop.Server.Tests.Interactions;

/// <summary>What only transactions have: one outcome, and conditions on what they write.</summary>
public sealed partial class BundleRuleTests
{
    [Fact]
    public async Task Conditional_references_wait_for_each_other_a_few_times_only()
    {
        using var client = Server.As("navigator");
        string Link(int number) => Entry(null, $$$"""
            {"resourceType":"Basic","identifier":[{"system":"urn:t","value":"{{{number}}}"}],"code":{"text":"x"},
            "subject":{"reference":"Basic?identifier=urn:t|{{{number + 1}}}"}}
            """, "POST", "Basic");
        var end =
            Entry(null, """{"resourceType":"Basic","identifier":[{"system":"urn:t","value":"40"}],"code":{"text":"x"}}""", "POST", "Basic");

        using var response = await client.PostFhirAsync("", Transaction([.. Enumerable.Range(0, 40).Select(Link), end]));

        await response.OutcomeAsync(412);
        Assert.Empty((await client.GetJsonAsync("Basic")).Keys());
    }

    public static TheoryData<string, int, string> Overlaps => new()
    {
        {
            $"{Entry(null, Fixtures.Patient("own", "A"), "PUT", "Patient/own")},"
                + $"{Entry(null, Fixtures.Patient("own", "B"), "PUT", "Patient/own")}",
            400,
            "the same update twice"
        },
        {
            $"{Entry(null, Fixtures.Patient("own", "A"), "PUT", "Patient/own")},{Entry(null, null, "DELETE", "Patient/own")}", 400,
            "update and delete of one"
        },
        {
            $"{Entry(null, null, "DELETE", "Patient/own")},{Entry(null, null, "DELETE", "/Patient/own")}", 400,
            "delete twice, written otherwise"
        },
        {
            $"{Entry("urn:uuid:7d0e2b1c-3f43-4a52-9b43-0f5a5e1c2a11", Basic, "POST", "Basic", "\"ifNoneExist\":\"identifier=a|1\"")},"
                + $"{Entry("urn:uuid:7d0e2b1c-3f43-4a52-9b43-0f5a5e1c2a12", Basic, "POST", "Basic", "\"ifNoneExist\":\"identifier=a|1\"")}",
            400,
            "two creates under one condition"
        },
        {
            $"{Entry(null, Basic, "POST", "Basic", "\"ifNoneExist\":\"identifier=a|1&code=x\"")},"
                + $"{Entry(null, Basic, "POST", "Basic", "\"ifNoneExist\":\"code=x&identifier=A%7C1\"")}",
            400,
            "two creates under one condition, written otherwise"
        },
        {
            $"{Entry("http://interop.test/fhir/Basic/1", Basic, "POST", "Basic")},"
                + $"{Entry("HTTP://interop.test:80/fhir/Basic/1", Basic, "POST", "Basic")}",
            400,
            "one address, written otherwise"
        },
        {
            Entry(null, Basic, "POST", "Basic", "\"ifNoneExist\":\"identifier=a|1&_summary=count\""), 400,
            "a condition with a result parameter"
        },
        { Entry(null, Basic, "POST", "Basic", "\"ifNoneExist\":\"identifier=a|1&_include=Basic:subject\""), 400, "another one" },
        { Entry(null, Basic, "POST", "Basic", "\"ifNoneExist\":\"identifier=a|1&_sort:asc=x\""), 400, "one with a modifier" },
        {
            Entry(null, Fixtures.Patient("own", "A"), "PUT", "Patient/own", "\"ifMatch\":\"W/\\\"99\\\"\""), 412,
            "an update of another version"
        },
        {
            Entry(null, Fixtures.Patient("own", "A"), "PUT", "Patient/own", "\"ifNoneMatch\":\"*\""), 412,
            "an update of what must not be there"
        },
        { Entry(null, null, "DELETE", "Patient/own", "\"ifMatch\":\"W/\\\"99\\\"\""), 412, "a delete of another version" },
        {
            Entry(null, Fixtures.Patient("own", "A"), "PUT", "Patient/own", "\"ifNoneExist\":\"identifier=x\""), 400,
            "a condition that an update does not have"
        },
        { Entry(null, Basic, "PATCH", "Basic/x"), 400, "a patch that is none" },
    };

    [Theory]
    [MemberData(nameof(Overlaps))]
    public async Task A_transaction_that_can_not_be_carried_out_as_one_changes_nothing(string entries, int status, string why)
    {
        using var client = Server.As("navigator");

        using var response = await client.PostFhirAsync("", Bundle("transaction", entries));

        Assert.True((int)response.StatusCode == status, $"{why}: {await response.Content.ReadAsStringAsync()}");
        Assert.Equal("1", (await client.GetJsonAsync("Patient/own")).GetProperty("meta").GetProperty("versionId").GetString());
        Assert.Empty((await client.GetJsonAsync("Basic")).Keys());
    }

    [Fact]
    public async Task Conditional_references_are_resolved_when_all_is_created_whatever_the_order()
    {
        using var client = Server.As("navigator");

        var answer = await SentAsync(client, Transaction(
            Entry(
                null,
                """{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"Observation?identifier=urn:t|o"}}""",
                "POST",
                "Basic"),
            Entry(
                null, """{"resourceType":"Observation","identifier":[{"system":"urn:t","value":"o"}],"status":"final","code":"""
                    + """{"text":"x"},"subject":{"reference":"Patient?identifier=urn:t|p"}}""", "POST", "Observation"),
            Entry(
                null,
                """{"resourceType":"Patient","identifier":[{"system":"urn:t","value":"p"}]}""",
                "POST",
                "Patient",
                "\"ifNoneExist\":\"identifier=urn:t|p\"")));

        Assert.Equal(
            KeyOf(answer, 1), (await client.GetJsonAsync(KeyOf(answer, 0))).GetProperty("subject").GetProperty("reference").GetString());
        Assert.Equal(
            KeyOf(answer, 2), (await client.GetJsonAsync(KeyOf(answer, 1))).GetProperty("subject").GetProperty("reference").GetString());
    }

    [Fact]
    public async Task A_conditional_reference_sees_a_second_match_that_the_transaction_creates()
    {
        using var client = Server.As("navigator");
        const string person = """{"resourceType":"Patient","identifier":[{"system":"urn:t","value":"p"}]}""";
        await client.CreatedAsync("Patient", person);

        using var response = await client.PostFhirAsync("", Transaction(
            Entry(null, Observation("Patient?identifier=urn:t|p"), "POST", "Observation"), Entry(null, person, "POST", "Patient")));

        await response.OutcomeAsync(412);
    }

    [Fact]
    public async Task A_condition_does_not_find_what_the_transaction_deletes()
    {
        using var client = Server.As("navigator");
        const string person = """{"resourceType":"Patient","identifier":[{"system":"urn:t","value":"p"}]}""";
        var before = await client.CreatedAsync("Patient", person);

        var answer = await SentAsync(client, Transaction(
            Entry(null, person, "POST", "Patient", "\"ifNoneExist\":\"identifier=urn:t|p\""), Entry(null, null, "DELETE", before)));

        Assert.NotEqual(before, KeyOf(answer, 0));
        Assert.Single((await client.GetJsonAsync("Patient?identifier=urn:t|p")).Keys());
    }
}
