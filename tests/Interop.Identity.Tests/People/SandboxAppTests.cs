namespace Interop.Identity.Tests.People;

/// <summary>An app of the sandbox names the sandbox's FHIR base as its <c>aud</c>, for there its token is taken and nowhere else.</summary>
public sealed class SandboxAppTests
{
    private const string Sandbox = "http://127.0.0.1:5083/fhir";
    private static readonly string[] Settings = ["--Identity:SandboxUrl=" + Sandbox, "--Identity:RequiresSecondFactor=false"];

    [Theory]
    [InlineData(true, "aud", Sandbox)]
    [InlineData(true, "aud", Sandbox + "/")]
    [InlineData(true, "resource", Sandbox)]
    [InlineData(false, "aud", RunningIssuer.Fhir)]
    public async Task An_app_gets_its_token_for_the_FHIR_base_that_takes_it(bool isSandbox, string parameter, string target)
    {
        await using var issuer = await RunningIssuer.StartAsync(Settings);
        var ana = await Person.AddAsync(issuer, hasFactor: false, fhirUser: "Practitioner/ana");
        var app = await Registered.AppAsync(issuer, ClientKey.Ec(), isSandbox: isSandbox);
        await using var browser = Browser.At(issuer);

        var tokens = await CodeFlow.TokensAsync(app, ana, browser, null, ("aud", null), (parameter, target));

        var told = await app.PostAsync(issuer, "/introspect", new() { ["token"] = tokens.AccessToken });
        Assert.Equal(
            (target.TrimEnd('/') + "/Practitioner/ana", RunningIssuer.Audience, isSandbox ? "True" : null),
            (told["fhirUser"], told["aud"], told["sandbox"]));
    }

    [Theory]
    [InlineData(true, RunningIssuer.Fhir)]
    [InlineData(false, Sandbox)]
    public async Task An_app_that_names_the_other_FHIR_base_is_refused(bool isSandbox, string target)
    {
        await using var issuer = await RunningIssuer.StartAsync(Settings);
        var app = await Registered.AppAsync(issuer, isSandbox: isSandbox);
        await using var browser = Browser.At(issuer);

        var back = CodeFlow.Back(await browser.OpenAsync(new CodeFlow(app).Link(("aud", target))));

        Assert.Equal("invalid_target", back["error"]);
    }

    [Fact]
    public async Task Without_a_sandbox_there_is_one_FHIR_base_for_all_apps()
    {
        await using var issuer = await RunningIssuer.StartAsync("--Identity:RequiresSecondFactor=false");
        var ana = await Person.AddAsync(issuer, hasFactor: false);
        var app = await Registered.AppAsync(issuer, ClientKey.Ec(), isSandbox: true);
        await using var browser = Browser.At(issuer);

        var tokens = await CodeFlow.TokensAsync(app, ana, browser);

        Assert.NotNull(tokens.AccessToken);
    }
}
