using Interop.Identity.Clients;

namespace Interop.Testing;

/// <summary>A client that is registered at an issuer, and how it asks.</summary>
internal sealed record Registered(RunningIssuer Issuer, string ClientId, ClientKey? Key)
{
    public const string Redirect = "https://app.example/callback";

    public static async Task<Registered> BackendAsync(
        RunningIssuer issuer,
        ClientKey? key = null,
        string clientId = "hospital",
        bool requiresDpop = false,
        string? jwksUri = null,
        string scopes = "system/*.rs cad.write",
        bool isSandbox = false)
    {
        key ??= ClientKey.Ec();
        var client = new Client(
            clientId,
            "Hospital",
            "Organization/general-hospital",
            [Client.ClientCredentials],
            scopes.Split(' '),
            ["TREAT", "COC"],
            ["clinician"],
            [],
            jwksUri is null ? key.Jwks : null,
            jwksUri,
            requiresDpop,
            isSandbox);
        await issuer.Get<ClientStore>().AddAsync(client, CancellationToken.None);
        return new(issuer, clientId, key);
    }

    public static async Task<Registered> AppAsync(
        RunningIssuer issuer, ClientKey? key = null, string clientId = "app", bool requiresDpop = false, bool isSandbox = false,
        string redirect = Redirect)
    {
        var client = new Client(
            clientId,
            "Follow-up list",
            "Organization/general-hospital",
            [Client.AuthorizationCode],
            ["openid", "profile", "fhirUser", "offline_access", "online_access", "launch/patient", "user/*.rs", "patient/*.rs"],
            ["TREAT", "COC"],
            [],
            [redirect],
            key?.Jwks,
            null,
            requiresDpop,
            isSandbox);
        await issuer.Get<ClientStore>().AddAsync(client, CancellationToken.None);
        return new(issuer, clientId, key);
    }

    public string Assertion(Dictionary<string, object?>? changed = null) =>
        Key!.Assertion(ClientId, Issuer.Issuer + "/token", Issuer.Clock.GetUtcNow(), changed);

    public string Proof(ClientKey key, Dictionary<string, object?>? changed = null) =>
        key.Proof("POST", Issuer.Issuer + "/token", Issuer.Clock.GetUtcNow(), null, changed);

    /// <summary>Asks for a token by client_credentials, with the form changed (null: left out).</summary>
    public Task<Answer> TokenAsync(string? proof = null, RunningIssuer? at = null, params (string Name, string? Value)[] changed) =>
        PostAsync(
            at ?? Issuer,
            "/token",
            new()
            {
                ["grant_type"] = "client_credentials",
                ["scope"] = "system/Patient.rs",
            },
            proof,
            changed);

    /// <summary>Any request of this client, authenticated as it is registered.</summary>
    public Task<Answer> PostAsync(
        RunningIssuer at,
        string path,
        Dictionary<string, string?> form,
        string? proof = null,
        params (string Name, string? Value)[] changed)
    {
        if (Key is null)
        {
            form["client_id"] = ClientId;
        }
        else
        {
            form["client_assertion_type"] = ClientAuthentication.AssertionType;
            form["client_assertion"] = Assertion();
        }

        foreach (var (name, value) in changed)
        {
            form[name] = value;
        }

        return at.PostAsync(path, form.Select(field => (field.Key, field.Value)), proof);
    }
}
