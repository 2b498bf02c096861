using System.Collections.Concurrent;
using Hl7.Fhir.Model;
using Interop.Identity.Api;
using Interop.Identity.Clients;
using Interop.Identity.Tokens;

namespace Interop.Identity.Agencies;

/// <summary>
/// How agreements stand, asked of the API that keeps them (<c>Organization/[id]/$agreement</c>). The API itself refuses an agency
/// without one at its next request; here it limits what is registered and stops giving tokens.
/// </summary>
internal sealed class Agreements(IdentitySettings settings, FhirApi api, TimeProvider clock)
{
    /// <summary>The <c>client_id</c> of the issuer's own tokens; nobody can register it.</summary>
    public const string ClientId = "interop-identity";

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Usable = TimeSpan.FromMinutes(5);
    private static readonly AgreementTerms None = new(false, [], []);

    // What belongs to the protocols; agreements are about data.
    private static readonly string[] ProtocolScopes =
    [
        "openid", "profile", "fhirUser", "offline_access", "online_access",
        "launch", "launch/patient", "launch/encounter", Launches.PrepareLaunch.Scope,
        Registrations.ManageScope, Registrations.KeysScope, Invitations.Invite.Scope,
    ];

    private readonly ConcurrentDictionary<(string Organization, bool IsSandbox), (AgreementTerms Terms, DateTimeOffset At)> known = new();

    /// <summary>Why the client may not be what it is registered as; null when it may.</summary>
    /// <param name="isFresh">Whether to ask now, and not take an answer of the last seconds.</param>
    /// <exception cref="ApiUnavailableException">The API can't be asked, and what it said last is too old.</exception>
    public async Task<string?> ObjectionAsync(Client client, bool isFresh, CancellationToken cancellationToken)
    {
        if (!settings.FollowsAgreements || client.Organization == settings.Custodian)
        {
            return null;
        }

        var terms = await TermsAsync(client.Organization, client.IsSandbox, isFresh, cancellationToken);
        if (!terms.IsInForce)
        {
            return "No agreement with the client's agency is in force.";
        }

        if (Scope.FirstBeyond([.. terms.Scopes, .. ProtocolScopes], client.Scopes) is { } scope)
        {
            return $"The scope {scope} is beyond the agreement with the agency.";
        }

        return client.Purposes.FirstOrDefault(purpose => !terms.Purposes.Contains(purpose)) is { } beyond
            ? $"The purpose {beyond} is beyond the agreement with the agency."
            : null;
    }

    /// <summary>The sandbox's checklist for the client; null where the agency's invented persons are not in place yet.</summary>
    /// <param name="prepares">Whether to put the persons in place first, or back as they were.</param>
    /// <exception cref="SettingsException">There is no sandbox.</exception>
    /// <exception cref="ApiUnavailableException">The sandbox does not answer.</exception>
    public async Task<IReadOnlyList<ChecklistCase>?> ChecklistAsync(Client client, bool prepares, CancellationToken cancellationToken)
    {
        var sandbox = settings.SandboxUrl
            ?? throw new SettingsException("Identity:SandboxUrl is missing: without a sandbox nobody can pass its checklist.");
        var path = $"{client.Organization}/$onboarding-checklist?client={client.ClientId}";
        var answer = await api.OperationAsync(sandbox, path, Administrator(isSandbox: true), cancellationToken, changes: prepares);
        return answer is null ? null :
        [
            .. Groups(answer, "case").Select(item => new ChecklistCase(
                item["code"].First(), item["what"].First(), item["request"].First(), item["at"].FirstOrDefault())),
        ];
    }

    private async Task<AgreementTerms> TermsAsync(string organization, bool isSandbox, bool isFresh, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var hasLast = known.TryGetValue((organization, isSandbox), out var last);
        if (hasLast && !isFresh && now - last.At < Fresh)
        {
            return last.Terms;
        }

        try
        {
            var terms = await AskAsync(organization, isSandbox, cancellationToken);
            known[(organization, isSandbox)] = (terms, now);
            return terms;
        }
        catch (ApiUnavailableException) when (hasLast && !isFresh && now - last.At < Usable)
        {
            return last.Terms;
        }
    }

    private async Task<AgreementTerms> AskAsync(string organization, bool isSandbox, CancellationToken cancellationToken)
    {
        var fhir = isSandbox
            ? settings.SandboxUrl
                ?? throw new SettingsException("Identity:SandboxUrl is missing: there is no sandbox for a client to begin in.")
            : settings.FhirUrl;
        var answer = await api.OperationAsync(fhir, $"{organization}/$agreement", Administrator(isSandbox), cancellationToken);
        var inForce = Groups(answer, "agreement").Where(group => group["inForce"].Contains("true")).ToList();
        return inForce.Count == 0
            ? None
            : new(true, [.. inForce.SelectMany(group => group["scope"])], [.. inForce.SelectMany(group => group["purpose"])]);
    }

    /// <summary>The parameters of that name in a Parameters resource, each as the values of its parts by name.</summary>
    private static IEnumerable<ILookup<string, string>> Groups(Parameters? parameters, string name) =>
        (parameters?.Get(name) ?? []).Select(group => group.Part.ToLookup(part => part.Name!, part => $"{part.Value}"));

    /// <summary>A token for the custodian's administrator, who may ask how any agreement stands.</summary>
    private AccessToken Administrator(bool isSandbox) => new(
        ClientId, ClientId, ["system/Contract.r"], settings.Custodian, [], ["agency-administrator"], null, null, null, null, isSandbox);
}

/// <summary>One thing that a client has to try in the sandbox.</summary>
/// <param name="Request">Method and path below the sandbox's FHIR base.</param>
/// <param name="PassedAt">An instant; null while it is open.</param>
internal sealed record ChecklistCase(string Code, string What, string Request, string? PassedAt);
