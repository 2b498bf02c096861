using System.Diagnostics;
using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Validation;
using Interop.Server.Authoring;
using Interop.Server.Dispatch;
using Interop.Server.Dispatch.Eido;
using Interop.Server.FollowUp;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Consent;
using Interop.Sharing.Policy;
using Interop.Storage;

namespace Interop.Server.Guard;

/// <summary>Dispatch messages: the record of an incident is a function of the set of its messages, whatever their order.</summary>
internal sealed partial class GuardedStore
{
    public const string CadScope = "cad.write";

    /// <summary>Takes in one EIDO message; the same one again changes nothing.</summary>
    /// <param name="caller">The dispatch system, or null for an operator's import.</param>
    /// <exception cref="FhirException">
    /// 400 with every issue of a malformed message, 422 for content that nobody could act on; nothing is stored.
    /// </exception>
    public async Task<IncidentReceipt> IncidentAsync(Caller? caller, byte[] body, CancellationToken cancellationToken)
    {
        if (caller is not null)
        {
            RequireScope(caller, CadScope);
        }

        // A message may have four million bytes, and every value of it is looked at.
        var (message, notices) = await InTurnAsync(caller ?? Operator, () => Task.FromResult(Reviewed(body)), cancellationToken);
        return await store.WriteAsync(session => Take(session, caller, message, notices), cancellationToken);
    }

    private static (EidoMessage Message, IReadOnlyList<Issue> Notices) Reviewed(byte[] body)
    {
        var review = EidoReview.Of(body).ToLookup(issue => issue.Severity <= IssueSeverity.Error);
        return EidoMessage.Parse(body) switch
        {
            EidoParse.Refused { Issues: var issues } => throw new FhirException(400, EidoReview.Capped([.. issues, .. review[true]])),
            _ when review[true].Any() => throw new FhirException(422, EidoReview.Capped([.. review[true]])),
            EidoParse.Parsed { Message: var message } => (message, [.. review[false], .. EidoOmissions.Of(message)]),
            _ => throw new UnreachableException(),
        };
    }

    private IncidentReceipt Take(WriteSession session, Caller? caller, EidoMessage message, IReadOnlyList<Issue> notices)
    {
        var instant = Now();
        if (caller is not null)
        {
            _ = SightOf(session, caller);
        }

        // What dispatch says becomes the custodian's own record, and opens a person to the police agency that it assigns: the scope
        // alone, which a partner's issuer can give to whom it likes, is not enough.
        if (caller is not null && !IsDispatch(session, caller.Organization))
        {
            throw new FhirException(403, "forbidden", "This agency is not a dispatch centre.");
        }

        var before = session.CadMessages(message.Incident);
        var isNew = session.AddCadMessage(
            new(message.Incident, message.Hash, Instants.ToMicroseconds(message.Updated.Value), instant, message.Raw));
        var earlier = Mapped([.. before.Select(Parse)]);
        var mapped = isNew ? Mapped([.. before.Select(Parse), message]) : earlier;
        var changed = isNew ? StoreChanged(session, mapped, earlier.ToDictionary(item => item.Key, item => item.Json), instant) : [];
        session.Audit(AuditTrail.Row(caller, instant, FhirInteraction.CadIntake, message.Incident, null, "permit", detail =>
        {
            detail.WriteString("message", message.Hash);
            detail.WriteBoolean("repeated", !isNew);
            detail.WriteNumber("resources", changed.Count);
        }));
        var encounter = mapped.FirstOrDefault(item => item.Key.Type == "Encounter");
        IEnumerable<Issue> pending = encounter is null ? [EidoOmissions.NoIncident] : [];
        return new(message.Incident, encounter?.Key, isNew, EidoReview.Capped([.. pending, .. notices]));
    }

    private bool IsDispatch(WriteSession session, string organization) =>
        organization == settings.Custodian
        || (session.Find(new("Organization", organization)) is { Deleted: false } stored && stored.Source == settings.Custodian
            && OrganizationReader.Read(stored.Body, organization).Type == AgencyType.Dispatch);

    /// <summary>
    /// Stores what the new message changed. What staff have edited since dispatch wrote it is theirs: it is left as it is.
    /// </summary>
    private List<ResourceKey> StoreChanged(
        WriteSession session, IReadOnlyList<MappedResource> mapped, Dictionary<ResourceKey, byte[]> earlier, long instant)
    {
        var written = new WrittenResources();
        var changed = new List<ResourceKey>();
        var door = new ReferenceDoor(this, session, null, CustodianSight(settings.Custodian, instant), new());
        foreach (var (key, json) in mapped)
        {
            // An agency that is not known here stays named by its identifier, and is shown nothing: no emergency is turned away for it.
            var body = door.Normal(key.Type, json).Body;
            var stored = session.Find(key);
            var isOurs = stored is null || (earlier.TryGetValue(key, out var was)
                && (stored.Body.Span.SequenceEqual(was) || stored.Body.Span.SequenceEqual(door.Normal(key.Type, was).Body)));
            if (isOurs && (stored is null || !stored.Body.Span.SequenceEqual(body)))
            {
                Put(session, key, settings.Custodian, body, instant, stored, written);
                changed.Add(key);
            }
        }

        sharingRows.Refresh(session, written);
        return changed;
    }

    /// <summary>The incident's resources and, for each encounter that has finished, the follow-up that is owed.</summary>
    private List<MappedResource> Mapped(IReadOnlyCollection<EidoMessage> messages)
    {
        if (messages.Count == 0)
        {
            return [];
        }

        var context = new IncidentContext(settings.Custodian, secrets.Key, settings.CadAgencies);
        var resources = Incident.Map(messages, context);
        var last = messages.Max(message => message.Updated.Value);
        var tasks = resources.Where(resource => resource.Key.Type == "Encounter")
            .Select(encounter => FollowUpTask.TaskFor(encounter.Json, last, settings.Custodian, secrets.Key.Span))
            .OfType<MappedResource>();
        return [.. resources, .. tasks];
    }

    private static EidoMessage Parse(CadMessage stored) => ((EidoParse.Parsed)EidoMessage.Parse(stored.Body)).Message;
}

/// <summary>What became of a dispatch message.</summary>
/// <param name="Encounter">The incident's first; null while no message has said what the incident is.</param>
/// <param name="Issues">Warnings and information about what was not understood or not taken over.</param>
internal sealed record IncidentReceipt(string Incident, ResourceKey? Encounter, bool IsNew, IReadOnlyList<Issue> Issues)
{
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("incident", Incident);
        if (Encounter is { } encounter)
        {
            writer.WriteString("encounter", encounter.ToString());
        }

        writer.WriteBoolean("repeated", !IsNew);
        if (Issues.Count > 0)
        {
            writer.WritePropertyName("outcome");
            Outcome.Write(writer, Issues);
        }

        writer.WriteEndObject();
    }

    public override string ToString() => $"{Incident} {Encounter?.ToString() ?? "without Encounter"} {(IsNew ? "stored" : "repeated")}";
}
