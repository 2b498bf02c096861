using System.Security.Claims;
using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Server.Http;

namespace Interop.Server.Security;

/// <summary>Who asks: everything of a verified token that decisions and the audit trail use.</summary>
/// <param name="Organization">Id of the agency that the issuer vouches for.</param>
/// <param name="Practitioner">Id out of <c>fhirUser</c> where that is a Practitioner of this server, or null.</param>
/// <param name="Purposes">v3-ActReason codes of <c>purpose_of_use</c>.</param>
internal sealed record Caller(
    string ClientId,
    string Subject,
    string Organization,
    string? Practitioner,
    IReadOnlyList<string> Purposes,
    IReadOnlyList<string> Roles,
    Scopes Scopes)
{
    private const string ClaimType = "interop:caller";

    /// <summary>
    /// Who works at the machine without a token: nobody whose page links could be mixed up, and whom no scope lets do anything.
    /// </summary>
    public static Caller Operator { get; } = new("interop", "interop", "interop", null, [], [], Scopes.None);

    /// <summary>What the token is bound to; nothing for a bearer token.</summary>
    public Confirmation Confirmation { get; init; } = Confirmation.None;

    /// <summary>The issuer that vouches for all this: names of clients and users are its own.</summary>
    public string? Issuer { get; init; }

    /// <summary>Id of the issuer's key that the token was verified with: once that is withdrawn, nothing rests on the token.</summary>
    public string? SigningKey { get; init; }

    /// <summary>The scopes as the token has them, for work that goes on without it.</summary>
    public string ScopeText { get; init; } = string.Empty;

    /// <summary>The IP address of the connection, for the trail; null for work without one.</summary>
    public string? Address { get; init; }

    /// <summary>Id of the patient in the token's launch context, or null.</summary>
    public string? Patient { get; init; }

    /// <summary>Set where it is the person herself who asks for her own record, or who speaks for her; null for everybody else.</summary>
    public Individual? Individual { get; init; }

    /// <summary>The caller that the token handler attached to the principal.</summary>
    public static Caller From(ClaimsPrincipal principal) =>
        TryFrom(principal) ?? throw new InvalidOperationException("The endpoint was reached without authentication.");

    /// <summary>Lets a handler take the caller as a parameter.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext http) => new(From(http.User));

    /// <summary>Null where nobody was verified.</summary>
    public static Caller? TryFrom(ClaimsPrincipal principal) => (principal.Identity as CallerIdentity)?.Caller;

    /// <summary>
    /// Whether a person signed in, and not a system with the client's own credentials (RFC 9068 section 2.2: then sub is the client).
    /// </summary>
    public bool IsPerson { get; init; } = Subject != ClientId;

    public bool IsOperator => ReferenceEquals(this, Operator);

    public bool Has(string role) => Roles.Contains(role);

    /// <summary>The caller with this purpose as well.</summary>
    public Caller For(string purpose) => Purposes.Contains(purpose) ? this : this with { Purposes = [.. Purposes, purpose] };

    /// <exception cref="FhirException">403: no scope lets the caller do this to any resource of the type.</exception>
    public void Demand(string type, SmartRight right)
    {
        if (!Scopes.Allows(type, right))
        {
            throw FhirException.InsufficientScope(Scopes.Objection(type, right));
        }
    }

    /// <summary>For answers that are computed of all resources of a type: scopes that open some of them would be none.</summary>
    /// <exception cref="FhirException">403.</exception>
    public void DemandWhole(string type, SmartRight right)
    {
        Demand(type, right);
        if (Scopes.Constraints(right) is { } constraints && !constraints.Whole.Contains(type))
        {
            throw FhirException.InsufficientScope(
                $"The token's scopes allow .{right.Letter()} on some {type} resources only; this answer is about all.");
        }
    }

    /// <exception cref="FhirException">403: the token lacks a scope without resource type.</exception>
    public void DemandScope(string scope)
    {
        if (!Scopes.Has(scope))
        {
            throw FhirException.InsufficientScope($"The token lacks the scope {scope}.");
        }
    }

    public ClaimsIdentity ToIdentity() => new CallerIdentity(this);

    /// <summary>Reads the claims of an access token; an error sentence where one is missing or malformed.</summary>
    public static (Caller? Caller, string? Error) Read(
        IEnumerable<Claim> claims, InteropIssuer issuer, ScopeReader scopes, ServiceBases bases)
    {
        var byType = claims.ToLookup(claim => claim.Type, claim => claim.Value);
        var client = byType["client_id"].FirstOrDefault();
        if (string.IsNullOrEmpty(client))
        {
            return (null, "The token has no client_id.");
        }

        var agency = byType["agency"].FirstOrDefault() is { } claimed
            ? claimed
            : issuer.AgencyOf(client) is { } mapped ? $"Organization/{mapped}" : null;
        if (agency is null || ResourceKey.TryParse(agency) is not { Type: "Organization" } key)
        {
            return (null, "The token names no agency.");
        }

        if (!issuer.SpeaksFor(key.Id))
        {
            return (null, "The issuer may not speak for this agency.");
        }

        if (Confirmation.Of(claims) is not { } confirmation)
        {
            return (null, "The token is bound in a way that is not supported here.");
        }

        // Some issuers write scp, as a list or between spaces (RFC 9068 section 2.2.3 has scope); it counts only where scope is not there.
        var scope = string.Join(' ', byType["scope"].Any() ? byType["scope"] : byType["scp"]);
        var patient = byType["patient"].FirstOrDefault();
        if (patient is not null && !ResourceKey.IsId(patient))
        {
            return (null, "The token's patient is not an id.");
        }

        var user = byType["fhirUser"].FirstOrDefault();
        var person = user is null ? null : bases.Read(user);
        var type = person is ReferenceReading.Local { Key: var named } ? named.Type : (person as ReferenceReading.Foreign)?.Type;
        IReadOnlyList<string> roles = [.. byType["roles"].Distinct()];
        Individual? individual = null;
        if (user is not null && type != "Practitioner")
        {
            (individual, var objection) = Individual.Read((person as ReferenceReading.Local)?.Key, patient, roles);
            if (objection is not null)
            {
                return (null, objection);
            }

            roles = [individual!.Role];
        }
        else if (Individual.Roles.Any(roles.Contains))
        {
            return (null, "Who asks for her own record has a Patient or a RelatedPerson as fhirUser.");
        }

        // A Practitioner of another server is a person, but none of ours that happens to have the id.
        var practitioner = type == "Practitioner" ? (person as ReferenceReading.Local)?.Key.Id : null;
        var subject = byType["sub"].FirstOrDefault() ?? client;
        var isPerson = user is not null || subject != client;
        return (
            new Caller(
                client,
                subject,
                key.Id,
                practitioner,
                [.. byType["purpose_of_use"].Distinct()],
                roles,
                individual is null ? scopes.Read(scope, patient, isPerson) : scopes.ReadOwn(scope, individual.Patient))
            {
                Individual = individual,
                Issuer = issuer.Authority,
                Patient = patient,
                ScopeText = scope,
                IsPerson = isPerson,
                Confirmation = confirmation,
            },
            null);
    }

    private sealed class CallerIdentity(Caller caller) : ClaimsIdentity([new Claim(ClaimType, caller.ClientId)], "Bearer")
    {
        public Caller Caller { get; } = caller;
    }
}
