using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Interop.Demo;

/// <summary>
/// A loopback port whose number may be told before anything is served there: the socket is bound first and handed to Kestrel open, so
/// nobody can have taken the port in between.
/// </summary>
public sealed class LoopbackPort : IDisposable
{
    private readonly ConcurrentQueue<Socket> sockets;

    private LoopbackPort(params Socket[] sockets)
    {
        this.sockets = new(sockets);
        Number = ((IPEndPoint)sockets[0].LocalEndPoint!).Port;
    }

    public int Number { get; }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Number}");

    /// <summary>A port that the system chose.</summary>
    public static LoopbackPort Any() => Numbered(0);

    /// <exception cref="SocketException">Somebody has that port (<see cref="SocketError.AddressAlreadyInUse"/>).</exception>
    public static LoopbackPort Numbered(int number)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, number));
            socket.Listen(); // two may bind one port, only one may listen; callers wait until Kestrel accepts them
            return new(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A port that the system chose, for an endpoint that is closed and opened anew once.</summary>
    public static LoopbackPort AnyForTwoOpenings()
    {
        var first = Shared(0);
        var second = Shared(((IPEndPoint)first.LocalEndPoint!).Port); // keeps the system from giving the port away between the openings
        first.Listen();
        return new(first, second);
    }

    /// <summary>Whoever is built with these services and told the port listens on the socket.</summary>
    public void HandTo(IServiceCollection services) => services.Configure<SocketTransportOptions>(options =>
    {
        var others = options.CreateBoundListenSocket;
        options.CreateBoundListenSocket = endpoint =>
            endpoint is IPEndPoint { Port: var port } && port == Number && sockets.TryDequeue(out var socket) ? socket : others(endpoint);
    });

    public void Dispose()
    {
        while (sockets.TryDequeue(out var socket))
        {
            socket.Dispose();
        }
    }

    private static Socket Shared(int number)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, number));
        return socket;
    }
}
