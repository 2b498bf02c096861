using System.Net;
using System.Net.Sockets;

namespace Interop.Server.Tests.Host;

/// <summary>A loopback port that nobody listens on, for a server that has to be told one.</summary>
internal static class FreePort
{
    public static int Next()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
