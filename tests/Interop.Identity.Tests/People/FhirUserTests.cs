using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Interop.Identity.Tests.People;

/// <summary>
/// <c>fhirUser</c> is a whole URL for apps (SMART App Launch 2.2) and a relative reference in access tokens, which name a person of
/// whatever the API calls itself.
/// </summary>
public sealed class FhirUserTests
{
    [Theory]
    [InlineData("Practitioner/ana", false, RunningIssuer.Fhir + "/Practitioner/ana")]
    [InlineData("Practitioner/ana", true, "http://127.0.0.1:5083/fhir/Practitioner/ana")]
    [InlineData("https://ehr.example/fhir/Practitioner/7", false, "https://ehr.example/fhir/Practitioner/7")]
    [InlineData("https://ehr.example/fhir/Practitioner/7", true, "https://ehr.example/fhir/Practitioner/7")]
    [InlineData(null, false, null)]
    public async Task Apps_are_told_the_whole_address_of_who_signed_in(string? stored, bool isSandbox, string? told)
    {
        await using var own =
            await RunningIssuer.StartAsync("--Identity:SandboxUrl=http://127.0.0.1:5083/fhir", "--Identity:RequiresSecondFactor=false");
        var ana = await Person.AddAsync(own, hasFactor: false, fhirUser: stored);
        var registered = await Registered.AppAsync(own, ClientKey.Ec(), isSandbox: isSandbox);
        await using var visitor = Browser.At(own);

        var answer = await CodeFlow.TokensAsync(registered, ana, visitor, null, ("aud", own.Settings.FhirBase(isSandbox)));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", answer.AccessToken);
        using var information = await own.Http.SendAsync(request);
        var renewed = await CodeFlow.RefreshAsync(registered, answer["refresh_token"]!);
        string? Claim(string? token) => new JsonWebToken(token).TryGetClaim("fhirUser", out var claim) ? claim.Value : null;
        Assert.Equal(
            (told, told, told, told, stored),
            (
                Claim(answer["id_token"]),
                Claim(renewed["id_token"]),
                new Answer(
                    information.StatusCode, JsonDocument.Parse(await information.Content.ReadAsStringAsync()).RootElement)["fhirUser"],
                (await registered.PostAsync(own, "/introspect", new() { ["token"] = answer.AccessToken }))["fhirUser"],
                Claim(answer.AccessToken)));
    }
}
