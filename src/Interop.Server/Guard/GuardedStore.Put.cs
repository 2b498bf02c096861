using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.FollowUp;
using Interop.Server.Http;
using Interop.Sharing.Consent;
using Interop.Sharing.Redaction;
using Interop.Storage;

namespace Interop.Server.Guard;

/// <summary>What a write stores: the resource as it is judged, and what follows from it.</summary>
internal sealed partial class GuardedStore
{
    /// <summary>
    /// Each is a row that is written while all other writers wait: so many take some tenths of a second. R4's largest example has 6,414.
    /// </summary>
    private const int MostIndexEntries = 10_000;

    /// <summary>
    /// Judges and stores one resource; when it is an encounter of the custodian's that just finished, its follow-up as well.
    /// </summary>
    /// <param name="renews">Whether the write renews a case: the custodian's own does, and a step that a party takes.</param>
    private void Store(
        WriteSession session, ResourceKey key, string source, byte[] body, long instant, WrittenResources written, bool renews = true)
    {
        var before = session.Find(key);
        Put(session, key, source, body, instant, before, written, renews);
        if (key.Type == "Encounter" && source == settings.Custodian && !IsFinished(before))
        {
            var task = FollowUpTask.TaskFor(body, Instants.ToDateTimeOffset(instant), settings.Custodian, secrets.Key.Span);
            if (task is not null && session.Find(task.Key) is null)
            {
                Put(session, task.Key, source, task.Json, instant, null, written);
            }
        }
    }

    private void Put(
        WriteSession session,
        ResourceKey key,
        string source,
        byte[] body,
        long instant,
        StoredResource? before,
        WrittenResources written,
        bool renews = true)
    {
        var sourceBefore = key.Type == "Organization" ? SourceOf(session, key.Id) : null;
        var keeper = SourceOf(session, source);
        var lapses = renews || before is null ? Lapse(instant) : Lapse(session, before);
        var judged = Judge(session, body, keeper, key, instant, lapses);
        if (judged.Entries.Count > MostIndexEntries)
        {
            throw new FhirException(
                400, "too-costly", $"A resource may have {MostIndexEntries} values that searches find; this one has {judged.Entries.Count}.", key.Type);
        }

        var now = before is { Deleted: false } ? Judge(session, before.Body, keeper, key, instant, lapses) : null;
        session.Put(new(key, source, body, judged, instant, PolicyVersion) { Before = now });
        written.Add(key, judged, before);
        RejudgeStandIns(session, key, before, body, instant, written);
        if (sourceBefore is not null && sourceBefore != SourceOf(session, key.Id))
        {
            // What an organisation is decides about the labels of everything that it keeps, also of what was there before.
            Rejudge(session, session.KeptBy(key.Id), instant, written);
        }
    }

    private void Rejudge(WriteSession session, IReadOnlyList<StoredResource> resources, long instant, WrittenResources written)
    {
        foreach (var stored in resources)
        {
            var judged = Judge(session, stored);
            session.Rejudge(new(stored.Key, stored.Source, stored.Body, judged, instant, PolicyVersion));
            written.Add(stored.Key, judged, stored);
        }
    }

    /// <summary>As it is stored, with the time of its last write: to be judged again renews no case.</summary>
    private JudgedResource Judge(WriteSession session, StoredResource stored) => Judge(
        session, stored.Body, SourceOf(session, stored.Source), stored.Key, stored.UpdatedAt, Lapse(session, stored));

    private JudgedResource Judge(
        WriteSession session, ReadOnlyMemory<byte> body, SourceFacts source, ResourceKey key, long instant, long lapses) =>
        redactor.Judge(
            body, source, key, instant, lapses, targets => session.Visible(targets, DirectorySight(instant)), entry => OrganizationOf(session, entry));

    private long Lapse(long written) => written + (settings.CaseInactivity.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>What renews nothing leaves a case the end that it has.</summary>
    private long Lapse(WriteSession session, StoredResource stored) =>
        Math.Min(Lapse(stored.UpdatedAt), session.CaseEnd(stored.Key) ?? long.MaxValue);

    private static bool IsFinished(StoredResource? encounter) =>
        encounter is { Deleted: false } && TopLevel.Value(encounter.Body.Span, "status").SequenceEqual("\"finished\""u8);

    private SourceFacts SourceOf(WriteSession session, string organization) =>
        SourceFactsOf(organization, session.Find(new("Organization", organization)));

    /// <summary>Only the custodian that runs this server says what kind of organisation someone is.</summary>
    private SourceFacts SourceFactsOf(string organization, StoredResource? stored)
    {
        var facts = stored is { Deleted: false } && stored.Source == settings.Custodian
            ? OrganizationReader.Read(stored.Body, organization)
            : null;
        return new(organization, facts?.Part2Program ?? false, facts?.CoveredEntity ?? false)
        {
            RunsServer = organization == settings.Custodian,
        };
    }
}
