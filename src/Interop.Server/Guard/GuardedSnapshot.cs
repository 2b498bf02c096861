using Interop.Server.Security;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Read;

namespace Interop.Server.Guard;

/// <summary>One moment of the database for one caller, to read from. Dispose it soon.</summary>
internal sealed class GuardedSnapshot(ReadSession session, Caller caller, Sight sight, Redactor redactor)
    : GuardedRows(session.Rows, caller, sight, redactor), IAsyncDisposable
{
    public ValueTask DisposeAsync() => session.DisposeAsync();
}
