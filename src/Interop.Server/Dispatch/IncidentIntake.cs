using System.Diagnostics;
using Interop.Fhir;
using Interop.Fhir.Validation;
using Interop.Server.Authoring;
using Interop.Server.Calls;
using Interop.Server.Dispatch.Eido;
using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Policy;
using Interop.Storage.Write;

namespace Interop.Server.Dispatch;

/// <summary>Dispatch messages: the record of an incident is a function of the set of its messages, whatever their order.</summary>
internal sealed class IncidentIntake(
    GuardedStore store,
    ResourceChanges changes,
    OpenCalls calls,
    Judge judge,
    Sights sights,
    Turns turns,
    InteropSettings settings,
    Secrets secrets)
{
    public const string Scope = "cad.write";

    /// <summary>Takes in one EIDO message; the same one again changes nothing.</summary>
    /// <param name="caller">The dispatch system, or the operator who imports.</param>
    /// <exception cref="FhirException">
    /// 400 with every issue of a malformed message, 422 for content that nobody could act on; nothing is stored.
    /// </exception>
    public async Task<IncidentReceipt> TakeAsync(Caller caller, byte[] body, CancellationToken cancellationToken)
    {
        if (!caller.IsOperator)
        {
            caller.DemandScope(Scope);
        }

        // A message may have four million bytes, and every value of it is looked at.
        var (message, notices) = await turns.RunAsync(caller, () => Task.FromResult(Reviewed(body)), cancellationToken);

        // What dispatch says becomes the custodian's own record.
        return await store.WriteAsOperatorAsync(
            settings.Custodian, transaction => Take(transaction, caller, message, notices), cancellationToken);
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

    private IncidentReceipt Take(GuardedTransaction transaction, Caller caller, EidoMessage message, IReadOnlyList<Issue> notices)
    {
        if (!caller.IsOperator)
        {
            DemandDispatch(transaction, caller);
        }

        var before = transaction.CadMessages(message.Incident);
        DemandNamed(caller, before);
        var isNew = transaction.Add(
            new(message.Incident, message.Hash, Instants.ToMicroseconds(message.Updated.Value), transaction.Instant, message.Raw)
            {
                Agencies = AgenciesOf(caller, message),
            });
        var earlier = Mapped([.. before.Select(Parse)]);
        var mapped = isNew ? Mapped([.. before.Select(Parse), message]) : earlier;
        var changed = isNew ? StoreChanged(transaction, caller, mapped, earlier.ToDictionary(item => item.Key, item => item.Json)) : [];
        foreach (var call in mapped.Where(item => isNew && item.Key.Type == "Encounter"))
        {
            transaction.AtEnd(() => calls.Settle(transaction, call.Key));
        }

        var person = mapped.FirstOrDefault(item => item.Key.Type == "Patient")?.Key;
        transaction.Audit(AuditTrail.Row(
            caller, transaction.Instant, FhirInteraction.CadIntake, message.Incident, person?.Id, "permit", detail =>
            {
                detail.WriteString("message", message.Hash);
                detail.WriteBoolean("repeated", !isNew);
                detail.WriteNumber("resources", changed.Count);
            }));
        var encounter = mapped.FirstOrDefault(item => item.Key.Type == "Encounter");
        IEnumerable<Issue> pending = encounter is null ? [EidoOmissions.NoIncident] : [];
        return new(message.Incident, encounter?.Key, person, isNew, EidoReview.Capped([.. pending, .. notices]));
    }

    /// <summary>
    /// A message also opens a person to the police agency that it assigns: the scope alone, which a partner's issuer can give to whom it
    /// likes, is not enough.
    /// </summary>
    private void DemandDispatch(GuardedTransaction transaction, Caller caller)
    {
        sights.DemandAdmission(transaction, caller, forSummary: true);
        if (caller.Organization != settings.Custodian && judge.TypeOf(transaction, caller.Organization) != AgencyType.Dispatch)
        {
            throw new FhirException(IssueCode.Forbidden, "This agency is not a dispatch centre.");
        }
    }

    /// <summary>
    /// Of an incident that is known those speak whom its messages name: else a dispatch centre would name itself into another's.
    /// </summary>
    private void DemandNamed(Caller caller, IReadOnlyList<CadMessage> before)
    {
        if (!caller.IsOperator && caller.Organization != settings.Custodian && before.Count > 0
            && !before.Any(message => message.Names(caller.Organization)))
        {
            throw new FhirException(IssueCode.Forbidden, "The incident's messages do not name this agency.");
        }
    }

    private List<string> AgenciesOf(Caller caller, EidoMessage message) =>
    [
        .. message.Agencies.Select(agency => agency.Id).Concat(message.DispatchedAgencies)
            .Select(id => settings.CadAgencies.GetValueOrDefault(id)).OfType<string>()
            .Concat(caller.IsOperator ? [] : [caller.Organization])
            .Distinct(),
    ];

    /// <summary>
    /// Stores what the new message changed. What staff have edited since dispatch wrote it is theirs: it is left as it is.
    /// </summary>
    private List<ResourceKey> StoreChanged(
        GuardedTransaction transaction,
        Caller caller,
        IReadOnlyList<MappedResource> mapped,
        Dictionary<ResourceKey, byte[]> earlier)
    {
        var changed = new List<ResourceKey>();
        var door = changes.DoorOf(transaction, new());
        foreach (var (key, json) in mapped)
        {
            // An agency that is not known here stays named by its identifier, and is shown nothing: no emergency is turned away for it.
            var body = door.Normal(key.Type, json).Body;
            var stored = transaction.BytesOf(key);
            var isOurs = stored is null || (earlier.TryGetValue(key, out var was)
                && (stored.Value.Span.SequenceEqual(was) || stored.Value.Span.SequenceEqual(door.Normal(key.Type, was).Body)));
            if (isOurs && (stored is null || !stored.Value.Span.SequenceEqual(body)))
            {
                Store(transaction, caller, key, body);
                changed.Add(key);
            }
        }

        return changed;
    }

    /// <summary>What dispatch tells happens now, and has what follows from it; what an operator imports has happened.</summary>
    private void Store(GuardedTransaction transaction, Caller caller, ResourceKey key, byte[] body)
    {
        if (caller.IsOperator)
        {
            transaction.IsHistory = true;
            transaction.Put(key, settings.Custodian, body);
        }
        else
        {
            transaction.Store(key, settings.Custodian, body);
        }
    }

    private IReadOnlyList<MappedResource> Mapped(IReadOnlyCollection<EidoMessage> messages) => messages.Count == 0
        ? []
        : Incident.Map(messages, new IncidentContext(settings.Custodian, secrets.Key, settings.CadAgencies));

    private static EidoMessage Parse(CadMessage stored) => ((EidoParse.Parsed)EidoMessage.Parse(stored.Body)).Message;
}
