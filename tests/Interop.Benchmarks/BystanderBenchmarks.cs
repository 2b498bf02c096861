using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Interop.Benchmarks;

/// <summary>
/// What a hospital's read through a consent waits while somebody else sends what is heavy, one kind after the other and all together. The
/// quiet value is measured again before each, as the machine's own noise moves it. Who reads and who sends are processes of their own, as
/// neither runs on the server's threads, and who sends gives way: an attacker does not bring less of a core to the server than it has.
/// </summary>
internal static class BystanderBenchmarks
{
    private const int HeavyClients = 12;

    // What the machine itself makes of a read while one of its cores is busy: the server can't do better.
    private const string Nothing = "nothing (a loop keeps one core busy)";
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    // This program, as it is started once more.
    internal static readonly string[] Own = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
        ? [Environment.ProcessPath!, typeof(BystanderBenchmarks).Assembly.Location]
        : [Environment.ProcessPath!];

    /// <param name="bystander">The token of whoever only reads.</param>
    /// <param name="heavy">The token of whoever sends the heavy requests.</param>
    public static async Task RunAsync(TextWriter output, int port, string bystander, string heavy)
    {
        output.WriteLine(
            $"  a bystander's read while {HeavyClients} connections of another client send (median and 99th percentile in ms, "
                + "before and during)");
        foreach (var what in Kinds().Select(kind => kind.What).Prepend(Nothing))
        {
            var quiet = await ReadAsync(port, bystander);
            using var sender = Start("chrt", ["--idle", "0", .. Own, "send", Text(port), heavy, what]);
            await sender.StandardOutput.ReadLineAsync(); // it sends
            var (pauses, collections) = (GC.GetTotalPauseDuration(), GC.CollectionCount(0));
            var loaded = await ReadAsync(port, bystander);
            (pauses, collections) = (GC.GetTotalPauseDuration() - pauses, GC.CollectionCount(0) - collections);
            sender.StandardInput.Close();
            var answered = await sender.StandardOutput.ReadToEndAsync();
            await sender.WaitForExitAsync();
            output.WriteLine(
                $"    {what,-46} {quiet.Median,6:F2} {quiet.P99,7:F2}   {loaded.Median,6:F2} {loaded.P99,7:F2}   = "
                    + $"{loaded.P99 / quiet.P99:F1} of the quiet 99th; "
                    + $"{collections} collections, {pauses.TotalMilliseconds:F0} ms; answered {answered.Trim()}");
        }
    }

    /// <summary>The process that sends: until its input ends, and then says what it was answered.</summary>
    public static async Task SendAsync(int port, string token, string what)
    {
        using var stop = new CancellationTokenSource();
        if (what == Nothing)
        {
            new Thread(() =>
            {
                while (!stop.IsCancellationRequested)
                {
                }
            }).Start();
            Console.WriteLine();
            await Console.In.ReadToEndAsync();
            await stop.CancelAsync();
            return;
        }

        var requests = Kinds().Single(kind => kind.What == what).Requests;
        var load = Task.WhenAll(Enumerable.Range(0, HeavyClients).Select(number => SendAsync(port, token, requests, number, stop.Token)));
        await Task.Delay(TimeSpan.FromSeconds(1)); // what is compiled at first use is
        Console.WriteLine();
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        var answers = (await load).SelectMany(statuses => statuses).CountBy(status => status).OrderBy(pair => pair.Key);
        Console.WriteLine(string.Join(", ", answers.Select(pair => $"{pair.Value} x {pair.Key}")));
    }

    /// <summary>The process that reads, one after the other: writes its median and its 99th percentile in ms.</summary>
    public static async Task ReadAndWriteAsync(int port, string token)
    {
        await ReadAsync(port, token, TimeSpan.FromSeconds(1)); // what is compiled at first use is
        var times = await ReadAsync(port, token, Duration);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times[times.Count / 2]} {times[times.Count * 99 / 100]}"));
    }

    private static async Task<(double Median, double P99)> ReadAsync(int port, string token)
    {
        using var reader = Start(Own[0], [.. Own[1..], "read", Text(port), token]);
        var figures = (await reader.StandardOutput.ReadToEndAsync()).Split(' ');
        await reader.WaitForExitAsync();
        return (double.Parse(figures[0], CultureInfo.InvariantCulture), double.Parse(figures[1], CultureInfo.InvariantCulture));
    }

    private static IReadOnlyList<(string What, Func<HttpRequestMessage>[] Requests)> Kinds()
    {
        var chains = string.Join('&', Enumerable.Repeat("subject:Patient.name:contains=a", 18));
        var doubling = string.Join(',', Enumerable.Repeat("""{"op":"copy","from":"/note","path":"/note/-"}""", 100));
        var entries = string.Join(',', Enumerable.Repeat(
            """{"resource":{"resourceType":"Basic","code":{"text":"x"}},"request":{"method":"POST","url":"Basic"}}""", 1000));
        (string What, Func<HttpRequestMessage>[] Requests)[] kinds =
        [
            ("a create with many conditions", [() => Conditional(chains)]),
            ("a JSON Patch that doubles itself", [() => Patch("application/json-patch+json", $"[{doubling}]")]),
            (
                "a FHIRPath patch with a nested pattern",
                [() => Patch("application/fhir+json", Deletion("Condition.note.where(text.matches('(a+)+$'))"))]),
            (
                "a JSON Patch of 1,000 operations",
                [() => Patch(
                    "application/json-patch+json",
                    $"[{string.Join(',', Enumerable.Repeat("""{"op":"test","path":"/subject","value":1}""", 1000))}]")]),
            (
                "a transaction of 1,000 entries",
                [() => Post("", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{entries}}]}""")]),
            (
                "a search of 18 chains over all",
                [() => new(HttpMethod.Get, $"/fhir/Condition?{chains}&_total=accurate&_sort=-_lastUpdated")]),
            (
                "a page of 400 with what refers to it",
                [() => new(HttpMethod.Get, "/fhir/Patient?_count=400&_revinclude=Condition:patient&_revinclude=Encounter:patient")]),
        ];
        return [.. kinds, ("a mix of all of them", [.. kinds.SelectMany(kind => kind.Requests)])];
    }

    private static string Deletion(string path) => $$"""
        {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path",
        "valueString":"{{path}}"}]}]}
        """;

    private static HttpRequestMessage Conditional(string conditions)
    {
        var request = Post("Condition", Fixtures.Condition("x", "p1"));
        request.Headers.TryAddWithoutValidation("If-None-Exist", conditions);
        return request;
    }

    private static HttpRequestMessage Post(string path, string body) =>
        new(HttpMethod.Post, $"/fhir/{path}")
        {
            Content = new StringContent(body, new UTF8Encoding(false), new MediaTypeHeaderValue("application/fhir+json"))
        };

    private static HttpRequestMessage Patch(string mediaType, string body) =>
        new(HttpMethod.Patch, "/fhir/Condition/c1-0")
        {
            Content = new StringContent(body, new UTF8Encoding(false), new MediaTypeHeaderValue(mediaType))
        };

    private static async Task<List<double>> ReadAsync(int port, string token, TimeSpan duration)
    {
        using var client = Client(port, token);
        var (clock, times) = (Stopwatch.StartNew(), new List<double>());
        for (var number = 0; clock.Elapsed < duration; number++)
        {
            var start = Stopwatch.GetTimestamp();
            using var response = await client.GetAsync(new Uri($"/fhir/Condition/c{number % 900 * 4}-1", UriKind.Relative));
            response.EnsureSuccessStatusCode();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await Task.Delay(2);
        }

        times.Sort();
        return times;
    }

    private static async Task<List<int>> SendAsync(
        int port, string token, Func<HttpRequestMessage>[] requests, int number, CancellationToken cancellationToken)
    {
        using var client = Client(port, token);
        var statuses = new List<int>();
        for (; !cancellationToken.IsCancellationRequested; number++)
        {
            try
            {
                using var request = requests[number % requests.Length]();
                using var response = await client.SendAsync(request, cancellationToken);
                statuses.Add((int)response.StatusCode);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        return statuses;
    }

    private static HttpClient Client(int port, string token)
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(2) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    // The scheduling policy "idle" of Linux (https://man7.org/linux/man-pages/man1/chrt.1.html) runs when nothing of the server's could.
    internal static Process Start(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
