using Interop.Server;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Interop.Demo;
using Interop.Fhir;
using Interop.Server.Commands;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Interop.Testing;

/// <summary>
/// The real server on a loopback port with a database file of its own, trusting a real issuer with signed tokens. There is no
/// switch that turns authorization off.
/// </summary>
public sealed class RunningServer : IAsyncDisposable
{
    public const string PublicUrl = "http://interop.test/fhir";

    private static readonly Lazy<Task<LoopbackIssuer>> SharedIssuer =
        new(() => LoopbackIssuer.StartAsync(RSA.Create(2048), CancellationToken.None));
    private readonly WebApplication application;
    private readonly bool keepsDatabase;
    private readonly LoopbackPort? port;

    private RunningServer(
        WebApplication application, LoopbackIssuer issuer, string setting, TestClock clock, bool keepsDatabase, LoopbackPort? port)
    {
        this.application = application;
        this.port = port;
        this.keepsDatabase = keepsDatabase;
        Issuer = issuer;
        Setting = setting;
        Clock = clock;
        Address = new Uri(application.Urls.First());
    }

    public LoopbackIssuer Issuer { get; }

    public TestClock Clock { get; }

    /// <summary>As <c>Interop:Database</c> names it.</summary>
    public string Setting { get; }

    /// <summary>Path of the SQLite file.</summary>
    public string Database => Setting["sqlite:".Length..];

    public Uri Address { get; }

    internal T Part<T>()
        where T : notnull => application.Services.GetRequiredService<T>();

    internal Importer Importer => Part<Importer>();

    /// <summary>All that the server answers.</summary>
    internal IReadOnlyList<Endpoint> Endpoints => application.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    internal Storage.ResourceStore Rows => application.Services.GetRequiredService<Storage.ResourceStore>();

    /// <param name="database">
    /// An existing file, or a setting, to open and keep; a fresh one that is deleted at the end when null (<see cref="ServerDatabase"/>).
    /// </param>
    public static Task<RunningServer> StartAsync(string? database = null, TestClock? clock = null, params string[] settings) =>
        StartAsync(null, database, clock, settings);

    /// <param name="port">A port that others were told already; settings name it, and the server sees to its end.</param>
    public static Task<RunningServer> StartOnAsync(LoopbackPort port, TestClock? clock = null, params string[] settings) =>
        StartAsync(port, null, clock, settings);

    private static async Task<RunningServer> StartAsync(LoopbackPort? port, string? database, TestClock? clock, string[] settings)
    {
        var issuer = await SharedIssuer.Value;
        var setting = database is null ? await ServerDatabase.CreateAsync()
            : database.StartsWith("postgres:", StringComparison.Ordinal) ? database
            : $"sqlite:{database}";
        clock ??= new TestClock();
        var application = InteropServer.Build(
            [
                $"--urls={port?.Url ?? "http://127.0.0.1:0"}",
                $"--Interop:Database={setting}",
                $"--Interop:PublicUrl={PublicUrl}",
                "--Interop:Secret=a secret that all test servers share",
                $"--Interop:Issuers:0:Authority={issuer.Authority}",
                $"--Interop:Issuers:0:Audience={LoopbackIssuer.Audience}",
                "--Interop:Issuers:0:Agencies:0=*",
                .. settings,
            ],
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton<TimeProvider>(clock);
                port?.HandTo(builder.Services);
            });
        await application.StartAsync();
        return new(application, issuer, setting, clock, keepsDatabase: database is not null, port);
    }

    /// <summary>A client that sends a token of this caller with every request.</summary>
    public HttpClient As(DemoCaller caller) => WithToken(Issuer.Token(caller, DateTimeOffset.UtcNow, TimeSpan.FromHours(1)));

    /// <param name="further">Claims besides those that every caller has, such as the patient of a launch.</param>
    public HttpClient As(DemoCaller caller, params IReadOnlyList<(string Name, object Value)> further)
    {
        var claims = LoopbackIssuer.Claims(caller);
        foreach (var (name, value) in further)
        {
            claims[name] = value;
        }

        return WithToken(Issuer.Token(claims, DateTimeOffset.UtcNow, TimeSpan.FromHours(1)));
    }

    public HttpClient As(string name) => As(DemoCaller.All.Single(caller => caller.Name == name));

    public HttpClient WithToken(string? token)
    {
        // A server that refuses a body before it has it says so; on a busy machine that takes longer than the second that is usual.
        var handler = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        var client = new HttpClient(handler) { BaseAddress = new Uri(Address, "/fhir/") };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }

    /// <summary>Stores resources as an operator's import does, for a custodian.</summary>
    public Task ImportAsync(string source, params string[] resources) =>
        Importer.ImportAsync(source, [.. resources.Select(Parsed)], CancellationToken.None);

    /// <summary>Ends it as an operator does: what is done at the end is done. To dispose of it is to pull the plug.</summary>
    public Task StopAsync() => application.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        port?.Dispose();
        if (!keepsDatabase)
        {
            await ServerDatabase.DropAsync(Setting);
        }
    }

    private static (ResourceKey, byte[]) Parsed(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var header = Fhir.Json.ResourceJson.ReadHeader(bytes)!;
        return (new(header.Type!, header.Id!), bytes);
    }
}
