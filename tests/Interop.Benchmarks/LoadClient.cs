using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Interop.Benchmarks;

/// <summary>
/// A closed-loop HTTP/1.1 load: each connection sends its next request when it has the answer to the last. It does as little as
/// it can, because it shares the cores with the server that it measures.
/// </summary>
internal static class LoadClient
{
    /// <param name="next">Makes the request of a connection, and is told the status and Location of the answer before the next.</param>
    /// <returns>Answers per second, and how many were not 2xx.</returns>
    public static async Task<(double PerSecond, long Failed)> RunAsync(
        int port, int connections, TimeSpan duration, Func<int, IConnectionScript> next)
    {
        var clock = Stopwatch.StartNew();
        var results = await Task.WhenAll(
            Enumerable.Range(0, connections).Select(number => Task.Run(() => RunAsync(port, duration, clock, next(number)))));
        return (results.Sum(result => result.Done) / clock.Elapsed.TotalSeconds, results.Sum(result => result.Failed));
    }

    private static async Task<(long Done, long Failed)> RunAsync(int port, TimeSpan duration, Stopwatch clock, IConnectionScript script)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var buffer = new byte[256 * 1024];
        var (done, failed) = (0L, 0L);
        while (clock.Elapsed < duration)
        {
            if (script.NextRequest() is not { Length: > 0 } request)
            {
                break; // the script is over
            }

            await socket.SendAsync(request);
            var (status, location) = await ReceiveAsync(socket, buffer);
            script.Answered(status, location);
            done++;
            failed += status is >= 200 and < 300 ? 0 : 1;
        }

        return (done, failed);
    }

    private static async Task<(int Status, string? Location)> ReceiveAsync(Socket socket, byte[] buffer)
    {
        var length = 0;
        int head;
        do
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length));
            length += read > 0 ? read : throw new IOException("The server closed the connection.");
            head = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
        }
        while (head < 0);

        var headers = Encoding.ASCII.GetString(buffer, 0, head);
        while (Header(headers, "Transfer-Encoding") == "chunked" && !buffer.AsSpan(0, length).EndsWith("\r\n0\r\n\r\n"u8))
        {
            length += await socket.ReceiveAsync(buffer.AsMemory(length));
        }

        var total = head + 4 + int.Parse(Header(headers, "Content-Length") ?? "0", CultureInfo.InvariantCulture);
        while (length < total)
        {
            length += await socket.ReceiveAsync(buffer.AsMemory(length));
        }

        return (int.Parse(headers.AsSpan(9, 3), CultureInfo.InvariantCulture), Header(headers, "Location"));
    }

    private static string? Header(string headers, string name)
    {
        var start = headers.IndexOf($"\r\n{name}: ", StringComparison.OrdinalIgnoreCase);
        if (start < 0)
        {
            return null;
        }

        start += name.Length + 4;
        var end = headers.IndexOf("\r\n", start, StringComparison.Ordinal);
        return end < 0 ? headers[start..] : headers[start..end];
    }

    /// <summary>The bytes of a request with a token and an optional body.</summary>
    public static byte[] Request(string method, string path, string? token, string? body = null)
    {
        var text = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        if (token is not null)
        {
            text.Append("Authorization: Bearer ").Append(token).Append("\r\n");
        }

        if (body is not null)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"Content-Type: application/fhir+json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n");
        }

        return Encoding.UTF8.GetBytes(text.Append("\r\n").Append(body).ToString());
    }
}

/// <summary>What one connection sends, in order.</summary>
internal interface IConnectionScript
{
    /// <summary>Empty when there is no more to send.</summary>
    byte[] NextRequest();

    void Answered(int status, string? location);
}

/// <summary>The same request over and over.</summary>
internal sealed class Repeat(byte[] request) : IConnectionScript
{
    public byte[] NextRequest() => request;

    public void Answered(int status, string? location)
    {
    }
}
