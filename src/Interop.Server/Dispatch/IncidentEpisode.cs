using Interop.Server.Dispatch.Eido;
using static Hl7.Fhir.Model.Encounter;

namespace Interop.Server.Dispatch;

/// <summary>One opening of an incident, up to the message after which it is reopened.</summary>
/// <param name="Number">1 for the first; each reopening after an end counts on.</param>
/// <param name="Spans">The Encounter statuses in the order reached, each with the time of the message that reached it.</param>
internal sealed record IncidentEpisode(
    int Number, IReadOnlyList<EidoMessage> Messages, IReadOnlyList<(EncounterStatus Status, EidoTime From)> Spans, EidoTime Start)
{
    private static readonly EncounterStatus?[] Ladder = [EncounterStatus.Planned, EncounterStatus.Arrived, EncounterStatus.InProgress];

    public EncounterStatus Status => Spans[^1].Status;

    /// <summary>What the last message with an incidentComponent says.</summary>
    public EidoState State => Messages.Last(message => message.State is not null).State!;

    /// <summary>That message and those after it, which add to it: one without an incidentComponent takes nothing back.</summary>
    public IEnumerable<EidoMessage> Current => Messages.Reverse().TakeWhile(message => message.State is null)
        .Append(Messages.Last(message => message.State is not null));

    public bool IsEnded => IsTerminal(Status);

    public EidoTime? End => IsEnded ? Spans[^1].From : null;

    /// <summary>
    /// Splits ordered messages. A status only climbs: what a later message says of an earlier step is kept by its time but
    /// does not bring the encounter back, and after the end only ReOpened starts anew (with a new Encounter). There is no episode while
    /// no message has an incidentComponent: nobody has said yet that there is an incident, nor of what kind.
    /// </summary>
    public static IReadOnlyList<IncidentEpisode> Split(IReadOnlyList<EidoMessage> ordered)
    {
        if (ordered.All(message => message.State is null))
        {
            return [];
        }

        var episodes = new List<IncidentEpisode>();
        var messages = new List<EidoMessage>();
        var spans = new List<(EncounterStatus Status, EidoTime From)>();
        foreach (var message in ordered)
        {
            var status = StatusOf(message);
            var isReopened = message.State?.Statuses.Contains("ReOpened") == true && !IsTerminal(status);
            if (isReopened && spans.Count > 0 && IsTerminal(spans[^1].Status))
            {
                episodes.Add(Episode(episodes.Count + 1, messages, spans));
                (messages, spans) = ([], []);
            }

            messages.Add(message);
            if (status is { } reached && (spans.Count == 0 || Rank(reached) > Rank(spans[^1].Status)))
            {
                spans.Add((reached, message.Updated));
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

    private static IncidentEpisode Episode(int number, List<EidoMessage> messages, List<(EncounterStatus Status, EidoTime From)> spans)
    {
        var start = messages[0].Updated;
        foreach (var call in messages.SelectMany(message => message.CallStarts))
        {
            start = number == 1 && call.Value < start.Value ? call : start;
        }

        return new(number, messages, spans, start);
    }

    /// <summary>Null when the message says nothing of how far the incident has come.</summary>
    private static EncounterStatus? StatusOf(EidoMessage message)
    {
        var said = message.State?.Statuses ?? [];
        if (said.Contains("Closed"))
        {
            return EncounterStatus.Finished;
        }

        if (said.Contains("Cancelled"))
        {
            return EncounterStatus.Cancelled;
        }

        var isMet = message.Units.Any(unit => unit.Statuses.Contains("PatientContact"));
        return isMet ? EncounterStatus.InProgress
            : said.Contains("ResourcesOnscene") ? EncounterStatus.Arrived
            : message.State is null ? null
            : EncounterStatus.Planned;
    }

    private static bool IsTerminal(EncounterStatus? status) => status is EncounterStatus.Finished or EncounterStatus.Cancelled;

    private static int Rank(EncounterStatus? status) => IsTerminal(status) ? Ladder.Length : Array.IndexOf(Ladder, status);
}
