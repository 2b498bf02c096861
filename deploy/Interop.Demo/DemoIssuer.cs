using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Interop.Identity;
using Interop.Identity.Accounts;
using Interop.Identity.Agencies;
using Interop.Identity.Clients;
using Interop.Identity.Tokens;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Demo;

/// <summary>
/// The real issuer with the demo's clients and ten people. Each client has a key of its own in the folder and gets its tokens over HTTP
/// like any other; only that they begin live is declared, as an operator may.
/// </summary>
internal sealed class DemoIssuer : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly PrivateFolder folder;
    private readonly HttpClient http = new();

    // Kept as long as the demo: the token library keeps what it signs with by the key's id, and would sign with a key that is gone.
    private readonly Dictionary<string, RSA> keys = [];

    private DemoIssuer(WebApplication application, PrivateFolder folder, DemoAddresses addresses)
    {
        this.application = application;
        this.folder = folder;
        Addresses = addresses;
    }

    public const string Audience = "interop";

    public DemoAddresses Addresses { get; }

    public static async Task<DemoIssuer> StartAsync(
        DemoAddresses addresses, LoopbackPort port, PrivateFolder folder, DemoPlace place, CancellationToken cancellationToken)
    {
        string[] settings =
        [
            $"--urls={addresses.Issuer}",
            $"--Identity:Issuer={addresses.Issuer}",
            .. place.OfIssuer(folder),
            $"--Identity:Audience={Audience}",
            $"--Identity:FhirUrl={addresses.Fhir}",
            $"--Identity:SandboxUrl={addresses.Sandbox}",
            "--Identity:RequiresSecondFactor=false", // a person who only looks has no authenticator at hand
            "--Logging:LogLevel:Default=Warning",
            "--Logging:LogLevel:Microsoft.AspNetCore.DataProtection=Error", // it would warn that the key folder is not encrypted
        ];
        var application = InteropIdentity.Build(settings, configure: builder =>
        {
            port.HandTo(builder.Services);
            builder.Services.AddSingleton<IStartupFilter, OneClick>();
        });
        await application.StartAsync(cancellationToken);
        return new(application, folder, addresses);
    }

    /// <summary>Registers what is not registered yet. The API must answer: partners are registered within their agreements.</summary>
    public async Task RegisterAsync(CancellationToken cancellationToken)
    {
        foreach (var caller in DemoCaller.All.Append(DemoCaller.SandboxOffice))
        {
            await RegisterAsync(
                new(
                    caller.ClientId,
                    caller.Name,
                    $"Organization/{caller.Organization}",
                    [Client.ClientCredentials],
                    caller.Scope.Split(' '),
                    caller.Purposes,
                    caller.Roles,
                    [],
                    await JwksAsync(caller, cancellationToken),
                    null,
                    RequiresDpop: false,
                    IsSandbox: caller == DemoCaller.SandboxOffice),
                cancellationToken);
        }

        var keys = await PagesKey.JwksAsync(folder, cancellationToken);
        foreach (var (organization, name, scope, purposes) in DemoPerson.Agencies)
        {
            await RegisterAsync(
                new(
                    DemoPerson.ClientOf(organization),
                    $"Pages of {name}",
                    $"Organization/{organization}",
                    [Client.AuthorizationCode],
                    ["openid", "profile", "fhirUser", "online_access", .. scope.Split(' ')],
                    purposes,
                    [],
                    [$"{Addresses.Url(0)}/app/signed-in", $"{Addresses.Url(0)}/app/signed-out"],
                    keys,
                    null,
                    RequiresDpop: false,
                    IsSandbox: false),
                cancellationToken);
        }

        foreach (var person in DemoPerson.All)
        {
            await AddPersonAsync(person, cancellationToken);
        }
    }

    /// <summary>
    /// A token of the caller's client, asked for with a signed assertion (SMART Backend Services); good for five minutes.
    /// </summary>
    public async Task<string> TokenAsync(DemoCaller caller, CancellationToken cancellationToken)
    {
        var key = await KeyAsync(caller, cancellationToken);
        var assertion = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = caller.ClientId,
            Audience = $"{Addresses.Issuer}/token",
            Expires = DateTime.UtcNow.AddMinutes(2),
            Claims = new Dictionary<string, object> { ["sub"] = caller.ClientId, ["jti"] = Guid.NewGuid().ToString("N") },
            SigningCredentials = new(new RsaSecurityKey(key) { KeyId = caller.ClientId }, SecurityAlgorithms.RsaSha384),
        });
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["scope"] = caller.Scope,
            ["client_assertion_type"] = ClientAuthentication.AssertionType,
            ["client_assertion"] = assertion,
        });
        using var response = await http.PostAsync(new Uri($"{Addresses.Issuer}/token"), form, cancellationToken);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        return answer.RootElement.TryGetProperty("access_token", out var token)
            ? token.GetString()!
            : throw new InvalidOperationException($"The issuer gave {caller.ClientId} no token: {answer.RootElement}");
    }

    public static string KeyFile(DemoCaller caller) => $"{caller.ClientId}.pem";

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        foreach (var key in keys.Values)
        {
            key.Dispose();
        }

        await application.StopAsync();
        await application.DisposeAsync();
    }

    private async Task RegisterAsync(Client client, CancellationToken cancellationToken)
    {
        if (await application.Services.GetRequiredService<ClientStore>().FindAsync(client.ClientId, cancellationToken) is null)
        {
            await application.Services.GetRequiredService<Registrations>().AddAsync(
                client, Actor.Operator, "A client of the demo.", cancellationToken);
        }
    }

    private async Task AddPersonAsync(DemoPerson person, CancellationToken cancellationToken)
    {
        if (await application.Services.GetRequiredService<AccountStore>().FindByNameAsync(person.UserName, cancellationToken) is null)
        {
            var account = new Account
            {
                AccountId = Secret.NewId(),
                UserName = person.UserName,
                DisplayName = person.Name,
                Organization = $"Organization/{person.Organization}",
                Roles = person.Roles,
                Purposes = person.Purposes,
                FhirUser = $"Practitioner/{person.Practitioner}",
            };
            await application.Services.GetRequiredService<SignIn>().AddAsync(account, Secret.NewId(), cancellationToken);
        }
    }

    private async Task<RSA> KeyAsync(DemoCaller caller, CancellationToken cancellationToken)
    {
        var name = KeyFile(caller);
        if (keys.TryGetValue(name, out var kept))
        {
            return kept;
        }

        var key = keys[name] = RSA.Create(2048);
        if (File.Exists(folder.File(name)))
        {
            key.ImportFromPem(await File.ReadAllTextAsync(folder.File(name), cancellationToken));
        }
        else
        {
            await folder.WriteAsync(name, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()), cancellationToken);
        }

        return key;
    }

    private async Task<string> JwksAsync(DemoCaller caller, CancellationToken cancellationToken)
    {
        var key = await KeyAsync(caller, cancellationToken);
        var parameters = key.ExportParameters(false);
        return JsonSerializer.Serialize(new
        {
            keys = new[]
            {
                new
                {
                    kty = "RSA",
                    use = "sig",
                    alg = SecurityAlgorithms.RsaSha384,
                    kid = caller.ClientId,
                    n = Base64UrlEncoder.Encode(parameters.Modulus),
                    e = Base64UrlEncoder.Encode(parameters.Exponent),
                },
            },
        });
    }
}

/// <summary>Where the demo's parts listen: three neighbouring ports.</summary>
internal sealed record DemoAddresses(int Port)
{
    public string Fhir => Url(0) + "/fhir";

    public string Issuer => Url(1);

    public string Pages => Url(0) + "/";

    public string Sandbox => Url(2) + "/fhir";

    public IEnumerable<int> Ports => Enumerable.Range(Port, 3);

    public string Url(int offset) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port + offset}");
}
