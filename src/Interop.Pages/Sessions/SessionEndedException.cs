namespace Interop.Pages.Sessions;

/// <summary>The person's token is no longer taken: revoked, or the account or the agreement has ended.</summary>
public sealed class SessionEndedException() : Exception("The session has ended.");
