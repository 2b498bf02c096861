using System.ComponentModel;
using System.Diagnostics;
using Interop.Identity.Accounts;
using Interop.Identity.Tables;
using Xunit.Abstractions;

namespace Interop.Identity.Tests;

/// <summary>An independent, certified client library (npm oauth4webapi, run by node) completes both flows against the running issuer.</summary>
public sealed class RelyingPartyTests(ITestOutputHelper output)
{
    [Fact]
    public async Task An_independent_relying_party_completes_both_flows_refresh_revocation_introspection_and_DPoP()
    {
        var library = Path.Combine(Root, "artifacts", "oauth4webapi", "package", "build", "index.js");
        if (!File.Exists(library) || !HasNode())
        {
            const string absent = "Not run: node or artifacts/oauth4webapi is absent; deploy/test.sh fetches it.";
            output.WriteLine(absent);
            Console.WriteLine(absent);
            return;
        }

        await using var issuer = await RunningIssuer.StartAsync();
        var person = await Person.AddAsync(issuer);
        var script = Path.Combine(AppContext.BaseDirectory, "RelyingParty", "relying-party.mjs");
        using var node = Process.Start(new ProcessStartInfo("node", [script, library, issuer.Issuer, RunningIssuer.Audience, RunningIssuer.Fhir])
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

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Interop.sln")))
            {
                folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside of the repository.");
            }

            return folder.FullName;
        }
    }

    private static async Task<string> LineAsync(Process node) =>
        await node.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) ?? throw new InvalidOperationException("The relying party stopped; its error is in the test's output.");

    private static async Task RegisterAsync(RunningIssuer issuer, string jwks)
    {
        var client = new Client("rp-backend", "RP", "Organization/general-hospital", [Client.ClientCredentials], ["system/Patient.rs"], ["TREAT"], [], [], jwks, null, false, false);
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
        return await browser.SubmitAsync(("Decision", "allow")) ?? throw new InvalidOperationException("The browser did not come back to the app.");
    }

    private static bool HasNode()
    {
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true })!;
            node.WaitForExit();
            return node.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
