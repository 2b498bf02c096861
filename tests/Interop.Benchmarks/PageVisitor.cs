using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Interop.Benchmarks;

/// <summary>One person of the demo in a browser without a screen: signed in with one click, cookies kept, redirects followed.</summary>
internal sealed partial class PageVisitor : IDisposable
{
    private const int Times = 20;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly HttpClient http;
    private readonly Process server;
    private readonly string name;

    private PageVisitor(HttpClient http, Process server, string name) => (this.http, this.server, this.name) = (http, server, name);

    /// <param name="pages">Where the demo's pages are.</param>
    /// <param name="server">The demo, whose CPU is counted.</param>
    public static async Task<PageVisitor> SignedInAsync(Uri pages, Process server, string name)
    {
        var visitor = new PageVisitor(new HttpClient { BaseAddress = pages, Timeout = TimeSpan.FromMinutes(5) }, server, name);
        var address = new Uri("app/sign-in", UriKind.Relative);
        using var asked = await visitor.http.GetAsync(address);
        if (asked.StatusCode == HttpStatusCode.TooManyRequests)
        {
            await Task.Delay(Minute);
        }

        var form = await visitor.http.GetStringAsync(address);
        using var home = await visitor.SendAsync("/app/sign-in", new() { ["visitor"] = name, ["returnUrl"] = "/app/problem" }, form);
        return (await home.Content.ReadAsStringAsync()).Contains("class=\"who\"", StringComparison.Ordinal) ? visitor
            : throw new InvalidOperationException($"{name} could not sign in.");
    }

    public void Dispose() => http.Dispose();

    /// <summary>The first page, then every page to which links lead, one of each shape; and the search for a person.</summary>
    public async Task MeasureAsync(TextWriter output)
    {
        var (waiting, shapes) = (new Queue<string>(["/app"]), new HashSet<string> { "/app" });
        while (waiting.TryDequeue(out var path))
        {
            var html = await MeasureAsync(output, ShapeOf(path), () => http.GetAsync(new Uri(path, UriKind.Relative)));
            foreach (var found in Links().Matches(html).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)))
            {
                var link = found[0] == '?' ? path.Split('?')[0] + found : found;
                if (shapes.Add(ShapeOf(link)))
                {
                    waiting.Enqueue(link);
                }
            }

            if (path == "/app/people")
            {
                foreach (var search in (string[])["Cleo", "Family7 Given7", "Given7"])
                {
                    await MeasureAsync(output, $"{path}: {search}", () => SendAsync(path, new() { ["Name"] = search }, html));
                }
            }
        }
    }

    private async Task<string> MeasureAsync(TextWriter output, string what, Func<Task<HttpResponseMessage>> ask)
    {
        var (times, html, status) = (new List<double>(), string.Empty, HttpStatusCode.OK);
        var cpu = TimeSpan.Zero;
        while (times.Count <= Times)
        {
            cpu = times.Count == 1 ? CpuOfServer() : cpu;
            var start = Stopwatch.GetTimestamp();
            using var answer = await ask();
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                await Task.Delay(Minute); // the pages take so many of one address in one
                continue;
            }

            (html, status) = (await answer.Content.ReadAsStringAsync(), answer.StatusCode);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        cpu = CpuOfServer() - cpu;
        var first = times[0];
        var sorted = times.Skip(1).Order().ToList();
        var size = System.Text.Encoding.UTF8.GetByteCount(html) / 1_000.0;
        output.WriteLine(
            $"  {name,-10} {what,-44} {sorted[Times / 2],7:F0} {sorted[Times - 2],7:F0} {first,7:F0} "
                + $"{cpu.TotalMilliseconds / Times,7:F0}  {size,5:F0}{(status == HttpStatusCode.OK ? string.Empty : $"  {(int)status}")}"
                + $"{(sorted[Times - 2] > 300 || size > 200 ? "  over" : string.Empty)}");
        return html;
    }

    private TimeSpan CpuOfServer()
    {
        server.Refresh();
        return server.TotalProcessorTime;
    }

    private async Task<HttpResponseMessage> SendAsync(string path, Dictionary<string, string> fields, string page)
    {
        fields["__RequestVerificationToken"] = Token().Match(page).Groups[1].Value;
        using var form = new FormUrlEncodedContent(fields);
        return await http.PostAsync(new Uri(path, UriKind.Relative), form);
    }

    /// <summary>The address without what tells one record from another: ids, and what is asked for but the part of a list.</summary>
    private static string ShapeOf(string address)
    {
        var (path, query) = (address.Split('?')[0], address.Split('?').ElementAtOrDefault(1) ?? string.Empty);
        var part = query.Split('&').FirstOrDefault(one => one.StartsWith("show=", StringComparison.Ordinal));
        var isFurther = query.Contains("after=", StringComparison.OrdinalIgnoreCase);
        return string.Join('/', path.Split('/').Select(step => step.Any(char.IsAsciiDigit) || step.Length > 20 ? "{id}" : step))
            + (part is null ? string.Empty : $"?{part}") + (isFurther ? " (next page)" : string.Empty);
    }

    [GeneratedRegex("<a [^>]*href=\"(/app[^\"]*|\\?[^\"]*)\"")]
    private static partial Regex Links();

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
