using Interop.Identity.Agencies;
using Interop.Identity.Http;
using Interop.Identity.Tokens;

namespace Interop.Identity.Clients;

/// <summary>The holder of a token, as far as registrations go.</summary>
internal sealed class Registrar(AccessToken token, string custodian, string? remote)
{
    /// <summary>A client that is itself still on trial manages nothing.</summary>
    public bool IsAdministrator =>
        !token.IsSandbox && token.Scopes.Contains(Registrations.ManageScope) && token.Roles.Contains("agency-administrator");

    public bool IsOfCustodian => IsAdministrator && token.Agency == custodian;

    public Actor Actor => new(token.Subject, remote);

    public bool Manages(string agency) => IsOfCustodian || (IsAdministrator && token.Agency == agency);

    public bool IsKeyHolder(string clientId) => token.ClientId == clientId && token.Scopes.Contains(Registrations.KeysScope);

    /// <exception cref="OAuthException">403: the token does not go that far.</exception>
    public static void Demand(bool holds)
    {
        if (!holds)
        {
            throw new OAuthException(OAuthException.InsufficientScope, "The token does not cover this.");
        }
    }
}
