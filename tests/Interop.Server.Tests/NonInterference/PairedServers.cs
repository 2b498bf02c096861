using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Interop.Demo;

namespace Interop.Server.Tests.NonInterference;

/// <summary>
/// Two servers whose databases differ only in what one caller may not see. Every answer that the caller gets must be the same,
/// byte for byte, but for date and request id.
/// </summary>
internal sealed partial class PairedServers : IAsyncDisposable
{
    private static readonly string[] Volatile = ["Date", "X-Request-Id"];

    private PairedServers(RunningServer with, RunningServer without)
    {
        With = with;
        Without = without;
    }

    /// <summary>The server whose database holds the hidden data.</summary>
    public RunningServer With { get; }

    public RunningServer Without { get; }

    /// <param name="settings">Of both, such as limits that a long run would reach.</param>
    public static async Task<PairedServers> StartAsync(params string[] settings) =>
        new(await RunningServer.StartAsync(null, null, settings), await RunningServer.StartAsync(null, null, settings));

    /// <summary>Stores the same in both.</summary>
    public async Task BothAsync(string source, params string[] resources)
    {
        await With.ImportAsync(source, resources);
        await Without.ImportAsync(source, resources);
    }

    public Task HiddenAsync(string source, params string[] resources) => With.ImportAsync(source, resources);

    /// <summary>Stores two variants of one resource that differ only in what the caller may not see.</summary>
    public async Task VariantsAsync(string source, string with, string without)
    {
        await With.ImportAsync(source, with);
        await Without.ImportAsync(source, without);
    }

    public void Advance(TimeSpan by)
    {
        With.Clock.Advance(by);
        Without.Clock.Advance(by);
    }

    /// <summary>Sends the same GET to both and asserts that the answers are one; gives the answer's text.</summary>
    public Task<string> SameAsync(DemoCaller caller, string path, params IReadOnlyList<(string Name, object Value)> further) =>
        SameAsync(caller, () => new(HttpMethod.Get, new Uri(path, UriKind.Relative)), further: further);

    /// <param name="ignoresNewIds">Ids that the server made up in this request are random and are not compared.</param>
    public async Task<string> SameAsync(
        DemoCaller caller,
        Func<HttpRequestMessage> request,
        bool ignoresNewIds = false,
        IReadOnlyList<(string Name, object Value)>? further = null)
    {
        var first = await AnswerAsync(With, caller, request(), further ?? []);
        var second = await AnswerAsync(Without, caller, request(), further ?? []);
        using var asked = request();
        Assert.True(
            Comparable(second, ignoresNewIds) == Comparable(first, ignoresNewIds),
            $"{asked.Method} {asked.RequestUri} with what is hidden:\n{first}\nand without:\n{second}");
        return first;
    }

    public async ValueTask DisposeAsync()
    {
        await With.DisposeAsync();
        await Without.DisposeAsync();
    }

    private static string Comparable(string answer, bool ignoresNewIds) => ignoresNewIds ? NewId().Replace(answer, "(id)") : answer;

    private static async Task<string> AnswerAsync(
        RunningServer server, DemoCaller caller, HttpRequestMessage request, IReadOnlyList<(string Name, object Value)> further)
    {
        using var client = server.As(caller, further);
        using var sent = request;
        using var response = await client.SendAsync(sent);
        var text = new StringBuilder().Append((int)response.StatusCode).AppendLine();
        Append(text, response.Headers);
        Append(text, response.Content.Headers);
        return text.AppendLine().Append(await response.Content.ReadAsStringAsync()).ToString();
    }

    private static void Append(StringBuilder text, HttpHeaders headers)
    {
        foreach (var (name, values) in headers.Where(header => !Volatile.Contains(header.Key))
            .OrderBy(header => header.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append(": ").AppendLine(string.Join(", ", values));
        }
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex NewId();
}
