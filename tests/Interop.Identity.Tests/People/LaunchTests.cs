using System.Net;
using Interop.Identity.Clients;
using Interop.Identity.Launches;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Interop.Identity.Tests.People;

/// <summary>Launches that another system prepares (SMART App Launch, EHR launch).</summary>
public abstract class LaunchTests(DatabaseKind database) : LaunchSceneTests(database)
{
    [Fact]
    public async Task A_launch_brings_patient_encounter_and_banner_into_tokens_and_introspection()
    {
        var launch = await LaunchAsync(("patient", "p7"), ("encounter", "e7"), ("need_patient_banner", "false"));

        var answer = await TokensAsync(person, "launch patient/Observation.rs offline_access", launch);

        Assert.Equal(("p7", "e7", "False"), (answer["patient"], answer["encounter"], answer["need_patient_banner"]));
        var access = new JsonWebToken(answer.AccessToken);
        Assert.Equal(
            ("p7", "e7", false),
            (access.GetClaim("patient").Value, access.GetClaim("encounter").Value, access.GetPayloadValue<bool>("need_patient_banner")));
        var resourceServer = await Registered.BackendAsync(issuer, clientId: "api", scopes: "introspection");
        var told = await resourceServer.PostAsync(issuer, "/introspect", new() { ["token"] = answer.AccessToken });
        Assert.Equal(("p7", "e7", "False"), (told["patient"], told["encounter"], told["need_patient_banner"]));
        var refreshed = await CodeFlow.RefreshAsync(app, answer["refresh_token"]!);
        Assert.Equal(("p7", "e7"), (refreshed["patient"], refreshed["encounter"]));
        Assert.Empty(api.Asked);
    }

    [Fact]
    public async Task A_refresh_for_fewer_scopes_does_not_tell_what_only_the_others_are_about()
    {
        var launch = await LaunchAsync(("patient", "p7"), ("encounter", "e7"));
        var answer = await TokensAsync(person, "launch user/Patient.rs offline_access", launch);

        var refreshed = await CodeFlow.RefreshAsync(app, answer["refresh_token"]!, changed: ("scope", "user/Patient.rs"));

        Assert.Equal(("p7", null, null), (answer["patient"], refreshed["patient"], refreshed["encounter"]));
        Assert.False(new JsonWebToken(refreshed.AccessToken).TryGetClaim("patient", out _));
    }

    [Fact]
    public async Task A_launch_without_a_patient_leaves_the_choice_to_the_person()
    {
        var launch = await LaunchAsync();

        await person.AllowAsync(browser, Link(new(app), "launch launch/patient patient/Observation.rs", ("launch", launch)));

        Assert.StartsWith("/context?", browser.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_launch_is_used_once()
    {
        var launch = await LaunchAsync(("patient", "p7"));
        await TokensAsync(person, "launch patient/Observation.rs", launch);

        await RefusedAsync(person, app, launch);
    }

    [Fact]
    public async Task A_launch_is_used_up_by_one_of_two_requests_that_both_wait_for_consent()
    {
        var launch = await LaunchAsync(("patient", "p7"));
        await using var other = Browser.At(issuer);
        await SignInAsync(browser, Link(new(app), "launch patient/Observation.rs", ("launch", launch)));
        await SignInAsync(other, Link(new(app), "launch patient/Observation.rs", ("launch", launch)));

        var answers = new List<Dictionary<string, string>>();
        foreach (var each in new[] { browser, other })
        {
            answers.Add(CodeFlow.Back(await each.SubmitAsync(("Decision", "allow"))));
        }

        Assert.Single(answers, answer => answer.ContainsKey("code"));
        Assert.Single(answers, answer => answer.GetValueOrDefault("error") == "invalid_request");
    }

    [Fact]
    public async Task A_launch_is_over_after_five_minutes()
    {
        var launch = await LaunchAsync(("patient", "p7"));
        issuer.Clock.Advance(TimeSpan.FromMinutes(5));

        await RefusedAsync(person, app, launch);
    }

    [Fact]
    public async Task A_launch_is_for_one_client_and_one_person()
    {
        var otherApp = await AppAsync("other-app", "Organization/general-hospital");
        var otherPerson = await Person.AddAsync(issuer, "bo", patient: null);

        await RefusedAsync(person, otherApp, await LaunchAsync(("patient", "p7")));
        await RefusedAsync(otherPerson, app, await LaunchAsync(("patient", "p7")));
        await RefusedAsync(person, app, "made-up");
    }

    [Theory]
    [InlineData("launch patient/Observation.rs", null)]
    [InlineData("launch patient/Observation.rs", "")]
    [InlineData("launch/patient patient/Observation.rs", "value")]
    public async Task The_scope_and_the_parameter_of_a_launch_belong_together(string scope, string? launch)
    {
        var back = CodeFlow.Back(await browser.OpenAsync(Link(new(app), scope, ("launch", launch))));

        Assert.Equal("invalid_request", back["error"]);
    }

    [Theory]
    [InlineData("app", null)]
    [InlineData("app", "nobody")]
    [InlineData("app", "foreign-app")]
    [InlineData("app", "record-system")]
    [InlineData("user", null)]
    [InlineData("user", "nobody")]
    [InlineData("user", "foreigner")]
    [InlineData("patient", "../x")]
    [InlineData("encounter", "e 1")]
    [InlineData("patient", null)]
    [InlineData("need_patient_banner", "yes")]
    public async Task A_launch_that_is_wrong_is_not_prepared(string name, string? value)
    {
        await AppAsync("foreign-app", "Organization/elsewhere");
        await Person.AddAsync(issuer, "foreigner", agency: "Organization/elsewhere");

        var answer = await PrepareAsync(host, ("patient", "p7"), ("encounter", "e7"), (name, value));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (answer.Status, answer["error"]));
    }

    [Fact]
    public async Task Only_a_client_that_proves_itself_and_is_registered_for_it_prepares_launches()
    {
        var another = await Registered.BackendAsync(issuer, clientId: "another");
        var revoked = await Registered.BackendAsync(issuer, clientId: "revoked", scopes: "launch.create");
        await issuer.Get<ClientStore>().RevokeAsync("revoked", CancellationToken.None);

        Assert.Equal("unauthorized_client", (await PrepareAsync(another, ("patient", "p7")))["error"]);
        Assert.Equal("unauthorized_client", (await PrepareAsync(app, ("patient", "p7")))["error"]);
        Assert.Equal("invalid_client", (await PrepareAsync(revoked, ("patient", "p7")))["error"]);
        Assert.Equal("invalid_client", (await PrepareAsync(host with { Key = ClientKey.Ec("ec-1") }, ("patient", "p7")))["error"]);
    }

    [Fact]
    public async Task A_client_in_the_sandbox_prepares_no_launch_of_a_live_app()
    {
        var trial = await Registered.BackendAsync(issuer, clientId: "trial", scopes: "launch.create", isSandbox: true);

        Assert.Equal("invalid_request", (await PrepareAsync(trial, ("patient", "p7")))["error"]);
    }

    [Fact]
    public async Task Nobody_registers_a_client_under_the_id_of_an_account()
    {
        // Its tokens would have that person's sub (RFC 9700 section 4.15).
        await Assert.ThrowsAsync<SettingsException>(() => Registered.BackendAsync(issuer, clientId: "account-ana"));
    }

    [Fact]
    public async Task Nobody_registers_under_the_pickers_name()
    {
        var taken = await Assert.ThrowsAsync<SettingsException>(() => Registered.BackendAsync(issuer, clientId: RecordFinder.ClientId));

        Assert.Contains("issuer's own", taken.Message, StringComparison.Ordinal);
    }

    private Task<Answer> PrepareAsync(Registered client, params (string Name, string? Value)[] changed) =>
        client.PostAsync(issuer, "/launch", new() { ["app"] = "app", ["user"] = "ana" }, null, changed);

    private async Task<string> LaunchAsync(params (string Name, string? Value)[] context)
    {
        var answer = await PrepareAsync(host, context);
        Assert.Equal((HttpStatusCode.Created, "300"), (answer.Status, answer["expires_in"]));
        return answer["launch"]!;
    }

    private async Task SignInAsync(Browser at, string link)
    {
        await at.OpenAsync(link);
        await at.SubmitAsync(("UserName", person.UserName), ("Password", Person.Password));
        await at.SubmitAsync(("Code", person.NextCode()));
        Assert.StartsWith("/consent?", at.Path, StringComparison.Ordinal);
    }

    private async Task RefusedAsync(Person who, Registered client, string launch)
    {
        await using var own = Browser.At(issuer);
        var back = CodeFlow.Back(await who.AllowAsync(own, Link(new(client), "launch patient/Observation.rs", ("launch", launch))));
        Assert.Equal("invalid_request", back["error"]);
        Assert.False(back.ContainsKey("code"));
    }
}
