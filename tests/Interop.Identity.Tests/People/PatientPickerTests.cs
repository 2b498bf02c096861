using Interop.Identity.Launches;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Interop.Identity.Tests.People;

/// <summary>The patient picker: whom a person finds, may choose and is told about (SMART App Launch, standalone).</summary>
public abstract class PatientPickerTests(DatabaseKind database) : LaunchSceneTests(database)
{
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
        Assert.Equal(@"Patient?_count=20&name=Li\,ma&birthdate=1988-02-29", query);
        Assert.Equal(("account-ana", RecordFinder.ClientId, "user/Patient.rs", "Organization/general-hospital", "Practitioner/ana"),
            (
                token.Subject,
                token.GetClaim("client_id").Value,
                token.GetClaim("scope").Value,
                token.GetClaim("agency").Value,
                token.GetClaim("fhirUser").Value));
        Assert.Equal(["clinician"], token.GetPayloadValue<string[]>("roles"));
        Assert.Equal(["TREAT"], token.GetPayloadValue<string[]>("purpose_of_use"));
        Assert.Equal(TimeSpan.FromMinutes(1), token.ValidTo - token.IssuedAt);
        Assert.False(token.TryGetClaim("patient", out _));
        Assert.DoesNotContain(
            (await issuer.TrailAsync()).Select(row => row.Reason ?? ""), reason => reason.Contains("Li,ma", StringComparison.Ordinal));
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

    /// <summary>Chooses and consents, to the code.</summary>
    private async Task<string> ChooseAsync(string id) => await ConsentAsync(
        await browser.SubmitToAsync(null, ("Step", "choose"), ("Choice", id)));

    private async Task<string> ConsentAsync(string? target) =>
        CodeFlow.Back(target ?? await browser.SubmitAsync(("Decision", "allow")))["code"];
}
