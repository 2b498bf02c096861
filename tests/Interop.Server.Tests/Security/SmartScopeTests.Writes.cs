
namespace Interop.Server.Tests.Security;

/// <summary>What scopes let their holder write.</summary>
public sealed partial class SmartScopeTests
{
    [Fact]
    public async Task What_is_created_must_be_what_the_scope_opens_or_nothing_is()
    {
        await AloneAsync();
        using var client = Server.As(Navigator with { Scope = $"system/Condition.crs?code={Fever}" });

        using var refused = await client.PostFhirAsync("Condition", Fixtures.Condition("x", "p1", Hypertension));
        using var created = await client.PostFhirAsync("Condition", Fixtures.Condition("x", "p1", Fever));

        await refused.OutcomeAsync(403);
        Assert.Equal(201, (int)created.StatusCode);
        using var navigator = Server.As(Navigator);
        Assert.Equal(4, (await navigator.GetJsonAsync("Condition?_total=accurate")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task What_is_updated_must_be_open_before_and_after()
    {
        await AloneAsync();
        using var client = Server.As(Navigator with { Scope = $"system/Condition.rus?code={Fever}" });

        using var hidden = await client.PutFhirAsync("Condition/pressure1", Fixtures.Condition("pressure1", "p1", Fever));
        using var outward = await client.PutFhirAsync("Condition/fever1", Fixtures.Condition("fever1", "p1", Hypertension));
        using var patched = await client.PatchAsync(
            new Uri("Condition/fever1", UriKind.Relative),
            new StringContent(
                $$"""[{"op":"replace","path":"/code/coding/0/code","value":"{{Hypertension}}"}]""",
                System.Text.Encoding.UTF8,
                "application/json-patch+json"));
        using var inside = await client.PutFhirAsync(
            "Condition/fever1", Fixtures.Condition("fever1", "p1", Fever).Replace("only at full", "amended", StringComparison.Ordinal));

        await hidden.OutcomeAsync(404);
        await outward.OutcomeAsync(403);
        await patched.OutcomeAsync(403);
        Assert.Equal(200, (int)inside.StatusCode);
        using var navigator = Server.As(Navigator);
        var stored = await navigator.GetJsonAsync("Condition/fever1");
        Assert.Equal(Fever, stored.GetProperty("code").GetProperty("coding")[0].GetProperty("code").GetString());
        Assert.Equal("amended", stored.GetProperty("note")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task What_a_scope_does_not_open_is_not_deleted()
    {
        await AloneAsync();
        using var client = Server.As(Navigator with { Scope = $"system/Condition.ds?code={Fever}" });

        using var hidden = await client.DeleteAsync(new Uri("Condition/pressure1", UriKind.Relative));
        using var open = await client.DeleteAsync(new Uri("Condition/fever1", UriKind.Relative));

        await hidden.OutcomeAsync(404);
        Assert.Equal(204, (int)open.StatusCode);
    }

    [Fact]
    public async Task A_conditional_create_does_not_match_what_the_scopes_hide()
    {
        using var client = Server.As(Navigator with { Scope = $"system/Condition.c system/Condition.s?code={Fever}" });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("Condition", UriKind.Relative));
        request.Content = Answers.Fhir(Fixtures.Condition("x", "p1", Hypertension));
        request.Headers.TryAddWithoutValidation("If-None-Exist", $"code={Hypertension}");

        using var response = await client.SendAsync(request);

        Assert.Equal(201, (int)response.StatusCode);
    }

    [Fact]
    public async Task One_entry_outside_the_scopes_undoes_a_whole_transaction()
    {
        await AloneAsync();
        using var client = Server.As(Navigator with { Scope = $"system/Encounter.cu system/Condition.cu?code={Fever}" });

        using var refused = await client.PostFhirAsync("", Transaction(Hypertension));
        using var done = await client.PostFhirAsync("", Transaction(Fever));

        var issue = await refused.OutcomeAsync(403);
        Assert.Equal("Bundle.entry[1].resource", issue.GetProperty("expression")[0].GetString());
        Assert.Equal(200, (int)done.StatusCode);
        using var navigator = Server.As(Navigator);
        Assert.Equal(3, (await navigator.GetJsonAsync("Encounter?_total=accurate")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_patient_scope_writes_in_that_record_only_and_points_at_no_other()
    {
        await AloneAsync();
        using var client = Server.As(Navigator with { Scope = "patient/*.cruds" }, ("patient", "p1"));

        using var other = await client.PostFhirAsync("Condition", Fixtures.Condition("x", "p2"));
        using var pointing = await client.PostFhirAsync(
            "Condition",
            Fixtures.Condition("x", "p1").Replace(
                "\"recordedDate\"",
                "\"evidence\":[{\"detail\":[{\"reference\":\"Condition/pressure2\"}]}],\"recordedDate\"",
                StringComparison.Ordinal));
        using var own = await client.PostFhirAsync("Condition", Fixtures.Condition("x", "p1"));

        await other.OutcomeAsync(422);
        await pointing.OutcomeAsync(422);
        Assert.Equal(201, (int)own.StatusCode);
    }

    [Fact]
    public async Task A_patch_needs_what_a_read_needs_because_its_tests_and_its_answer_tell_what_is_there()
    {
        await AloneAsync();
        using var blind = Server.As(Navigator with { Scope = "system/Condition.u" });
        using var narrow = Server.As(Navigator with { Scope = $"system/Condition.u system/Condition.r?code={Fever}" });
        using var whole = Server.As(Navigator with { Scope = "system/Condition.ru" });

        using var refused = await PatchAsync(blind, "Condition/pressure1");
        using var hidden = await PatchAsync(narrow, "Condition/pressure1");
        using var open = await PatchAsync(narrow, "Condition/fever1");
        using var done = await PatchAsync(whole, "Condition/pressure1");

        await refused.OutcomeAsync(403);
        await hidden.OutcomeAsync(404);
        Assert.Equal((200, 200), ((int)open.StatusCode, (int)done.StatusCode));
    }

    private static Task<HttpResponseMessage> PatchAsync(HttpClient client, string path) => client.PatchAsync(
        new Uri(path, UriKind.Relative),
        new StringContent("""[{"op":"add","path":"/language","value":"en"}]""", System.Text.Encoding.UTF8, "application/json-patch+json"));

    private static string Transaction(string code) => $$"""
        {"resourceType":"Bundle","type":"transaction","entry":[
        {"fullUrl":"urn:uuid:0a0c1f6e-0000-4000-8000-000000000001","resource":{{Fixtures.Encounter("x", "p1")}},"request":{"method":"POST",
        "url":"Encounter"} },
        {"resource":{{Fixtures.Condition("x", "p1", code, "x")
            .Replace("Encounter/x", "urn:uuid:0a0c1f6e-0000-4000-8000-000000000001", StringComparison.Ordinal)}},
        "request":{"method":"POST","url":"Condition"} }]}
        """;
}
