using System.Text.Json;
using Interop.Identity.Accounts;
using Interop.Identity.Authorization;
using Interop.Identity.Http;
using Microsoft.AspNetCore.DataProtection;
using Secret = Interop.Identity.Tokens.Secret;

namespace Interop.Identity.Launches;

/// <summary>
/// Finds the context of an authorization request: what a launch brings, what the person chose on the picker's page, or the person's own
/// record. What was chosen travels in the address, sealed for this person's session and this very request.
/// </summary>
internal sealed class LaunchContexts(LaunchStore launches, IDataProtectionProvider protection, TimeProvider clock)
{
    /// <summary>The parameter with which the picker sends the browser back.</summary>
    public const string Chosen = "chosen";

    private static readonly TimeSpan ChoiceLife = TimeSpan.FromMinutes(10);

    private readonly IDataProtector protector = protection.CreateProtector("launch context");

    public async Task<ContextReading> ReadAsync(
        AuthorizationRequest request, SignedIn person, string? chosen, CancellationToken cancellationToken)
    {
        var context = LaunchContext.None;
        if (request.Launch is { } value)
        {
            var launch = await launches.FindAsync(Secret.Hash(value), cancellationToken);

            // One answer for all that is wrong with it: a client learns nothing of launches that are not its own.
            if (launch is null
                || launch.ClientId != request.Client.ClientId
                || launch.AccountId != person.Account.AccountId
                || launch.UsedAt is not null
                || launch.ExpiresAt <= clock.GetUtcNow().ToMicroseconds())
            {
                return new ContextReading.Refused(
                    OAuthException.InvalidRequest, "The launch is not known, was used or is over, or is for another client or person.");
            }

            context = new(launch.Patient, launch.Encounter, launch.NeedsBanner == 1, launch.Hash);
        }

        var choice = Opened(chosen, request, person);
        if (request.NeedsPatient && context.Patient is null)
        {
            context = context with { Patient = person.Account.Patient ?? choice?.Patient };
            if (context.Patient is null)
            {
                return new ContextReading.Missing(null);
            }
        }

        if (request.NeedsEncounter && context.Encounter is null)
        {
            // To choose none is a choice, too.
            if (choice?.Encounter is null || choice.Patient != context.Patient)
            {
                return new ContextReading.Missing(context.Patient);
            }

            context = context with { Encounter = choice.Encounter.Length == 0 ? null : choice.Encounter };
        }

        return new ContextReading.Known(context);
    }

    /// <param name="encounter">Empty for none; null where it is not asked for or not chosen yet.</param>
    public string Seal(AuthorizationRequest request, SignedIn person, string patient, string? encounter)
    {
        var expires = (clock.GetUtcNow() + ChoiceLife).ToUnixTimeSeconds();
        return protector.Protect(JsonSerializer.Serialize(new Choice(Digest(request, person), patient, encounter, expires)));
    }

    private Choice? Opened(string? chosen, AuthorizationRequest request, SignedIn person)
    {
        if (string.IsNullOrEmpty(chosen))
        {
            return null;
        }

        try
        {
            var choice = JsonSerializer.Deserialize<Choice>(protector.Unprotect(chosen))!;
            return choice.Of == Digest(request, person) && choice.Expires > clock.GetUtcNow().ToUnixTimeSeconds() ? choice : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    /// <summary>What a choice is good for; the state and the challenge are another for each request.</summary>
    private static string Digest(AuthorizationRequest request, SignedIn person) => Secret.Hash(JsonSerializer.Serialize(
        (string?[])
        [
            person.Session.SessionId, request.Client.ClientId, request.RedirectUri, request.State, request.Challenge, request.Launch,
            .. request.Scopes,
        ]));

    private sealed record Choice(string Of, string Patient, string? Encounter, long Expires);
}
