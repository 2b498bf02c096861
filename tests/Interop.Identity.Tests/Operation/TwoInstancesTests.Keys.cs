using System.Collections.Concurrent;
using System.Net;
using Interop.Identity.Clients;
using Interop.Identity.Tokens;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Tests.Operation;

/// <summary>The signing keys that both share.</summary>
public abstract partial class TwoInstancesTests
{
    [Fact]
    public async Task Each_token_of_one_verifies_with_the_keys_of_the_other_at_once_while_keys_are_rotated_twice()
    {
        var client = await Registered.BackendAsync(first);
        var signers = new ConcurrentDictionary<string, int>();
        using var stop = new CancellationTokenSource();
        var load =
            Task.WhenAll(VerifyAsync(client, first, second, signers, stop.Token), VerifyAsync(client, second, first, signers, stop.Token));

        Assert.Equal(0, (await Executable.RunAsync(first, "key", "rotate")).Status);
        Assert.Equal(0, (await Executable.RunAsync(first, "key", "rotate")).Status);
        for (var minute = 0; minute < 18 && !load.IsCompleted; minute++)
        {
            var before = signers.Values.Sum();
            while (signers.Values.Sum() < before + 8 && !load.IsCompleted)
            {
                await Task.Delay(5);
            }

            first.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        await stop.CancelAsync();
        await load;
        Assert.True(signers.Count >= 2);
        Assert.Single(new JsonWebKeySet(await first.Http.GetStringAsync("/jwks")).Keys);
    }

    [Fact]
    public async Task Both_start_on_a_new_file_with_the_same_first_key()
    {
        var keys = await Task.WhenAll(first.Http.GetStringAsync("/jwks"), second.Http.GetStringAsync("/jwks"));

        Assert.Equal(keys[0], keys[1]);
        Assert.Single(new JsonWebKeySet(keys[0]).Keys);
    }

    [Fact]
    public async Task Keys_rotate_under_load_without_a_verification_that_fails()
    {
        var client = await Registered.BackendAsync(first);
        var cached = new JsonWebKeySet(await second.Http.GetStringAsync("/jwks"));
        var (fetches, signers) = (0, new HashSet<string>());

        // A verifier that keeps the key set for as long as the issuer's lead allows and never asks because of an unknown key.
        for (var minute = 0; minute < 40; minute++)
        {
            if (minute == 3 || minute == 20)
            {
                await first.Get<SigningKeys>().RotateAsync(atOnce: false, CancellationToken.None);
            }

            if (minute % 4 == 0)
            {
                cached = new JsonWebKeySet(await second.Http.GetStringAsync("/jwks"));
                fetches++;
            }

            var tokens =
                await Task.WhenAll(Enumerable.Range(0, 6).Select(number => client.TokenAsync(null, number % 2 == 0 ? first : second)));
            foreach (var answer in tokens)
            {
                var result = await new JsonWebTokenHandler().ValidateTokenAsync(answer.AccessToken, new TokenValidationParameters
                {
                    ValidIssuer = first.Issuer,
                    ValidAudience = RunningIssuer.Audience,
                    ValidateLifetime = false,
                    IssuerSigningKeys = cached.Keys,
                });
                Assert.True(result.IsValid);
                signers.Add(new JsonWebToken(answer.AccessToken).Kid);
            }

            first.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal((10, 3), (fetches, signers.Count));
    }

    [Fact]
    public async Task A_leaked_key_is_withdrawn_at_once()
    {
        var client = await Registered.BackendAsync(first);
        var token = (await client.TokenAsync()).AccessToken;

        var kid = await second.Get<SigningKeys>().RotateAsync(atOnce: true, CancellationToken.None);

        Assert.Equal(kid, Assert.Single(new JsonWebKeySet(await first.Http.GetStringAsync("/jwks")).Keys).Kid);
        Assert.Equal("False", (await client.PostAsync(first, "/introspect", new() { ["token"] = token }))["active"]);
        Assert.Equal(kid, new JsonWebToken((await client.TokenAsync()).AccessToken).Kid);
    }

    /// <summary>Asks for tokens until told to stop, or until nobody answers.</summary>
    private static async Task<int> RequestAsync(Registered client, HttpClient http, CancellationToken stop)
    {
        var count = 0;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                using var content = new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "client_credentials",
                    ["scope"] = "system/Patient.rs",
                    ["client_assertion_type"] = ClientAuthentication.AssertionType,
                    ["client_assertion"] = client.Assertion(),
                });
                using var response = await http.PostAsync("/token", content, CancellationToken.None);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                count++;
            }
        }
        catch (HttpRequestException)
        {
            // killed
        }

        return count;
    }

    private static async Task VerifyAsync(
        Registered client, RunningIssuer at, RunningIssuer other, ConcurrentDictionary<string, int> signers, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var token = (await client.TokenAsync(at: at)).AccessToken;
            var keys = new JsonWebKeySet(await other.Http.GetStringAsync("/jwks", CancellationToken.None));
            var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
            {
                ValidIssuer = at.Issuer,
                ValidAudience = RunningIssuer.Audience,
                ValidateLifetime = false,
                IssuerSigningKeys = keys.Keys,
            });
            Assert.True(result.IsValid, result.Exception?.Message);
            signers.AddOrUpdate(new JsonWebToken(token).Kid, 1, (_, count) => count + 1);
        }
    }
}
