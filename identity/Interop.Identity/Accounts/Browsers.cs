using System.Security.Claims;
using Interop.Identity.Audit;
using Interop.Identity.Tokens;
using Microsoft.AspNetCore.Authentication;

namespace Interop.Identity.Accounts;

/// <summary>
/// Who is at a browser. The cookie holds only an encrypted session id; the table is asked each time, so that an ended session ends
/// at once and at every instance.
/// </summary>
internal sealed class Browsers(AccountStore accounts, SessionStore sessions, SecurityTrail trail)
{
    /// <summary>Scheme of a browser that is signed in.</summary>
    public const string Complete = "session";

    /// <summary>Scheme of a browser between password and second factor.</summary>
    public const string Halfway = "halfway";

    private const string Id = "id";

    public async Task<SignedIn?> FindAsync(HttpContext http) =>
        await IdAsync(http, Complete) is { } id
        && await sessions.FindActiveAsync(id, http.RequestAborted) is { } session
        && await accounts.FindAsync(session.AccountId, http.RequestAborted) is { } account
            ? new(account, session)
            : null;

    /// <summary>The account whose password was right, before its second factor.</summary>
    public async Task<Account?> FindHalfwayAsync(HttpContext http) =>
        await IdAsync(http, Halfway) is { } id ? await accounts.FindAsync(id, http.RequestAborted) : null;

    public static Task StartHalfwayAsync(HttpContext http, Account account) =>
        http.SignInAsync(Halfway, Principal(account.AccountId, Halfway));

    /// <param name="methods"><c>amr</c> values between spaces.</param>
    public async Task StartAsync(HttpContext http, Account account, string methods)
    {
        var browser = http.Request.Headers.UserAgent.ToString();
        var session = new Session
        {
            SessionId = Secret.New(),
            AccountId = account.AccountId,
            Methods = methods,
            Browser = new string([.. browser.Take(120).Where(letter => letter is >= ' ' and < (char)127)]),
        };
        await sessions.AddAsync(session, http.RequestAborted);
        await trail.RecordAsync(
            new("sign-in", false, null, account.AccountId, http.Connection.RemoteIpAddress?.ToString(), methods), http.RequestAborted);
        await http.SignOutAsync(Halfway);
        await http.SignInAsync(Complete, Principal(session.SessionId, Complete));
    }

    public async Task EndAsync(HttpContext http, SignedIn person)
    {
        await sessions.EndAsync(person.Account.AccountId, person.Session.SessionId, http.RequestAborted);
        await http.SignOutAsync(Complete);
    }

    private static async Task<string?> IdAsync(HttpContext http, string scheme) =>
        (await http.AuthenticateAsync(scheme)).Principal?.FindFirstValue(Id);

    private static ClaimsPrincipal Principal(string id, string scheme) => new(new ClaimsIdentity([new Claim(Id, id)], scheme));
}
