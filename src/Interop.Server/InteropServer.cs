using Interop.Fhir.Schema;
using Interop.Fhir.Search;
using Interop.Fhir.Search.Index;
using Interop.Pages;
using Interop.Server.Accountability;
using Interop.Server.Agreements;
using Interop.Server.Bundles;
using Interop.Server.Calls;
using Interop.Server.Commands;
using Interop.Server.Consents;
using Interop.Server.Consultations;
using Interop.Server.Conveyance;
using Interop.Server.Dispatch;
using Interop.Server.Duplicates;
using Interop.Server.EarlyIntervention;
using Interop.Server.FollowUp;
using Interop.Server.Forms;
using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Guard.Exports;
using Interop.Server.Guard.Histories;
using Interop.Server.Guard.Matching;
using Interop.Server.Guard.Searches;
using Interop.Server.Guard.Tables;
using Interop.Server.Guard.Trail;
using Interop.Server.Instruments;
using Interop.Server.Interactions;
using Interop.Server.Lifecycles;
using Interop.Server.Measures;
using Interop.Server.Measures.Collecting;
using Interop.Server.Operations;
using Interop.Server.Outcomes;
using Interop.Server.Oversight;
using Interop.Server.Referrals;
using Interop.Server.Routing;
using Interop.Server.Sandbox;
using Interop.Server.Security;
using Interop.Server.ServiceDirectory;
using Interop.Server.Settings;
using Interop.Server.Staff;
using Interop.Server.Subscriptions;
using Interop.Server.Summary;
using Interop.Server.Tasks;
using Interop.Server.Transparency;
using Interop.Server.Voices;
using Interop.Server.Xml;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage;
using Interop.Storage.Migrations;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Interop.Server;

/// <summary>The web application: what it is made of and, line by line, what it answers.</summary>
public static class InteropServer
{
    private static readonly SecurityHeaders Headers = new("default-src 'none'; frame-ancestors 'none'");

    /// <summary>Builds the server from <c>Interop:*</c> settings; the caller starts it.</summary>
    /// <param name="args">Command-line settings, such as <c>--Interop:Database=sqlite:PATH</c> and <c>--urls</c>.</param>
    /// <param name="configure">Changes the host before it is built: the demo and the tests use it.</param>
    /// <exception cref="SettingsException">A setting is missing or wrong.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(SettingsFiles.ReadOnce(args));
        builder.Configuration.AddEnvironmentVariables();
        builder.Configuration.AddSecrets("Interop");

        // Why a start failed is a sentence of Program, not a stack.
        builder.Logging.WithoutRequests().AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        configure?.Invoke(builder);
        var settings = InteropSettings.From(builder.Configuration);
        if (settings.Issuers.Count == 0)
        {
            throw new SettingsException("Interop:Issuers:0 is missing: without a trusted issuer nobody could be let in.");
        }

        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureHttpsDefaults(settings.Tls.Apply);
            kestrel.AddServerHeader = false;
            Limit(kestrel.Limits, settings);
        });
        builder.Services.AddInteropServer(settings);
        builder.Services.AddTelemetry(builder.Configuration, "interop", settings.MetricsToken is not null);
        builder.Services.AddPages(settings.Pages);

        var app = builder.Build();
        app.Use(new AccessLog(app.Services.GetRequiredService<ILoggerFactory>(), settings.LogsAccess).LogAsync);
        app.UseMetrics(settings.MetricsToken);
        app.UsePages(settings.Pages);
        app.Use(Headers.SetAsync);
        app.Use(XmlDoor.AnswerAsync);
        app.Use(RegisteredOrigins.VaryAsync);
        app.UseCors();
        app.UseExceptionHandler();
        app.UseRequestTimeouts();
        app.UseStatusCodePages(context => Unmapped.AnswerAsync(context.HttpContext));
        app.UseAuthentication();
        app.Use(PublicEndpoint.ForgetAsync);
        app.Use(app.Services.GetRequiredService<RequestLimits>().CountAsync);
        app.UseAuthorization();
        app.Use(XmlDoor.TakeAsync);
        app.UseWebSockets(new() { KeepAliveInterval = TimeSpan.FromSeconds(30), KeepAliveTimeout = TimeSpan.FromSeconds(30) });
        MapEndpoints(app);

        // Balancers see it no longer ready before connections are refused.
        app.Lifetime.ApplicationStopping.Register(() => Thread.Sleep(settings.Drain));
        return app;
    }

    /// <summary>The server's parts. Everything is a singleton: no part keeps anything of a request.</summary>
    public static IServiceCollection AddInteropServer(this IServiceCollection services, InteropSettings settings)
    {
        services.AddSingleton(settings);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(CrisisProfiles.SearchParametersWith(settings.Definitions));
        var (terminology, profiles) = CrisisProfiles.With(settings.Definitions);
        var codeCase = terminology.CodeCase;
        services.AddSingleton(terminology);
        services.AddSingleton(profiles);
        services.AddSingleton(SharingPolicy.Default);
        services.AddSingleton(provider => new Redactor(
            provider.GetRequiredService<SharingPolicy>(),
            new IndexExtractor(provider.GetRequiredService<SearchParameterSet>(), settings.TimeZone, codeCase).Extract));
        services.AddSingleton(provider => new SearchQueryParser(
            provider.GetRequiredService<SearchParameterSet>().Find, settings.Bases, terminology.CodesOf, settings.TimeZone, codeCase));

        // A container can't wait: the one blocking call is made once, before anything is served.
        services.AddSingleton(_ => Open(settings));
        services.AddSingleton(
            provider =>
                Secrets.OpenAsync(provider.GetRequiredService<ResourceStore>(), settings, CancellationToken.None).GetAwaiter().GetResult());
        services.AddOutgoingCalls(
            InteropIssuer.HttpClient,
            total: TimeSpan.FromSeconds(10),
            perTry: TimeSpan.FromSeconds(5),
            InteropIssuer.MaxBytes,
            isDirect: false);
        services.AddOutgoingCalls(
            RevocationFeeds.HttpClient, total: TimeSpan.FromSeconds(40), perTry: null, RevocationFeeds.MaxBytes, isDirect: false);
        services.AddSingleton(
            provider =>
                new TokenVerifier(
                    settings,
                    provider.GetRequiredService<IHttpClientFactory>().CreateClient(InteropIssuer.HttpClient),
                    provider.GetRequiredService<ScopeReader>(),
                    provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ScopeReader>();
        services.AddSingleton<ICorsPolicyProvider, RegisteredOrigins>();
        services.AddCors();
        services.AddSingleton<AuditTrail>();
        if (settings.AuditCheckpoints is not null)
        {
            services.AddHostedService<AuditCheckpoints>(); // first of all these, and so the last to stop
        }

        services.AddHostedService<RevocationFeeds>();
        services.AddSingleton<DpopProofs>();
        services.AddSingleton<RequestLimits>();
        services.AddSingleton(_ => Turns.ForThisMachine(settings.Limits.Readers));
        services.AddSingleton<ThrottledTrail>();
        services.AddHostedService(provider => provider.GetRequiredService<ThrottledTrail>());
        services.AddSingleton<SharingRows>();
        AddGuard(services, settings);
        services.AddSingleton<Capabilities>();
        services.AddSingleton<BundleEntries>();
        services.AddSingleton<JudgeAgain>();
        services.AddHostedService(provider => provider.GetRequiredService<JudgeAgain>());
        services.AddHostedService<AgreementReviews>();
        services.AddSingleton<Deadlines>();
        services.AddHostedService(provider => provider.GetRequiredService<Deadlines>());
        services.AddTables(settings.LimitedDataSet, terminology);
        services.AddExports(settings.Exports);
        services.AddSingleton<BearerEvents>();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<TokenVerifier>((bearer, verifier) =>
        {
            bearer.TokenHandlers.Clear();
            bearer.TokenHandlers.Add(verifier);
            bearer.EventsType = typeof(BearerEvents);
            bearer.SaveToken = false;
        });
        services.AddAuthorization();
        services.AddRequestTimeouts(options => options.DefaultPolicy = HandlingTimeout.Of(settings.Limits));
        services.AddExceptionHandler<FhirExceptionHandler>();
        services.AddProblemDetails();
        return services;
    }

    /// <summary>What stands between a request and the rows, and the workflows that have rules of their own.</summary>
    private static void AddGuard(IServiceCollection services, InteropSettings settings)
    {
        services.AddSingleton<Representation>();
        services.AddSingleton<Sights>();
        services.AddSingleton<Judge>();
        services.AddSingleton<TypeRules>();
        services.AddSingleton<TypeRule, ContractRule>();
        services.AddForms().AddInstruments().AddConsultations();
        services.AddCalls(settings.ScreeningTable);
        services.AddDispatch();
        services.AddConveyance();
        services.AddReferrals();
        services.AddFollowUps();
        services.AddOutcomes();
        services.AddStaff();
        services.AddMeasures(settings);
        services.AddCollecting();
        services.AddTransparency(settings);
        services.AddEarlyIntervention(settings.EarlyIntervention);
        services.AddVoices();
        services.AddConsents();
        services.AddDuplicates();
        services.AddSubscriptions(settings.Subscriptions);
        services.AddServiceDirectory();
        foreach (var type in StatusEnds.Types)
        {
            services.AddSingleton<TypeRule>(new StatusEndRule(type));
        }

        services.AddSingleton<GuardedStore>();
        services.AddOversight();
        services.AddSingleton<PersonLookups>();
        services.AddSingleton<SearchQueries>();
        services.AddSingleton<Conditions>();
        services.AddChanges();
        services.AddSingleton<GuardedReads>();
        services.AddSingleton<GuardedHistories>();
        services.AddSingleton<GuardedSearches>();
        services.AddSingleton<GuardedAreas>();
        services.AddSingleton<SiftedSearches>();
        services.AddSingleton<GuardedDocuments>();
        services.AddSingleton<PersonCandidates>();
        services.AddSingleton<PersonMatches>();
        services.AddSingleton<BundleReader>();
        services.AddSingleton<TransactionPatches>();
        services.AddSingleton<Transactions>();
        services.AddSingleton<Filing>();
        services.AddSummaries();
        services.AddSingleton<AgreementBook>();
        services.AddSingleton<SandboxStore>();
        services.AddSingleton<Importer>();
        services.AddSingleton<Explanation>();
        services.AddSingleton<AuditEventIds>();
        services.AddSingleton<GuardedAudit>();
        services.AddSingleton<GuardedAccounts>();
        services.AddSingleton<Checkup>();
    }

    private static ResourceStore Open(InteropSettings settings)
    {
        try
        {
            return ResourceStore.OpenAsync(settings.Database, settings.Limits.Store, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (UnsupportedSchemaException newer)
        {
            throw new SettingsException(newer.Message);
        }
    }

    /// <summary>What a connection may send before anything of this server looks at it.</summary>
    private static void Limit(KestrelServerLimits limits, InteropSettings settings)
    {
        limits.MaxRequestBodySize = settings.MaxBodyBytes;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(settings.Limits.HeaderSeconds);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        limits.MinRequestBodyDataRate = new(settings.Limits.BodyBytesPerSecond, TimeSpan.FromSeconds(5));
        limits.MinResponseDataRate = limits.MinRequestBodyDataRate;
    }

    private static void MapEndpoints(WebApplication app)
    {
        var fhir = new FhirRoutes(app);
        Capabilities.Map(fhir, app.Services.GetRequiredService<Capabilities>());
        SmartConfiguration.Map(fhir);
        Read.Map(fhir);
        VersionRead.Map(fhir);
        InstanceHistory.Map(fhir);
        TypeHistory.Map(fhir);
        Search.Map(fhir);
        CompartmentSearch.Map(fhir);
        SystemSearch.Map(fhir);
        Create.Map(fhir);
        Update.Map(fhir);
        Patch.Map(fhir);
        Delete.Map(fhir);
        Bundle.Map(fhir);
        SummaryServices.Map(fhir);
        Everything.Map(fhir);
        MatchPatient.Map(fhir);
        MergePatients.Map(fhir);
        BreakGlass.Map(fhir);
        LastN.Map(fhir);
        OpenServices.Map(fhir);
        Document.Map(fhir);
        if (app.Services.GetRequiredService<InteropSettings>().Exports is not null)
        {
            Export.Map(fhir);
            ExportView.Map(fhir);
        }

        RunView.Map(fhir);
        MeasureServices.Map(fhir, app.Services.GetRequiredService<InteropSettings>());
        CollectingServices.Map(fhir, app.Services.GetRequiredService<InteropSettings>());
        TransparencyServices.Map(fhir, app.Services.GetRequiredService<InteropSettings>());
        EarlyInterventionServices.Map(fhir, app.Services.GetRequiredService<InteropSettings>());
        ValidateResource.Map(fhir);
        ExpandValueSet.Map(fhir);
        ValidateCode.Map(fhir);
        LookupCode.Map(fhir);
        AuditEvents.Map(fhir);
        Disclosures.Map(fhir);
        RecordDisclosure.Map(fhir);
        FileConsent.Map(fhir);
        RevokeConsent.Map(fhir);
        PreviewConsent.Map(fhir);
        SuspendAccounting.Map(fhir);
        ExplainAccess.Map(fhir);
        AgreementStanding.Map(fhir);
        OnboardingCases.Map(fhir);
        SubscriptionAnswers.Map(fhir);
        SubscriptionSockets.Map(app);
        VoiceServices.Map(fhir);
        CadIntake.Map(app);
        app.MapConveyance();
        Health.Map(app);
    }
}
