using System.Text.RegularExpressions;
using Interop.Identity.Accounts;
using Interop.Identity.Audit;
using Interop.Identity.Clients;
using Interop.Identity.Http;
using Interop.Identity.Tokens;

namespace Interop.Identity.Launches;

/// <summary>
/// Where a system with a session of its own prepares a launch (https://hl7.org/fhir/smart-app-launch/app-launch.html): it names the app,
/// the user and what it is about, and passes the value that it gets to the app in <c>launch</c>.
/// </summary>
internal static partial class PrepareLaunch
{
    /// <summary>The scope that a client must be registered with; it is in no token.</summary>
    public const string Scope = "launch.create";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/launch", HandleAsync);

    private static async Task<IResult> HandleAsync(
        HttpContext http,
        ClientAuthentication authentication,
        ClientStore clients,
        AccountStore accounts,
        LaunchStore launches,
        RequestLimits limits,
        SecurityTrail trail,
        CancellationToken cancellationToken)
    {
        var remote = http.Connection.RemoteIpAddress?.ToString();
        var form = await OAuthForm.ReadAsync(http, limits, cancellationToken);
        var client = await authentication.AuthenticateAsync(form, cancellationToken);
        http.Items[OAuthErrors.ClaimedClient] = client.ClientId;
        if (client.IsPublic || !client.Scopes.Contains(Scope))
        {
            throw new OAuthException(OAuthException.UnauthorizedClient, $"The client is not registered for {Scope}.");
        }

        // What is not of the client's own agency, or of the sandbox where it is not, is as if it were not there.
        if (await clients.FindActiveAsync(form["app"], cancellationToken) is not { } app
            || app.Organization != client.Organization
            || app.IsSandbox != client.IsSandbox
            || !app.Scopes.Contains("launch"))
        {
            throw Invalid("The app is not a client of this agency that may be launched.");
        }

        if (form["user"] is not { } user
            || await accounts.FindByNameAsync(user, cancellationToken) is not { } account
            || account.Organization != client.Organization)
        {
            throw Invalid("The user is not known in this agency.");
        }

        var (patient, encounter) = (Id(form["patient"], "patient"), Id(form["encounter"], "encounter"));
        if (encounter is not null && patient is null)
        {
            throw Invalid("An encounter needs its patient.");
        }

        if (form["need_patient_banner"] is not (null or "true" or "false"))
        {
            throw Invalid("The need_patient_banner must be true or false.");
        }

        var value = Secret.New();
        await launches.AddAsync(
            new()
            {
                Hash = Secret.Hash(value),
                ClientId = app.ClientId,
                AccountId = account.AccountId,
                Patient = patient,
                Encounter = encounter,
                NeedsBanner = form["need_patient_banner"] == "false" ? 0 : 1,
            },
            cancellationToken);
        await trail.RecordAsync(new("launch", false, client.ClientId, account.AccountId, remote, $"for {app.ClientId}"), cancellationToken);
        return Results.Json(
            new { launch = value, expires_in = (int)LaunchStore.Life.TotalSeconds }, statusCode: StatusCodes.Status201Created);
    }

    private static string? Id(string? text, string name) => text is null || Ids().IsMatch(text)
        ? text
        : throw Invalid($"The {name} must be the id of a resource.");

    private static OAuthException Invalid(string reason) => new(OAuthException.InvalidRequest, reason);

    [GeneratedRegex(@"\A[A-Za-z0-9.-]{1,64}\z")]
    private static partial Regex Ids();
}
