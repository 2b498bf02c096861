using System.Net.Sockets;
using System.Text;

namespace Interop.Server.Tests.Protection;

/// <summary>Who is slow, on purpose or not, is let go; everybody else goes on.</summary>
public sealed class SlowRequestTests : IAsyncLifetime
{
    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync(
            null,
            null,
            "--Interop:Limits:HeaderSeconds=1",
            "--Interop:Limits:RequestSeconds=2",
            "--Interop:Limits:BodyBytesPerSecond=1000",
            "--Interop:MaxBodyBytes=100000");
        await server.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"), Fixtures.Patient("p1"));
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Headers_that_do_not_come_end_the_connection()
    {
        using var slow = await SendAsync("GET /fhir/metadata HTTP/1.1\r\nHost: interop.test\r\nX-Slow: ");

        Assert.Contains(" 408 ", await ToTheEndAsync(slow), StringComparison.Ordinal);
        await OthersGoOnAsync();
    }

    [Fact]
    public async Task A_body_that_trickles_in_ends_the_connection()
    {
        using var slow = await SendAsync(Post("Content-Length: 50000\r\n") + "{\"resourceType\":");
        var answer = ToTheEndAsync(slow);
        while (!answer.IsCompleted)
        {
            await TrickleAsync(slow);
            await Task.WhenAny(answer, Task.Delay(200));
        }

        Assert.True(System.Text.RegularExpressions.Regex.IsMatch(await answer, " (408|503) "), await answer);
        await OthersGoOnAsync();
    }

    [Fact]
    public async Task Who_sends_slowly_what_is_only_checked_holds_up_no_search_of_the_same_client()
    {
        using var client = server.As("navigator");
        var rest = new TaskCompletionSource();
        using var slow = new SlowContent(rest.Task);
        var checking = client.PostAsync(new Uri("Patient/$validate", UriKind.Relative), slow);
        await slow.Begun;

        for (var search = 0; search < 10; search++)
        {
            await client.GetJsonAsync("Patient?family=One");
            await Task.Delay(30); // the slow one has come in by then
        }

        Assert.False(checking.IsCompleted);
        rest.SetResult();
        using var answer = await checking;
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_chunked_body_without_end_is_refused_when_it_is_too_large()
    {
        var chunk = "8000\r\n" + new string(' ', 0x8000) + "\r\n";
        using var large = await SendAsync(Post("Transfer-Encoding: chunked\r\n") + string.Concat(Enumerable.Repeat(chunk, 6)));

        Assert.Contains(" 413 ", await ToTheEndAsync(large), StringComparison.Ordinal);
        await OthersGoOnAsync();
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n", "not a length\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\nGET /fhir/Patient HTTP/1.1\r\n")]
    [InlineData("Content-Length: 4\r\nContent-Length: 40\r\n", "{}  ")]
    [InlineData("Content-Length: -1\r\n", "{}")]
    public async Task A_body_of_two_lengths_or_none_is_refused(string headers, string body)
    {
        using var odd = await SendAsync(Post(headers + "Connection: close\r\n") + body);

        Assert.Contains(" 400 ", await ToTheEndAsync(odd), StringComparison.Ordinal);
        await OthersGoOnAsync();
    }

    [Fact]
    public async Task Garbage_after_a_request_ends_the_connection_when_that_was_answered()
    {
        using var pipelined = await SendAsync("GET /health/live HTTP/1.1\r\nHost: interop.test\r\n\r\n\0\u0001 no request at all\r\n\r\n");
        var text = await ToTheEndAsync(pipelined);

        Assert.StartsWith("HTTP/1.1 200 ", text, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 400 ", text, StringComparison.Ordinal);
        await OthersGoOnAsync();
    }

    [Theory]
    [InlineData(20_000, 1, "414")]
    [InlineData(10, 100, "431")]
    [InlineData(10, 60, "431")]
    public async Task A_request_line_or_headers_beyond_measure_are_refused(int path, int headers, string status)
    {
        var lines =
            string.Concat(Enumerable.Range(0, headers).Select(number => $"X-{number}: {new string('x', headers == 60 ? 1000 : 10)}\r\n"));
        using var large = await SendAsync($"GET /{new string('a', path)} HTTP/1.1\r\nHost: interop.test\r\n{lines}\r\n");

        Assert.Contains($" {status} ", await ToTheEndAsync(large), StringComparison.Ordinal);
        await OthersGoOnAsync();
    }

    [Fact]
    public async Task A_search_that_takes_too_long_is_given_up_and_leaves_nothing_behind()
    {
        // Twenty questions of twenty-five values of each of sixty names of 9,000 persons, all of which have to be asked to the end.
        await using var hasty =
            await RunningServer.StartAsync(null, null, "--Interop:Limits:RequestSeconds=1", "--Interop:Limits:SearchSteps=2000000000");
        var names = string.Concat(Enumerable.Range(0, 60).Select(number => $"\"given{number}\","));
        await hasty.ImportAsync(
            "crisis-program",
            [.. Enumerable.Range(0, 9000).Select(
                number => Fixtures.Patient($"many{number}").Replace("\"given\":[", $"\"given\":[{names}", StringComparison.Ordinal))]);
        using var navigator = hasty.As("navigator");
        using var form = new FormUrlEncodedContent(
        [
            .. Enumerable.Range(0, 20)
                .Select(number => KeyValuePair.Create(
                    "name:contains", string.Join(',', Enumerable.Range(0, 24).Select(value => $"absent{number}x{value}")) + ",ana")),
            KeyValuePair.Create("_total", "accurate"),
        ]);

        using var slow = await navigator.PostAsync(new Uri("Patient/_search", UriKind.Relative), form);

        Assert.Equal("timeout", (await slow.OutcomeAsync(503)).GetProperty("code").GetString());
        Assert.Contains(
            await hasty.Rows.AuditAsync(0, 1000, CancellationToken.None),
            entry => entry.Row.Detail.Contains("503 timeout", StringComparison.Ordinal));
        Assert.Equal("many0", (await navigator.GetJsonAsync("Patient/many0")).GetProperty("id").GetString());
    }

    private async Task OthersGoOnAsync()
    {
        using var navigator = server.As("navigator");
        await navigator.GetJsonAsync("Patient?_id=p1");
    }

    private string Post(string headers)
    {
        using var client = server.As("navigator");
        return "POST /fhir/Patient HTTP/1.1\r\nHost: interop.test\r\nAuthorization: "
            + $"{client.DefaultRequestHeaders.Authorization}\r\nContent-Type: application/fhir+json\r\n{headers}\r\n";
    }

    private async Task<TcpClient> SendAsync(string text)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(server.Address.Host, server.Address.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text));
        return client;
    }

    private static async Task TrickleAsync(TcpClient client)
    {
        try
        {
            await client.GetStream().WriteAsync(" "u8.ToArray());
        }
        catch (IOException)
        {
            // The server has hung up.
        }
    }

    /// <summary>What comes until the server hangs up; the test hangs where it never does.</summary>
    private static async Task<string> ToTheEndAsync(TcpClient client)
    {
        var text = new StringBuilder();
        var buffer = new byte[8192];
        try
        {
            while (await client.GetStream().ReadAsync(buffer) is > 0 and var read)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // Hung up while more was on its way.
        }

        return text.ToString();
    }

    /// <summary>A Patient whose second half comes when it is told to.</summary>
    private sealed class SlowContent : HttpContent
    {
        private static readonly byte[] Body = Encoding.UTF8.GetBytes(Fixtures.Patient("p1"));
        private readonly TaskCompletionSource begun = new();
        private readonly Task rest;

        public SlowContent(Task rest)
        {
            this.rest = rest;
            Headers.ContentType = new("application/fhir+json");
        }

        public Task Begun => begun.Task;

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(Body.AsMemory(0, Body.Length / 2));
            await stream.FlushAsync();
            begun.SetResult();
            await rest;
            await stream.WriteAsync(Body.AsMemory(Body.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Body.Length;
            return true;
        }
    }
}
