using System.Diagnostics;
using Interop.Identity.Accounts;
using Interop.Identity.Clients;
using Xunit.Abstractions;

namespace Interop.Identity.Tests.Peers;

/// <summary>
/// An independent, certified client library (npm oauth4webapi, run by node) completes both flows against the running issuer.
/// </summary>
public sealed class RelyingPartyTests(ITestOutputHelper output)
{
    private const string Library = "oauth4webapi/package/build/index.js";

    [NodeFact(Library)]
    public async Task An_independent_relying_party_completes_both_flows_refresh_revocation_introspection_and_DPoP()
    {
        await using var issuer = await RunningIssuer.StartAsync();
        issuer.Clock.Run(); // as that of the other program does
        var person = await Person.AddAsync(issuer);
        var script = Path.Combine(AppContext.BaseDirectory, "RelyingParty", "relying-party.mjs");
        using var node = Process.Start(new ProcessStartInfo(
            "node", [script, Repository.Fetched(Library), issuer.Issuer, RunningIssuer.Audience, RunningIssuer.Fhir])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = node.StandardError.ReadToEndAsync();
        try
        {
            await RegisterAsync(issuer, await LineAsync(node));
            await node.StandardInput.WriteLineAsync("registered");
            await node.StandardInput.WriteLineAsync(await SignInAsync(issuer, person, await LineAsync(node)));
            Assert.Equal("done", await LineAsync(node));
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill();
            }

            output.WriteLine(await errors);
        }
    }

    private static async Task<string> LineAsync(Process node) =>
        await node.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60))
            ?? throw new InvalidOperationException("The relying party stopped; its error is in the test's output.");

    private static async Task RegisterAsync(RunningIssuer issuer, string jwks)
    {
        var client = new Client(
            "rp-backend", "RP", "Organization/general-hospital", [
                Client.ClientCredentials
            ], ["system/Patient.rs"], ["TREAT"], [], [], jwks, null, false, false);
        await issuer.Get<ClientStore>().AddAsync(client, CancellationToken.None);
        var app = client with
        {
            ClientId = "rp-app",
            Grants = [Client.AuthorizationCode],
            Scopes = ["openid", "fhirUser", "offline_access", "user/Patient.rs"],
            RedirectUris = [Registered.Redirect],
            RequiresDpop = true,
        };
        await issuer.Get<ClientStore>().AddAsync(app, CancellationToken.None);
    }

    /// <summary>The clock stays that of the other process, so the code is of this very step.</summary>
    private static async Task<string> SignInAsync(RunningIssuer issuer, Person person, string link)
    {
        await using var browser = Browser.At(issuer);
        await browser.OpenAsync(new Uri(link).PathAndQuery);
        await browser.SubmitAsync(("UserName", person.UserName), ("Password", Person.Password));
        await browser.SubmitAsync(("Code", Totp.Code(person.Factor!, issuer.Clock.GetUtcNow())));
        return await browser.SubmitAsync(("Decision", "allow"))
            ?? throw new InvalidOperationException("The browser did not come back to the app.");
    }
}
