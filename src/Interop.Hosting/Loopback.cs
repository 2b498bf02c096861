using System.Net;

namespace Interop.Hosting;

/// <summary>This machine itself, which alone may do without https.</summary>
public static class Loopback
{
    public static bool IsAt(Uri url) => url.IsLoopback || (IPAddress.TryParse(url.Host, out var address) && IPAddress.IsLoopback(address));
}
