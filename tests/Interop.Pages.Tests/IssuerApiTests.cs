using System.Net;
using System.Security.Claims;
using Interop.Pages.Fhir;
using Interop.Pages.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Interop.Pages.Tests;

/// <summary>What the issuer can't say now is not the same as "there is none".</summary>
public sealed class IssuerApiTests
{
    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.Forbidden)]
    public async Task What_is_not_there_or_not_for_this_person_is_none(HttpStatusCode status)
    {
        var issuer = IssuerThatAnswers(status);

        Assert.Empty(await issuer.ClientsAsync());
        Assert.Null(await issuer.ClientAsync("ward"));
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task What_the_issuer_cannot_say_now_is_said(HttpStatusCode status)
    {
        var issuer = IssuerThatAnswers(status);

        Assert.Equal(status, (await Assert.ThrowsAsync<FhirRefusedException>(issuer.ClientsAsync)).Status);
        Assert.Equal(status, (await Assert.ThrowsAsync<FhirRefusedException>(() => issuer.ClientAsync("ward"))).Status);
        Assert.Null(await issuer.ChecklistAsync("ward"));
    }

    [Fact]
    public async Task A_token_that_is_no_longer_taken_ends_the_session()
    {
        var issuer = IssuerThatAnswers(HttpStatusCode.Unauthorized);

        await Assert.ThrowsAsync<SessionEndedException>(issuer.ClientsAsync);
        await Assert.ThrowsAsync<SessionEndedException>(() => issuer.RevokeAsync("ward"));
    }

    private static IssuerApi IssuerThatAnswers(HttpStatusCode status)
    {
        var http = new DefaultHttpContext
        {
            RequestServices = new ServiceCollection().AddSingleton<IAuthenticationService, SomebodySignedIn>().BuildServiceProvider(),
        };
        return new(
            new HttpContextAccessor { HttpContext = http },
            new PagesSettings("https://x.example/fhir", "https://issuer.example", []) { Key = "k" },
            new Backchannel(status));
    }

    private sealed class Backchannel(HttpStatusCode status) : HttpMessageHandler, IOptionsMonitor<OpenIdConnectOptions>
    {
        public OpenIdConnectOptions CurrentValue => new() { Backchannel = new(this) };

        public OpenIdConnectOptions Get(string? name) => CurrentValue;

        public IDisposable? OnChange(Action<OpenIdConnectOptions, string?> listener) => null;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(status));
    }

    private sealed class SomebodySignedIn : IAuthenticationService
    {
        public Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme)
        {
            var properties = new AuthenticationProperties();
            properties.StoreTokens([new() { Name = "access_token", Value = "invented" }]);
            return Task.FromResult(AuthenticateResult.Success(new(new ClaimsPrincipal(new ClaimsIdentity("test")), properties, "pages")));
        }

        public Task ChallengeAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => throw Unused;

        public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => throw Unused;

        public Task SignInAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties) =>
            throw Unused;

        public Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => throw Unused;

        private static NotSupportedException Unused => new("The issuer is asked, nobody signs in.");
    }
}
