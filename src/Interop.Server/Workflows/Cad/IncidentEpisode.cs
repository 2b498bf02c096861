namespace Interop.Server.Workflows.Cad;

/// <summary>One opening of an incident, up to the message after which it is reopened.</summary>
/// <param name="Number">1 for the first; each reopening after an end counts on.</param>
/// <param name="Spans">The Encounter statuses in the order reached, each with the time of the message that reached it.</param>
internal sealed record IncidentEpisode(
    int Number, IReadOnlyList<EidoMessage> Messages, IReadOnlyList<(string Status, EidoTime From)> Spans, EidoTime Start)
{
    private static readonly string[] Ladder = ["planned", "arrived", "in-progress"];

    public string Status => Spans[^1].Status;

    public bool IsEnded => IsTerminal(Status);

    public EidoTime? End => IsEnded ? Spans[^1].From : null;

    /// <summary>
    /// Splits ordered messages. A status only climbs: what a later message says of an earlier step is kept by its time but
    /// does not bring the encounter back, and after the end only ReOpened starts anew (with a new Encounter).
    /// </summary>
    public static IReadOnlyList<IncidentEpisode> Split(IReadOnlyList<EidoMessage> ordered)
    {
        var episodes = new List<IncidentEpisode>();
        var messages = new List<EidoMessage>();
        var spans = new List<(string Status, EidoTime From)>();
        foreach (var message in ordered)
        {
            var status = StatusOf(message);
            if (spans.Count > 0 && IsTerminal(spans[^1].Status) && message.State.Statuses.Contains("ReOpened") && !IsTerminal(status))
            {
                episodes.Add(Episode(episodes.Count + 1, messages, spans));
                (messages, spans) = ([], []);
            }

            messages.Add(message);
            if (spans.Count == 0 || Rank(status) > Rank(spans[^1].Status))
            {
                spans.Add((status, message.Updated));
            }
        }

        episodes.Add(Episode(episodes.Count + 1, messages, spans));
        return episodes;
    }

    /// <summary>The order of messages: by time, then by how far they say the incident has come, then by hash.</summary>
    public static IReadOnlyList<EidoMessage> Order(IEnumerable<EidoMessage> messages) =>
        [.. messages.DistinctBy(message => message.Hash)
            .OrderBy(message => message.Updated.Value)
            .ThenBy(message => Rank(StatusOf(message)))
            .ThenBy(message => message.Hash, StringComparer.Ordinal)];

    private static IncidentEpisode Episode(int number, List<EidoMessage> messages, List<(string Status, EidoTime From)> spans)
    {
        var start = messages[0].Updated;
        foreach (var call in messages.SelectMany(message => message.CallStarts))
        {
            start = number == 1 && call.Value < start.Value ? call : start;
        }

        return new(number, messages, spans, start);
    }

    private static string StatusOf(EidoMessage message)
    {
        var said = message.State.Statuses;
        if (said.Contains("Closed"))
        {
            return "finished";
        }

        if (said.Contains("Cancelled"))
        {
            return "cancelled";
        }

        var isMet = message.Units.Any(unit => unit.Statuses.Contains("PatientContact"));
        return isMet ? "in-progress" : said.Contains("ResourcesOnscene") ? "arrived" : "planned";
    }

    private static bool IsTerminal(string status) => status is "finished" or "cancelled";

    private static int Rank(string status) => IsTerminal(status) ? Ladder.Length : Array.IndexOf(Ladder, status);
}
