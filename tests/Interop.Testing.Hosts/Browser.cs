using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Interop.Testing;

/// <summary>A person's browser: keeps cookies, fills in forms with their hidden fields, follows redirects inside the issuer only.</summary>
internal sealed partial class Browser : IAsyncDisposable
{
    private readonly HttpClient http;

    private Browser(string url, string from)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = Cookies };
        handler.ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        };
        http = new HttpClient(handler) { BaseAddress = new Uri(url) };
    }

    /// <param name="from">The address that it comes from: any of 127.0.0.0/8.</param>
    public static Browser At(RunningIssuer issuer, string from = "127.0.0.1") => At(issuer.Url, from);

    public static Browser At(string url, string from = "127.0.0.1") => new(url, from);

    public CookieContainer Cookies { get; } = new(1000, 1000, 4096);

    public string UserAgent { set => http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", value); }

    /// <summary>Path and query of the page that is shown.</summary>
    public string Path { get; private set; } = "/";

    public string Html { get; private set; } = string.Empty;

    public HttpResponseMessage Last { get; private set; } = new();

    public string Alert => AlertText().Match(Html).Groups[1].Value;

    public Task<string?> OpenAsync(string path) => GoAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Sends the first form of the page (or the one with that action), with fields filled in.</summary>
    /// <returns>The address outside of the issuer that it led to, or null.</returns>
    public Task<string?> SubmitAsync(params (string Name, string Value)[] fields) => SubmitToAsync(null, fields);

    public Task<string?> SubmitToAsync(string? handler, params (string Name, string Value)[] fields)
    {
        var form = Forms().Matches(Html).Select(match => match.Value)
            .First(text => handler is null || text.Contains($"handler={handler}\"", StringComparison.Ordinal));
        var values =
            Hidden().Matches(form).ToDictionary(match => match.Groups[1].Value, match => WebUtility.HtmlDecode(match.Groups[2].Value));
        foreach (var (name, value) in fields)
        {
            values[name] = value;
        }

        var action = Action().Match(form) is { Success: true } match ? WebUtility.HtmlDecode(match.Groups[1].Value) : Path;
        return GoAsync(new HttpRequestMessage(HttpMethod.Post, action) { Content = new FormUrlEncodedContent(values) });
    }

    public Task<string?> PostAsync(string path, params (string Name, string Value)[] fields) => GoAsync(
        new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)))
        });

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        Last.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string?> GoAsync(HttpRequestMessage request)
    {
        for (var step = 0; step < 10; step++)
        {
            Last = await http.SendAsync(request);
            Html = await Last.Content.ReadAsStringAsync();
            Path = request.RequestUri!.IsAbsoluteUri ? request.RequestUri.PathAndQuery : request.RequestUri.OriginalString;
            if (Last.Headers.Location is not { } location)
            {
                return null;
            }

            if (location.IsAbsoluteUri && location.Authority != http.BaseAddress!.Authority)
            {
                return location.OriginalString;
            }

            request = new HttpRequestMessage(HttpMethod.Get, location);
        }

        throw new InvalidOperationException("Redirects in a circle.");
    }

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline)]
    private static partial Regex Forms();

    [GeneratedRegex("""<form[^>]* action="([^"]+)""")]
    private static partial Regex Action();

    [GeneratedRegex("""role="(?:alert|status)"[^>]*>([^<]*)<""")]
    private static partial Regex AlertText();

    [GeneratedRegex("""<input (?=[^>]*type="hidden")(?=[^>]*name="([^"]+)")(?=[^>]*value="([^"]*)")[^>]*>""")]
    private static partial Regex Hidden();
}
