using System.Net;
using Interop.Identity.Launches;
using Interop.Identity.Tables;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Interop.Identity.Tests;

/// <summary>Launch context: the patient picker, and launches that another system prepares (SMART App Launch).</summary>
public abstract class LaunchTests(Database database) : IAsyncLifetime
{
    private FhirStandIn api = null!;
    private RunningIssuer issuer = null!;
    private Registered app = null!;
    private Registered host = null!;
    private Person person = null!;
    private Browser browser = null!;

    public async Task InitializeAsync()
    {
        api = await FhirStandIn.StartAsync();
        issuer = await RunningIssuer.StartAsync(database, $"--Identity:FhirUrl={api.Url}");
        app = await AppAsync("app", "Organization/general-hospital");
        host = await Registered.BackendAsync(issuer, clientId: "record-system", scopes: "launch.create system/*.rs");
        person = await Person.AddAsync(issuer, patient: null);
        browser = Browser.At(issuer);
    }

    public async Task DisposeAsync()
    {
        await browser.DisposeAsync();
        await issuer.DisposeAsync();
        await api.DisposeAsync();
    }

    [Fact]
    public async Task A_person_finds_the_patient_by_name_and_birth_date_and_the_tokens_are_about_that_patient()
    {
        var flow = new CodeFlow(app);
        Assert.Null(await person.AllowAsync(browser, Link(flow, "launch/patient patient/Observation.rs offline_access")));
        Assert.StartsWith("/context?", browser.Path, StringComparison.Ordinal);
        await browser.SubmitAsync(("Step", "search"), ("Name", "Lima"), ("BirthDate", "1988-02-29"));
        Assert.Contains("Ana Lima &lt;b&gt;", browser.Html, StringComparison.Ordinal);

        var answer = await flow.RedeemAsync(await ChooseAsync("p1"));

        Assert.Equal(("p1", null, "True"), (answer["patient"], answer["encounter"], answer["need_patient_banner"]));
        Assert.Equal("p1", new JsonWebToken(answer.AccessToken).GetClaim("patient").Value);
        var refreshed = await CodeFlow.RefreshAsync(app, answer["refresh_token"]!);
        Assert.Equal(("p1", "True"), (refreshed["patient"], refreshed["need_patient_banner"]));
    }

    [Fact]
    public async Task The_picker_asks_as_the_person_for_a_minute_and_for_nothing_else()
    {
        await person.AllowAsync(browser, Link(new(app), "launch/patient patient/Observation.rs"));
        await browser.SubmitAsync(("Step", "search"), ("Name", "Li,ma"), ("BirthDate", "1988-02-29"));

        var (token, query) = Assert.Single(api.Asked);
        Assert.Equal(@"Patient?name=Li\,ma&birthdate=1988-02-29&_count=20", query);
        Assert.Equal(("account-ana", RecordFinder.ClientId, "user/Patient.rs", "Organization/general-hospital", "Practitioner/ana"),
            (token.Subject, token.GetClaim("client_id").Value, token.GetClaim("scope").Value, token.GetClaim("agency").Value, token.GetClaim("fhirUser").Value));
        Assert.Equal(["clinician"], token.GetPayloadValue<string[]>("roles"));
        Assert.Equal(["TREAT"], token.GetPayloadValue<string[]>("purpose_of_use"));
        Assert.Equal(TimeSpan.FromMinutes(1), token.ValidTo - token.IssuedAt);
        Assert.False(token.TryGetClaim("patient", out _));
        Assert.DoesNotContain((await issuer.TrailAsync()).Select(row => row.Reason ?? ""), reason => reason.Contains("Li,ma", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Lima", "")]
    [InlineData("Lima", "1988")]
    [InlineData("L", "1988-02-29")]
    [InlineData("", "1988-02-29")]
    public async Task Without_a_name_and_a_birth_date_nobody_is_looked_for(string name, string birthDate)
    {
        await person.AllowAsync(browser, Link(new(app), "launch/patient patient/Observation.rs"));
        await browser.SubmitAsync(("Step", "search"), ("Name", name), ("BirthDate", birthDate));

        Assert.Contains("date of birth", browser.Alert, StringComparison.Ordinal);
        Assert.Empty(api.Asked);
    }

    [Fact]
    public async Task Whom_the_API_does_not_show_cannot_be_chosen()
    {
        await person.AllowAsync(browser, Link(new(app), "launch/patient patient/Observation.rs"));
        await browser.SubmitAsync(("Step", "search"), ("Name", "Lima"), ("BirthDate", "1988-02-29"));

        await browser.SubmitToAsync(null, ("Step", "choose"), ("Choice", "p2"));

        Assert.StartsWith("/context?", browser.Path, StringComparison.Ordinal);
        Assert.Equal("This can&#x27;t be chosen.", browser.Alert);
    }

    [Fact]
    public async Task While_the_API_is_away_the_person_is_told_so()
    {
        api.IsDown = true;
        await person.AllowAsync(browser, Link(new(app), "launch/patient patient/Observation.rs"));
        await browser.SubmitAsync(("Step", "search"), ("Name", "Lima"), ("BirthDate", "1988-02-29"));

        Assert.Contains("searched now", browser.Alert, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("e1", "e1")]
    [InlineData(null, null)]
    public async Task After_the_patient_comes_the_encounter_or_none(string? chosen, string? told)
    {
        var flow = new CodeFlow(app);
        await person.AllowAsync(browser, Link(flow, "launch/patient launch/encounter patient/Observation.rs"));
        await browser.SubmitToAsync(null, ("Step", "choose"), ("Choice", "p1"));
        Assert.Contains("2026-11-20", browser.Html, StringComparison.Ordinal);

        var target = await browser.SubmitToAsync(null, chosen is null ? [("Step", "none")] : [("Step", "choose"), ("Choice", chosen)]);
        var answer = await flow.RedeemAsync(await ConsentAsync(target));

        Assert.Equal(("p1", told), (answer["patient"], answer["encounter"]));
    }

    [Fact]
    public async Task A_choice_is_good_for_its_own_request_and_session_only()
    {
        var (first, second) = (new CodeFlow(app), new CodeFlow(app));
        await person.AllowAsync(browser, Link(first, "launch/patient patient/Observation.rs"));
        await browser.SubmitToAsync(null, ("Step", "choose"), ("Choice", "p1"));
        var chosen = CodeFlow.Parameters(browser.Path)["chosen"];

        await browser.OpenAsync(Link(second, "launch/patient patient/Observation.rs") + "&chosen=" + chosen);
        Assert.StartsWith("/context?", browser.Path, StringComparison.Ordinal);
        await browser.OpenAsync(Link(first, "launch/patient patient/Observation.rs", ("chosen", chosen + "x")));
        Assert.StartsWith("/context?", browser.Path, StringComparison.Ordinal);
        await using var other = Browser.At(issuer);
        await person.AllowAsync(other, Link(first, "launch/patient patient/Observation.rs", ("chosen", chosen)));
        Assert.StartsWith("/context?", other.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_chosen_in_silence_and_who_cancels_gives_nothing()
    {
        await person.AllowAsync(browser, Link(new(app), "launch/patient patient/Observation.rs"));

        var silent = CodeFlow.Back(await browser.OpenAsync(Link(new(app), "launch/patient patient/Observation.rs", ("prompt", "none"))));
        Assert.Equal("interaction_required", silent["error"]);
        await browser.OpenAsync(Link(new(app), "launch/patient patient/Observation.rs"));
        var cancelled = CodeFlow.Back(await browser.SubmitAsync(("Step", "cancel")));
        Assert.Equal("access_denied", cancelled["error"]);
    }

    [Fact]
    public async Task A_person_with_a_record_of_his_own_is_not_asked()
    {
        var patient = await Person.AddAsync(issuer, "bo", patient: "patient-1");

        var answer = await TokensAsync(patient, "launch/patient patient/Observation.rs");

        Assert.Equal("patient-1", answer["patient"]);
        Assert.Empty(api.Asked);
    }

    [Fact]
    public async Task A_launch_brings_patient_encounter_and_banner_into_tokens_and_introspection()
    {
        var launch = await LaunchAsync(("patient", "p7"), ("encounter", "e7"), ("need_patient_banner", "false"));

        var answer = await TokensAsync(person, "launch patient/Observation.rs offline_access", launch);

        Assert.Equal(("p7", "e7", "False"), (answer["patient"], answer["encounter"], answer["need_patient_banner"]));
        var access = new JsonWebToken(answer.AccessToken);
        Assert.Equal(("p7", "e7", false), (access.GetClaim("patient").Value, access.GetClaim("encounter").Value, access.GetPayloadValue<bool>("need_patient_banner")));
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

        var answers = new[] { await browser.SubmitAsync(("Decision", "allow")), await other.SubmitAsync(("Decision", "allow")) }.Select(CodeFlow.Back).ToList();

        Assert.Single(answers, answer => answer.ContainsKey("code"));
        Assert.Single(answers, answer => answer.GetValueOrDefault("error") == "invalid_request");
    }

    [Fact]
    public async Task A_launch_is_over_after_five_minutes()
    {
        var launch = await LaunchAsync(("patient", "p7"));
        issuer.Clock.Pass(TimeSpan.FromMinutes(5));

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

    private static string Link(CodeFlow flow, string scope, params (string Name, string? Value)[] changed) =>
        flow.Link([("scope", scope), .. changed]);

    private async Task<Registered> AppAsync(string id, string agency)
    {
        var client = new Client(
            id, "Follow-up list", agency, [Client.AuthorizationCode], ["offline_access", "launch", "launch/patient", "launch/encounter", "user/*.rs", "patient/*.rs"],
            ["TREAT", "COC"], [], [Registered.Redirect], null, null, false, false);
        await issuer.Get<ClientStore>().AddAsync(client, CancellationToken.None);
        return new(issuer, id, null);
    }

    private Task<Answer> PrepareAsync(Registered client, params (string Name, string? Value)[] changed) =>
        client.PostAsync(issuer, "/launch", new() { ["app"] = "app", ["user"] = "ana" }, null, changed);

    private async Task<string> LaunchAsync(params (string Name, string? Value)[] context)
    {
        var answer = await PrepareAsync(host, context);
        Assert.Equal((HttpStatusCode.Created, "300"), (answer.Status, answer["expires_in"]));
        return answer["launch"]!;
    }

    /// <summary>Chooses and consents, to the code.</summary>
    private async Task<string> ChooseAsync(string id) => await ConsentAsync(await browser.SubmitToAsync(null, ("Step", "choose"), ("Choice", id)));

    private async Task<string> ConsentAsync(string? target) => CodeFlow.Back(target ?? await browser.SubmitAsync(("Decision", "allow")))["code"];

    private async Task SignInAsync(Browser at, string link)
    {
        await at.OpenAsync(link);
        await at.SubmitAsync(("UserName", person.UserName), ("Password", Person.Password));
        await at.SubmitAsync(("Code", person.NextCode()));
        Assert.StartsWith("/consent?", at.Path, StringComparison.Ordinal);
    }

    private async Task<Answer> TokensAsync(Person who, string scope, string? launch = null)
    {
        await using var own = Browser.At(issuer);
        var flow = new CodeFlow(app);
        var answer = await flow.RedeemAsync(CodeFlow.Back(await who.AllowAsync(own, Link(flow, scope, ("launch", launch))))["code"]);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer;
    }

    private async Task RefusedAsync(Person who, Registered client, string launch)
    {
        await using var own = Browser.At(issuer);
        var back = CodeFlow.Back(await who.AllowAsync(own, Link(new(client), "launch patient/Observation.rs", ("launch", launch))));
        Assert.Equal("invalid_request", back["error"]);
        Assert.False(back.ContainsKey("code"));
    }
}
