using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Interop.Pages.Sessions;

/// <summary>
/// Sign-in at the issuer by authorization code with PKCE (RFC 7636), as SMART App Launch asks for it. Each agency has a client of its own,
/// because the issuer lets a client be used by its own agency's people alone.
/// </summary>
internal static class PageSignIn
{
    /// <summary>In the properties of a challenge: index of the agency in the settings.</summary>
    public const string Agency = ".agency";

    /// <summary>In the properties of a challenge: who is about to sign in (<c>login_hint</c>).</summary>
    public const string Visitor = ".visitor";

    public const string Callback = "/app/signed-in";
    public const string SignedOut = "/app/signed-out";

    public static void Add(IServiceCollection services, PagesSettings settings)
    {
        services.AddSingleton<SessionTickets>();
        services.AddSingleton<TokenRenewal>();
        services.AddSingleton<ClientProof>();
        services.AddAuthentication()
            .AddCookie(PageSession.Cookies, cookies =>
            {
                Harden(cookies.Cookie, settings, "interop-pages", SameSiteMode.Lax); // the way back from the issuer is another site's
                cookies.LoginPath = "/app/sign-in";
                cookies.AccessDeniedPath = "/app/sign-in";
                cookies.ReturnUrlParameter = "returnUrl";
                cookies.SlidingExpiration = false;
                cookies.Events.OnValidatePrincipal = context =>
                    context.HttpContext.RequestServices.GetRequiredService<TokenRenewal>().ValidateAsync(context);
            })
            .AddOpenIdConnect(PageSession.OpenId, openId => Configure(openId, settings));
        services.AddOptions<CookieAuthenticationOptions>(PageSession.Cookies)
            .Configure<SessionTickets>((cookies, tickets) => cookies.SessionStore = tickets);
    }

    private static void Configure(OpenIdConnectOptions openId, PagesSettings settings)
    {
        openId.SignInScheme = PageSession.Cookies;
        openId.Authority = settings.Issuer;
        openId.RequireHttpsMetadata = settings.Issuer.StartsWith("https:", StringComparison.Ordinal);
        openId.ClientId = settings.Agencies[0].ClientId;
        openId.ResponseType = OpenIdConnectResponseType.Code;
        openId.ResponseMode = OpenIdConnectResponseMode.Query;
        openId.UsePkce = true;
        openId.SaveTokens = true; // in the session, which stays here
        openId.MapInboundClaims = false;
        openId.DisableTelemetry = true;
        openId.CallbackPath = Callback;
        openId.SignedOutCallbackPath = SignedOut;
        openId.SignedOutRedirectUri = "/app/sign-in?end=out";
        openId.TokenValidationParameters.ValidAudiences = settings.Agencies.Select(agency => agency.ClientId);
        openId.TokenValidationParameters.NameClaimType = "name";
        Harden(openId.CorrelationCookie, settings, null, SameSiteMode.Lax);
        Harden(openId.NonceCookie, settings, null, SameSiteMode.Lax);
        openId.Events.OnRedirectToIdentityProvider = context =>
        {
            var agency = AgencyOf(settings, context.Properties);
            context.ProtocolMessage.ClientId = agency.ClientId;
            context.ProtocolMessage.Scope = $"openid profile fhirUser online_access {agency.Scope}";
            context.ProtocolMessage.SetParameter("aud", settings.FhirUrl);
            if (context.Properties.Items.TryGetValue(Visitor, out var visitor))
            {
                context.ProtocolMessage.LoginHint = visitor;
            }

            return Task.CompletedTask;
        };
        openId.Events.OnAuthorizationCodeReceived = async context =>
        {
            var issuer = await context.Options.ConfigurationManager!.GetConfigurationAsync(context.HttpContext.RequestAborted);
            var proof = context.HttpContext.RequestServices.GetRequiredService<ClientProof>();
            var request = context.TokenEndpointRequest!;
            request.ClientId = AgencyOf(settings, context.Properties!).ClientId;
            request.ClientAssertionType = ClientProof.AssertionType;
            request.ClientAssertion = proof.Of(request.ClientId, issuer.TokenEndpoint);
        };
        openId.Events.OnTicketReceived = context =>
        {
            var now = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
            var agency = AgencyOf(settings, context.Properties!);
            var token = new JsonWebToken(context.Properties!.GetTokenValue("access_token"));
            var person = (ClaimsIdentity)context.Principal!.Identity!;
            person.AddClaim(new(PageSession.Agency, agency.Organization));
            person.AddClaims(token.Claims.Where(claim => claim.Type == PageSession.Role)); // for the navigation only
            context.Properties!.IsPersistent = false;
            context.Properties.IssuedUtc = now;
            context.Properties.ExpiresUtc = SessionEnd.Of(settings, now);
            return Task.CompletedTask;
        };
        openId.Events.OnRedirectToIdentityProviderForSignOut = async context =>
        {
            var ticket = await context.HttpContext.AuthenticateAsync(PageSession.Cookies);
            context.ProtocolMessage.IdTokenHint = ticket.Properties?.GetTokenValue("id_token");
            await context.HttpContext.SignOutAsync(PageSession.Cookies);
        };
        openId.Events.OnRemoteFailure = context =>
        {
            context.Response.Redirect("/app/sign-in?end=failed");
            context.HandleResponse();
            return Task.CompletedTask;
        };
    }

    public static PagesAgency AgencyOf(PagesSettings settings, AuthenticationProperties properties) =>
        settings.Agencies.FirstOrDefault(
            agency => properties.Items.TryGetValue(Agency, out var organization) && agency.Organization == organization)
                ?? settings.Agencies[0];

    /// <summary>With https the name's prefix makes browsers insist on Secure and on this host alone.</summary>
    public static void Harden(CookieBuilder cookie, PagesSettings settings, string? name, SameSiteMode sameSite)
    {
        cookie.Name = name is null ? cookie.Name : settings.IsSecure ? $"__Host-{name}" : name;
        cookie.HttpOnly = true;
        cookie.SameSite = sameSite;
        cookie.SecurePolicy = settings.IsSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        cookie.IsEssential = true;
    }
}
