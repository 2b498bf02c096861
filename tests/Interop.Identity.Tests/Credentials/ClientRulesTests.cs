using Interop.Identity.Agencies;
using Interop.Identity.Clients;
using Interop.Identity.Tokens;

namespace Interop.Identity.Tests.Credentials;

/// <summary>What a registration must satisfy.</summary>
public sealed class ClientRulesTests
{
    private static readonly Client Good = new(
        "app", "App", "Organization/hospital", [Client.AuthorizationCode], [
            "openid", "user/*.rs"
        ], ["TREAT"], [], ["https://app.example/callback"], null, null, false, false);

    [Theory]
    [InlineData("https://app.example/callback")]
    [InlineData("http://127.0.0.1:8080/callback")]
    [InlineData("http://localhost/callback")]
    [InlineData("com.example.app:/callback")]
    public void A_redirect_URI_is_https_loopback_or_a_private_scheme(string uri) => ClientRules.Check(Good with { RedirectUris = [uri] });

    [Theory]
    [InlineData("http://app.example/callback")]
    [InlineData("https://app.example/callback#fragment")]
    [InlineData("https://*.example/callback")]
    [InlineData("https://user@app.example/callback")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("/callback")]
    [InlineData("https://app.example/callback http://elsewhere.example/callback")]
    [InlineData("https://app.example/callback\tx")]
    public void Another_redirect_URI_is_refused(string uri) =>
        Assert.StartsWith(
            "A redirect URI",
            Assert.Throws<SettingsException>(() => ClientRules.Check(Good with { RedirectUris = [uri] })).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Contradictions_are_refused()
    {
        foreach (var client in (Client[])
        [
            Good with { ClientId = "a b" },
            Good with { ClientId = "a\nb" },
            Good with { ClientId = Agreements.ClientId },
            Good with { Roles = ["clinician privacy-officer"] },
            Good with { Roles = [null!] },
            Good with { Organization = "hospital" },
            Good with { Grants = [] },
            Good with { Grants = ["password"] },
            Good with { Grants = [Client.ClientCredentials] },
            Good with { RedirectUris = [] },
            Good with { Scopes = [] },
            Good with { Scopes = ["user/*.sr"] },
            Good with { JwksUri = "http://app.example/jwks" },
            Good with { Jwks = "{}" },
            Good with { Jwks = "nonsense" },
            Good with { Jwks = """{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"1"}]}""" },
            Good with { Jwks = ClientKey.Ec().Jwks.Replace("\"kid\"", "\"other\"", StringComparison.Ordinal) },
            Good with { Jwks = ClientKey.Ec().Jwks, JwksUri = "https://app.example/jwks" },
        ])
        {
            Assert.Throws<SettingsException>(() => ClientRules.Check(client));
        }
    }

    [Theory]
    [InlineData("system/*.rs", "system/Patient.r", true)]
    [InlineData("system/Patient.rs", "system/*.rs", false)]
    [InlineData("system/*.rs", "system/Patient.rsu", false)]
    [InlineData("system/*.rs", "user/Patient.rs", false)]
    [InlineData("system/*.rs", "system/Patient.", false)]
    [InlineData("system/*.rs", "system/Patient.sr", false)]
    [InlineData("system/*.rs", "system/Patient.read", true)]
    [InlineData("system/*.rs", "system/Patient.write", false)]
    [InlineData("system/*.rs", "system/Patient.*", false)]
    [InlineData("system/*.read", "system/Patient.rs", true)]
    [InlineData("system/*.read", "system/Patient.reads", false)]
    [InlineData("system/Observation.rs?category=a", "system/Observation.r?category=a", true)]
    [InlineData("system/Observation.rs?category=a", "system/Observation.r?category=b", false)]
    [InlineData("system/Observation.rs?category=a", "system/Observation.r", false)]
    [InlineData("system/Observation.rs", "system/Observation.r?category=b", true)]
    [InlineData("cad.write", "cad.write", true)]
    [InlineData("cad.write", "cad.read", false)]
    [InlineData("launch/patient", "launch", false)]
    public void A_scope_covers_what_is_no_wider(string registered, string asked, bool covers) =>
        Assert.Equal(covers, Scope.FirstBeyond([registered], [asked]) is null);
}
