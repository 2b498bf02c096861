using Interop.Identity.Accounts;
using Interop.Identity.Agencies;
using Interop.Identity.Api;
using Interop.Identity.Audit;
using Interop.Identity.Authorization;
using Interop.Identity.Clients;
using Interop.Identity.Database;
using Interop.Identity.Http;
using Interop.Identity.Invitations;
using Interop.Identity.Launches;
using Interop.Identity.RevocationFeed;
using Interop.Identity.Tokens;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Identity;

namespace Interop.Identity;

/// <summary>
/// The issuer as a web application; the lines of <see cref="AddInteropIdentity"/> and <see cref="Build"/> are its table of contents.
/// </summary>
public static class InteropIdentity
{
    /// <summary>The issuer, ready to start.</summary>
    /// <param name="arguments">Settings such as <c>--Identity:Database=sqlite:identity.db</c> or
    /// <c>--urls=http://127.0.0.1:5090</c>.</param>
    /// <param name="clock">The system's where null.</param>
    /// <param name="configure">Changes the host before it is built: the demo and the tests use it.</param>
    /// <exception cref="SettingsException">A setting is wrong.</exception>
    public static WebApplication Build(string[] arguments, TimeProvider? clock = null, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = SettingsFiles.ReadOnce(arguments),
            ContentRootPath = AppContext.BaseDirectory,
            ApplicationName = typeof(InteropIdentity).Assembly.GetName().Name,
        });
        builder.Configuration.AddSecrets("Identity");

        builder.Logging.WithoutRequests();
        var settings = IdentitySettings.From(builder.Configuration);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureHttpsDefaults(settings.Tls.Apply);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 24 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 500, gracePeriod: TimeSpan.FromSeconds(5)); // no form is large
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(1);
        });
        if (builder.Configuration["urls"] is null && builder.Configuration["ASPNETCORE_URLS"] is null)
        {
            builder.WebHost.UseUrls("http://127.0.0.1:5090");
        }

        builder.Services.AddInteropIdentity(settings, clock ?? TimeProvider.System);
        builder.Services.AddTelemetry(builder.Configuration, "interop-identity");
        configure?.Invoke(builder);
        var application = builder.Build();
        _ = application.Services.GetRequiredService<IdentityDatabase>();

        application.Use(Origins.VaryAsync);
        application.UseCors();
        application.UseExceptionHandler();
        application.Use(PageHeaders.All.SetAsync);
        application.UseRouting();
        application.UseAntiforgery();
        Discovery.Map(application);
        Token.Map(application);
        Introspect.Map(application);
        Revoke.Map(application);
        Revocations.Map(application);
        UserInfo.Map(application);
        ClientRegistrations.Map(application);
        Authorize.Map(application);
        EndSession.Map(application);
        PrepareLaunch.Map(application);
        Invite.Map(application);
        Origins.Map(application);
        Style.Map(application);
        application.MapRazorPages();
        application.MapGet("/health/live", () => Results.Text("ok"));
        application.MapGet("/health/ready", async (SigningKeys keys, CancellationToken cancellationToken) =>
            Results.Text((await keys.PublishedAsync(cancellationToken)).Count > 0 ? "ok" : "no key"));
        return application;
    }

    internal static void AddInteropIdentity(this IServiceCollection services, IdentitySettings settings, TimeProvider clock)
    {
        services.AddSingleton(settings);
        services.AddSingleton(clock);
        services.AddDataProtection().SetApplicationName("interop-identity").PersistKeysToFileSystem(PrivateFolder(settings.KeyFolder));
        services.AddOutgoingCalls(
            ClientKeys.HttpClient, total: TimeSpan.FromSeconds(5), perTry: TimeSpan.FromSeconds(4), ClientKeys.MaxBytes, isDirect: true);
        services.AddOutgoingCalls(
            FhirApi.HttpClient, total: TimeSpan.FromSeconds(10), perTry: TimeSpan.FromSeconds(8), FhirApi.MaxBytes, isDirect: true);

        services.AddSingleton<IdentityDatabase>();
        services.AddSingleton<FollowerStore>();
        services.AddSingleton<ClientStore>();
        services.AddSingleton<AccountStore>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<ApprovalStore>();
        services.AddSingleton<GrantStore>();
        services.AddSingleton<LaunchStore>();
        services.AddSingleton<InvitationStore>();
        services.AddSingleton<SeenStore>();
        services.AddSingleton<AllowanceStore>();
        services.AddSingleton<SecurityTrail>();

        services.AddSingleton<SigningKeys>();
        services.AddSingleton<TokenMint>();
        services.AddSingleton<ClientKeys>();
        services.AddSingleton<ClientAuthentication>();
        services.AddSingleton<DpopProofs>();

        services.AddSingleton<FhirApi>();
        services.AddSingleton<Agreements>();
        services.AddSingleton<Registrations>();

        services.AddSingleton<RequestLimits>();
        services.AddSingleton<GrantTypes>();
        services.AddSingleton<TokenStates>();
        services.AddSingleton<PresentedToken>();
        services.AddSingleton<RegistrationAccess>();
        services.AddSingleton<AuthorizationReader>();
        services.AddSingleton<CodeIssuer>();
        services.AddSingleton<LaunchContexts>();
        services.AddSingleton<RecordFinder>();
        services.AddSingleton<FormTargets>();
        services.AddSingleton<Origins>();
        services.AddSingleton<ICorsPolicyProvider>(provider => provider.GetRequiredService<Origins>());
        services.AddCors();
        services.AddExceptionHandler<OAuthErrors>();
        services.AddProblemDetails();

        services.Configure<PasswordHasherOptions>(options => options.IterationCount = 210_000);
        services.AddSingleton<IPasswordHasher<Account>, PasswordHasher<Account>>();
        services.AddSingleton<PasswordPolicy>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<Browsers>();
        services.AddAuthentication(Browsers.Complete)
            .AddCookie(Browsers.Complete, options => Harden(options, settings, SessionStore.Life))
            .AddCookie(Browsers.Halfway, options => Harden(options, settings, TimeSpan.FromMinutes(5)));
        services.Configure<FormOptions>(options =>
        {
            options.ValueCountLimit = 50; // the longest of our forms has twelve fields
            options.KeyLengthLimit = 100;
            options.ValueLengthLimit = 16 * 1024;
        });
        services.AddAntiforgery(options => Harden(options.Cookie, settings, "interop-form"));
        services.AddRazorPages();
    }

    private static void Harden(CookieAuthenticationOptions options, IdentitySettings settings, TimeSpan life)
    {
        options.ExpireTimeSpan = life;
        options.SlidingExpiration = false;
        Harden(options.Cookie, settings, $"interop-{(life == SessionStore.Life ? "session" : "halfway")}");
    }

    /// <summary>With https the name's prefix makes browsers insist on Secure and on this host alone.</summary>
    private static void Harden(CookieBuilder cookie, IdentitySettings settings, string name)
    {
        cookie.Name = settings.IsSecure ? "__Host-" + name : name;
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax; // Strict would hide the session when a client's page leads here
        cookie.SecurePolicy = settings.IsSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        cookie.IsEssential = true;
    }

    private static DirectoryInfo PrivateFolder(string path)
    {
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (OperatingSystem.IsWindows())
        {
            return Directory.CreateDirectory(path);
        }

        var folder = Directory.CreateDirectory(path, Owner);
        if ((folder.UnixFileMode & ~Owner) != 0)
        {
            folder.UnixFileMode = Owner; // a restored copy may have been open to others
        }

        return folder;
    }
}
