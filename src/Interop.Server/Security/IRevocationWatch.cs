namespace Interop.Server.Security;

/// <summary>What goes on by itself on the ground of a token, and ends with the client that had it.</summary>
internal interface IRevocationWatch
{
    /// <summary>Something was ended; the issuer hears that this server applies it when all have returned.</summary>
    Task NoteAsync(CancellationToken cancellationToken);
}
