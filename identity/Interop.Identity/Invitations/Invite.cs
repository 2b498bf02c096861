using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Hl7.Fhir.Model;
using Hl7.Fhir.Rest;
using Interop.Identity.Accounts;
using Interop.Identity.Api;
using Interop.Identity.Audit;
using Interop.Identity.Http;
using Interop.Identity.Tokens;
using Secret = Interop.Identity.Tokens.Secret;

namespace Interop.Identity.Invitations;

/// <summary>
/// <c>POST /invitations</c>: an agency's staff gives a person, or who speaks for her, the code with which she opens an account about her
/// own record. The form has <c>patient</c>, the id of a Patient that the giver sees, and for a representative <c>related_person</c>; the
/// answer is 201 with <c>code</c>, <c>expires_in</c> (seconds) and <c>open_at</c>.
/// </summary>
internal static partial class Invite
{
    /// <summary>The scope that the giver's client must have: not every app that a clinician uses opens records.</summary>
    public const string Scope = "account.invite";

    private const string Path = "/invitations";

    // Who meets people, and who answers for their records.
    private static readonly string[] Givers = ["clinician", "navigator", "privacy-officer"];

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(Path, HandleAsync);

    private static async Task<IResult> HandleAsync(
        HttpContext http,
        PresentedToken presented,
        AccountStore accounts,
        InvitationStore invitations,
        FhirApi api,
        IdentitySettings settings,
        RequestLimits limits,
        SecurityTrail trail,
        CancellationToken cancellationToken)
    {
        var remote = http.Connection.RemoteIpAddress?.ToString();
        var (token, reason) = await presented.ReadAsync(http.Request, Path, cancellationToken);
        limits.DemandForClient(token?.Content.ClientId, remote);
        if (token is null)
        {
            return PresentedToken.Refuse(http, reason);
        }

        http.Items[OAuthErrors.ClaimedClient] = token.Content.ClientId;
        var form = await OAuthForm.ReadAsync(http, limits, cancellationToken);
        if (!token.Content.Scopes.Contains(Scope)
            || await accounts.FindAsync(token.Content.Subject, cancellationToken) is not { } giver
            || token.Content.IsSandbox
            || !SpaceDelimited.Split(giver.Roles).Any(Givers.Contains))
        {
            throw new OAuthException(
                OAuthException.InsufficientScope, $"A person of the agency's clinical staff gives invitations, by a client with {Scope}.");
        }

        var patient = Id(form["patient"], "patient")
            ?? throw new OAuthException(OAuthException.InvalidRequest, "The patient is missing.");
        var related = Id(form["related_person"], "related_person");
        if (!await SeesAsync<Patient>("Patient", new("_id", patient))
            || (related is not null && !await SeesAsync<RelatedPerson>(
                "RelatedPerson", new SearchParams("_id", related).Where($"patient=Patient/{patient}"))))
        {
            throw new OAuthException(OAuthException.InvalidRequest, "The person is not known.");
        }

        var code = Totp.Base32(RandomNumberGenerator.GetBytes(10));
        await invitations.AddAsync(
            new()
            {
                Hash = Secret.Hash(code),
                Organization = giver.Organization,
                Patient = patient,
                FhirUser = related is null ? $"Patient/{patient}" : $"RelatedPerson/{related}",
                GivenBy = giver.AccountId,
            },
            cancellationToken);
        await trail.RecordAsync(new("invitation", false, token.Content.ClientId, giver.AccountId, remote, null), cancellationToken);
        return Results.Json(
            new
            {
                code = string.Join('-', code.Chunk(4).Select(four => new string(four))),
                expires_in = (int)InvitationStore.Life.TotalSeconds,
                open_at = $"{settings.Issuer}/open-account",
            },
            statusCode: StatusCodes.Status201Created);

        // With the giver's eyes, whatever else the token may do.
        async Task<bool> SeesAsync<T>(string type, SearchParams search)
            where T : Resource, new()
        {
            var asking = token.Content with { Scopes = [$"user/{type}.rs"], Jkt = null };
            return await api.SearchAsync<T>(settings.FhirBase(isSandbox: false), search.LimitTo(1), asking, cancellationToken)
                is { Count: 1 };
        }
    }

    private static string? Id(string? text, string name) => text is null || Ids().IsMatch(text)
        ? text
        : throw new OAuthException(OAuthException.InvalidRequest, $"The {name} must be the id of a resource.");

    [GeneratedRegex(@"\A[A-Za-z0-9.-]{1,64}\z")]
    private static partial Regex Ids();
}
