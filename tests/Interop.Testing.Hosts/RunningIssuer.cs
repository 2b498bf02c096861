using Interop.Identity;
using System.Text.Json;
using Interop.Demo;
using Interop.Identity.Database;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Interop.Testing;

/// <summary>A real issuer on loopback with a database of its own, or one that it shares with another instance.</summary>
internal sealed class RunningIssuer : IAsyncDisposable
{
    public const string Audience = "interop";
    public const string Fhir = "http://127.0.0.1:5080/fhir";

    private readonly WebApplication application;
    private readonly LoopbackPort port;
    private readonly bool ownsDatabase;

    private RunningIssuer(
        WebApplication application, LoopbackPort port, string folder, string databaseSetting, bool ownsDatabase, TestClock clock)
    {
        this.application = application;
        this.port = port;
        this.ownsDatabase = ownsDatabase;
        Folder = folder;
        DatabaseSetting = databaseSetting;
        Url = port.Url;
        Clock = clock;
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
        {
            BaseAddress = new Uri(Url)
        };
    }

    public string Folder { get; }

    /// <summary>Its <c>Identity:Database</c>.</summary>
    public string DatabaseSetting { get; }

    /// <summary>Where this instance listens.</summary>
    public string Url { get; }

    /// <summary>The issuer's name, which a second instance shares with the first.</summary>
    public string Issuer => Settings.Issuer;

    public TestClock Clock { get; }

    public HttpClient Http { get; }

    public IdentitySettings Settings => Get<IdentitySettings>();

    public static Task<RunningIssuer> StartAsync(params string[] settings) => StartAsync(DatabaseKind.Sqlite, settings);

    public static async Task<RunningIssuer> StartAsync(DatabaseKind database, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("interop-identity-").FullName;
        return await StartAsync(null, LoopbackPort.Any(), folder, await NewDatabaseAsync(database, folder), settings);
    }

    /// <param name="sibling">The instance whose database, clock and issuer name to share.</param>
    public static Task<RunningIssuer> StartAsync(RunningIssuer sibling, params string[] settings) =>
        StartAsync(sibling, LoopbackPort.Any(), settings);

    /// <inheritdoc cref="StartAsync(RunningIssuer, string[])"/>
    /// <param name="port">A port that settings name already; the issuer sees to its end.</param>
    public static Task<RunningIssuer> StartAsync(RunningIssuer sibling, LoopbackPort port, params string[] settings) =>
        StartAsync(sibling, port, sibling.Folder, sibling.DatabaseSetting, settings);

    /// <param name="port">A port that settings name already; the issuer sees to its end.</param>
    public static async Task<RunningIssuer> StartAsync(LoopbackPort port, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("interop-identity-").FullName;
        return await StartAsync(null, port, folder, await NewDatabaseAsync(DatabaseKind.Sqlite, folder), settings);
    }

    /// <summary>The <c>Identity:Database</c> of a database that has no tables yet.</summary>
    public static async Task<string> NewDatabaseAsync(DatabaseKind database, string folder) =>
        database == DatabaseKind.Sqlite
            ? "sqlite:" + Path.Combine(folder, $"{Guid.NewGuid():N}.db")
            : "postgres:" + await PostgresCluster.CreateDatabaseAsync();

    public T Get<T>()
        where T : notnull => application.Services.GetRequiredService<T>();

    public async Task<JsonElement> GetJsonAsync(string path) => JsonDocument.Parse(await Http.GetStringAsync(path)).RootElement;

    /// <summary>Posts a form; null values are left out.</summary>
    public async Task<Answer> PostAsync(string path, IEnumerable<(string Name, string? Value)> form, string? proof = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(
                form.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value!))),
        };
        if (proof is not null)
        {
            request.Headers.TryAddWithoutValidation("DPoP", proof);
        }

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new(response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    public async Task<IReadOnlyList<(string Kind, string Outcome, string? Client, string? Reason)>> TrailAsync() =>
        await Get<IdentityDatabase>().ListAsync<(string, string, string?, string?)>(
            "SELECT kind, outcome, client_id, reason FROM security_event ORDER BY event_id", new { }, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        var postgres = Settings.PostgresConnection;
        Http.Dispose();
        await application.StopAsync();
        await application.DisposeAsync();
        port.Dispose();
        if (ownsDatabase)
        {
            if (postgres is not null)
            {
                await PostgresCluster.DropDatabaseAsync(postgres);
            }

            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(Folder, true);
        }
    }

    private static async Task<RunningIssuer> StartAsync(
        RunningIssuer? sibling, LoopbackPort port, string folder, string database, string[] settings)
    {
        var clock = sibling?.Clock ?? TestClock.AtNow();
        var application = InteropIdentity.Build(
            [
                $"--urls={port.Url}",
                $"--Identity:Issuer={sibling?.Issuer ?? port.Url}",
                $"--Identity:Database={database}",
                $"--Identity:KeyFolder={Path.Combine(folder, "keys")}",
                "--Logging:LogLevel:Default=Error",
                "--Identity:RequestsPerMinute=100000",
                "--Identity:Agreements=external",
                "--Identity:FailedSignInsPerAddress=1000",
                .. settings,
            ],
            clock,
            builder => port.HandTo(builder.Services));
        await application.StartAsync();
        return new(application, port, folder, database, sibling is null, clock);
    }
}
