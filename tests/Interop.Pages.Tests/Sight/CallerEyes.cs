using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Interop.Demo;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Playwright;

namespace Interop.Pages.Tests.Sight;

/// <summary>What somebody gets over FHIR with the token that the pages have for her: of the same account, client and scopes.</summary>
internal sealed partial class CallerEyes : IDisposable
{
    private readonly HttpClient fhir;
    private readonly CityTexts city;
    private readonly Dictionary<string, string?> read = [];

    /// <summary>Whom she finds without naming anybody; null for the keeper's own staff, of whose record everybody is.</summary>
    private readonly HashSet<string>? found;

    private CallerEyes(HttpClient fhir, CityTexts city, HashSet<string>? found) => (this.fhir, this.city, this.found) = (fhir, city, found);

    /// <param name="page">Of a browser in which she is signed in.</param>
    public static async Task<CallerEyes> OfAsync(DemoCity demo, IPage page, DemoPerson person, CityTexts city)
    {
        var fhir = new HttpClient { BaseAddress = new Uri(demo.File.GetProperty("fhir").GetString() + "/") };
        fhir.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(demo, page, person));
        return new(fhir, city, person.Organization == "crisis-program" ? null : await FoundAsync(fhir));
    }

    /// <summary>Whether one of the records comes to her, with the text.</summary>
    private async Task<bool> SeesAsync(string text, bool isId, IEnumerable<string> records)
    {
        foreach (var record in records)
        {
            if ((found is null || found.Contains(city.PersonOf(record))) && await ReadAsync(record) is { } said
                && (isId || CityTexts.Stands(said, text)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What of the city stands in a page and does not come to her.</summary>
    /// <param name="page">As <see cref="PageWalk.TextAsync"/> gives it.</param>
    public async Task<List<string>> LeaksAsync(string page)
    {
        var leaks = new List<string>();
        foreach (var (text, isId, records) in city.In(page))
        {
            if (!await SeesAsync(text, isId, records))
            {
                leaks.Add(text);
            }
        }

        return leaks;
    }

    /// <summary>What an operation answers: its texts, a line each.</summary>
    public async Task<string> AskedAsync(string operation, string parameters)
    {
        using var content = new StringContent(parameters, Encoding.UTF8, "application/fhir+json");
        using var answer = await fhir.PostAsync(new Uri(operation, UriKind.Relative), content);
        return await SaidAsync(answer) ?? throw new InvalidOperationException($"{operation} {answer.StatusCode}");
    }

    public void Dispose() => fhir.Dispose();

    private async Task<string?> ReadAsync(string record)
    {
        if (!read.TryGetValue(record, out var said))
        {
            using var answer = await fhir.GetAsync(new Uri(record, UriKind.Relative));
            read[record] = said = await SaidAsync(answer);
        }

        return said;
    }

    private static async Task<string?> SaidAsync(HttpResponseMessage answer)
    {
        Assert.NotEqual(HttpStatusCode.Unauthorized, answer.StatusCode);
        if (!answer.IsSuccessStatusCode)
        {
            return null;
        }

        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return string.Join('\n', CityTexts.Said(body.RootElement));
    }

    private static async Task<HashSet<string>> FoundAsync(HttpClient fhir)
    {
        var persons = new HashSet<string>();
        foreach (var query in (string[])["Patient?_count=1000", "Task?_include=Task:patient&_count=1000"])
        {
            using var answer = await fhir.GetAsync(new Uri(query, UriKind.Relative));
            if (answer.IsSuccessStatusCode)
            {
                using var bundle = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
                persons.UnionWith(bundle.RootElement.TryGetProperty("entry", out var entries)
                    ? entries.EnumerateArray().Select(entry => entry.GetProperty("resource"))
                        .Where(resource => resource.GetProperty("resourceType").GetString() == "Patient")
                        .Select(patient => patient.GetProperty("id").GetString()!)
                    : []);
            }
        }

        return persons;
    }

    /// <summary>The pages' own flow: authorization code with PKCE, and their key.</summary>
    private static async Task<string> TokenAsync(DemoCity demo, IPage page, DemoPerson person)
    {
        var (client, verifier) = (DemoPerson.ClientOf(person.Organization), Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32)));
        var redirect = $"{demo.Address}/app/signed-in";
        var scope = DemoPerson.Agencies.Single(agency => agency.Organization == person.Organization).Scope;
        var query = string.Join('&', new Dictionary<string, string>
        {
            ["response_type"] = "code", ["client_id"] = client, ["redirect_uri"] = redirect, ["state"] = "s", ["nonce"] = "n",
            ["scope"] = $"openid profile fhirUser online_access {scope}", ["aud"] = demo.File.GetProperty("fhir").GetString()!,
            ["code_challenge"] = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
            ["code_challenge_method"] = "S256", ["login_hint"] = person.UserName,
        }.Select(part => $"{part.Key}={Uri.EscapeDataString(part.Value)}"));
        var back = await page.Context.APIRequest.GetAsync($"{demo.Issuer}/authorize?{query}", new() { MaxRedirects = 0 });
        var code = Code().Match(back.Headers.GetValueOrDefault("location") ?? string.Empty);
        Assert.True(code.Success, $"{back.Status} {await back.TextAsync()}");

        using var key = ECDsa.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(Path.Combine(demo.Folder, "pages.pem")));
        var assertion = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = client,
            Audience = $"{demo.Issuer}/token",
            Expires = DateTime.UtcNow.AddMinutes(2),
            Claims = new Dictionary<string, object> { ["sub"] = client, ["jti"] = Guid.NewGuid().ToString("N") },
            SigningCredentials = new(
                new ECDsaSecurityKey(key)
                {
                    KeyId = "pages", CryptoProviderFactory = new() { CacheSignatureProviders = false }, // the key is gone with this method
                },
                SecurityAlgorithms.EcdsaSha384),
        });
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code", ["code"] = Uri.UnescapeDataString(code.Groups[1].Value), ["redirect_uri"] = redirect,
            ["code_verifier"] = verifier, ["client_assertion"] = assertion,
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        });
        using var answer = await http.PostAsync(new Uri($"{demo.Issuer}/token"), form);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        using var tokens = JsonDocument.Parse(text);
        return tokens.RootElement.GetProperty("access_token").GetString()!;
    }

    [GeneratedRegex("[?&]code=([^&]+)")]
    private static partial Regex Code();
}
