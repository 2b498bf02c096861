using System.Threading.RateLimiting;
using Interop.Pages.Fhir;
using Interop.Pages.Looks;
using Interop.Pages.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.Extensions.DependencyInjection;

namespace Interop.Pages;

/// <summary>
/// The pages of the server, under <c>/app</c>. They have a branch of the pipeline to themselves and know nothing of the server but its
/// FHIR endpoints.
/// </summary>
public static class PagesServices
{
    private static readonly string[] Languages = ["en", "es"];

    /// <summary>Of one address, behind which a house may have many people. What each asks for is counted besides.</summary>
    private const int MostPerMinute = 1_200;

    /// <summary>A browser holds the whole chain of redirects to form-action, and two forms lead to the issuer and back.</summary>
    private static SecurityHeaders Headers(PagesSettings settings) => new(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
            + $"form-action 'self' {new Uri(settings.Issuer).GetLeftPart(UriPartial.Authority)}; frame-ancestors 'none'",
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=(self)"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"));

    /// <summary>For a server that is none of the demo's: nobody is signed in without having shown who they are.</summary>
    /// <exception cref="SettingsException">The setting is there.</exception>
    public static void RefuseVisitors(WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetSection("Interop:Pages:Visitors").GetChildren().Any())
        {
            throw new SettingsException("Interop:Pages:Visitors is the demo's alone: a server signs nobody in without a password.");
        }
    }

    /// <summary>After everything that has a say in which server listens.</summary>
    /// <param name="settings">Null where there are none.</param>
    public static void AddPages(this IServiceCollection services, PagesSettings? settings)
    {
        if (settings is null)
        {
            return;
        }

        services.AddSingleton(settings);
        services.AddHttpContextAccessor();
        OwnPipeline.Add(services);
        services.AddScoped(provider => new FhirApi(
            provider.GetRequiredService<IHttpContextAccessor>(), settings, provider.GetRequiredService<OwnPipeline>().Handler));
        services.AddScoped<IssuerApi>();
        services.AddSingleton<When>();
        services.AddSingleton<Pages.Evaluation.PublishedFigures>();
        services.AddDataProtection().UseEphemeralDataProtectionProvider(); // what it protects ends with the sessions, at a restart
        PageSignIn.Add(services, settings);
        services.AddAuthorizationBuilder().AddPolicy(
            PageSession.Cookies, policy => policy.AddAuthenticationSchemes(PageSession.Cookies).RequireAuthenticatedUser());
        services.AddAntiforgery(options =>
            PageSignIn.Harden(options.Cookie, settings, "interop-pages-form", SameSiteMode.Strict));
        services.Configure<FormOptions>(options => options.ValueLengthLimit = 64 * 1024);
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetFixedWindowLimiter(
                ClientNetwork.Of(http.Connection.RemoteIpAddress),
                _ => new() { PermitLimit = MostPerMinute, Window = TimeSpan.FromMinutes(1) }));
        });
        services.AddLocalization();
        services.AddRazorPages(options =>
        {
            options.Conventions.AuthorizeFolder("/", PageSession.Cookies);
            foreach (var open in (string[])["/Entry/SignIn", "/Voices/Voice", "/Evaluation/Figures"])
            {
                options.Conventions.AllowAnonymousToPage(open);
            }
        }).ConfigureApplicationPartManager(parts =>
        {
            parts.ApplicationParts.Clear();
            parts.ApplicationParts.Add(new AssemblyPart(typeof(PagesServices).Assembly));
            parts.ApplicationParts.Add(new CompiledRazorAssemblyPart(typeof(PagesServices).Assembly));
        });
    }

    /// <param name="settings">Null where there are none.</param>
    public static void UsePages(this WebApplication app, PagesSettings? settings)
    {
        if (settings is null)
        {
            return;
        }

        app.MapWhen(http => http.Request.Path == "/" || http.Request.Path.StartsWithSegments("/app"), pages =>
        {
            pages.Properties.Remove("__GlobalEndpointRouteBuilder"); // the pages' routes are their own, and no other's
            pages.Use(Headers(settings).SetAsync);
            pages.Use(PageProblems.AnswerAsync);
            pages.UseRateLimiter();
            pages.UseRequestLocalization(Localise);
            pages.UseRouting();
            pages.UseAuthentication();
            pages.Use(CallbackAsync);
            pages.UseAuthorization();
            pages.UseAntiforgery();
            pages.UseEndpoints(endpoints =>
            {
                endpoints.MapRazorPages();
                endpoints.MapGet("/", () => Results.LocalRedirect("/app"));
                PageAssets.Map(endpoints);
                LiveLists.Map(endpoints);
            });
        });
        app.Lifetime.ApplicationStarted.Register(() => Task.Run(FhirApi.WarmUp));
    }

    private static void Localise(RequestLocalizationOptions options)
    {
        options.SetDefaultCulture("en").AddSupportedCultures(Languages).AddSupportedUICultures(Languages);
        options.RequestCultureProviders =
        [
            new AddressCulture(),
            new CookieRequestCultureProvider { CookieName = "interop-language" },
            new AcceptLanguageHeaderRequestCultureProvider(),
        ];
    }

    /// <summary>The way back from the issuer is not a page: the scheme itself answers it.</summary>
    private static async Task CallbackAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path == PageSignIn.Callback || http.Request.Path == PageSignIn.SignedOut)
        {
            var handlers = http.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>();
            if (await handlers.GetHandlerAsync(http, PageSession.OpenId) is IAuthenticationRequestHandler handler
                && await handler.HandleRequestAsync())
            {
                return;
            }
        }

        await next(http);
    }
}
