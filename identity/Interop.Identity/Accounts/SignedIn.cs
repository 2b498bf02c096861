namespace Interop.Identity.Accounts;

/// <summary>The person at the browser, with the session that says so.</summary>
internal sealed record SignedIn(Account Account, Session Session);
