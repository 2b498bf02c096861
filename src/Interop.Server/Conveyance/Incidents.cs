using System.Globalization;
using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.Dispatch.Eido;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;
using Interop.Storage.Audit;
using Interop.Storage.Write;

namespace Interop.Server.Conveyance;

/// <summary>
/// What agencies are told of incidents, computed as the summary on scene is, and never a filtered record. An agency knows the incidents
/// whose messages name it; that somebody has a plan it learns by its own sight of that moment, so that a refusal is as no plan.
/// </summary>
internal sealed class Incidents(
    GuardedStore store,
    SearchQueryParser queries,
    AuditTrail audit,
    Judge judge,
    SharingPolicy policy,
    Turns turns,
    InteropSettings settings)
{
    public const string Scope = "cad.read";
    public const string PlanScope = "cad.plan";

    private const string Extensions = CrisisProfiles.Base + "/StructureDefinition/";
    private const string DispositionSystem = "urn:nena:registry:EIDO-Disposition-Common";
    private static readonly string[] Open = ["planned", "triaged", "arrived", "in-progress", "onleave"];

    /// <summary>Whether the caller may ask at all.</summary>
    /// <exception cref="FhirException">403.</exception>
    public async Task DemandAsync(Caller caller, CancellationToken cancellationToken)
    {
        var (snapshot, _) = await OpenAsync(caller, cancellationToken);
        await snapshot.DisposeAsync();
    }

    /// <summary>
    /// What a look at one moment gives, in the caller's turn. The look sends nothing: who reads slowly would hold up everybody's turns.
    /// </summary>
    /// <param name="look">With whether the caller may know of plans.</param>
    /// <exception cref="FhirException">403.</exception>
    public Task<T> LookAsync<T>(Caller caller, Func<GuardedSnapshot, bool, T> look, CancellationToken cancellationToken) =>
        turns.RunAsync(
            caller,
            async () =>
            {
                var (snapshot, mayKnowPlans) = await OpenAsync(caller, cancellationToken);
                await using (snapshot)
                {
                    return look(snapshot, mayKnowPlans);
                }
            },
            cancellationToken);

    /// <summary>A moment of the database for the caller, who is let in, may read incidents, and whose agreement says so.</summary>
    private async ValueTask<(GuardedSnapshot Snapshot, bool MayKnowPlans)> OpenAsync(Caller caller, CancellationToken cancellationToken)
    {
        caller.DemandScope(Scope);
        if (caller.Patient is not null)
        {
            throw FhirException.InsufficientScope("The token is about one patient; incidents are not.");
        }

        var snapshot = await store.OpenAsync(caller, cancellationToken, forSummary: true);
        try
        {
            return (snapshot, MayKnowPlans(snapshot));
        }
        catch
        {
            await snapshot.DisposeAsync();
            throw;
        }
    }

    /// <summary>The EIDO of one incident and its row for the trail; null where the caller knows no such incident.</summary>
    /// <param name="incident">Its URN or number.</param>
    public ToldIncident? Find(GuardedSnapshot snapshot, bool mayKnowPlans, string incident)
    {
        var query = queries.ParseOwn("Encounter", snapshot.Instant, ("identifier", SearchText.Escape(incident)));
        var encounters = snapshot.Facts(query, settings.Custodian, IncidentFact.Read);

        // A number may come again in another year: then the incident is named by its URN. Those of others don't count.
        var named = encounters.Select(encounter => encounter.Urn).OfType<string>().Distinct()
            .Select(urn => (Urn: urn, Messages: snapshot.CadMessages(urn)))
            .Where(known => IsNamed(snapshot, known.Messages))
            .ToList();
        return named is [var (urn, messages)] && StateOf(messages) is { } state
            ? Told(snapshot, mayKnowPlans, urn, state, [.. encounters.Where(encounter => encounter.Urn == urn)])
            : null;
    }

    /// <summary>What the newest message that says anything of it says of the incident.</summary>
    private static EidoState? StateOf(IReadOnlyList<CadMessage> messages) => messages
        .Select(stored => EidoMessage.Parse(stored.Body)).OfType<EidoParse.Parsed>()
        .LastOrDefault(parsed => parsed.Message.State is not null)?.Message.State;

    /// <summary>URNs of incidents that are open, or that changed since an instant.</summary>
    /// <param name="since">UTC microseconds; null for those that are open.</param>
    public IReadOnlyList<string> Urns(GuardedSnapshot snapshot, long? since)
    {
        var criterion = since is { } from ? ("_lastUpdated", $"ge{Instants.ToText(from)}") : ("status", string.Join(',', Open));
        var urns = Encounters(snapshot, criterion).Select(encounter => encounter.Urn).ToList();
        if (since is not null)
        {
            var requests = queries.ParseOwn("ServiceRequest", snapshot.Instant, criterion, ("_count", "1000"));
            var calls = snapshot.Facts(requests, settings.Custodian, EncounterOf).Distinct().ToList();
            urns.AddRange(
                calls.Count == 0 ? [] : Encounters(snapshot, ("_id", string.Join(',', calls))).Select(encounter => encounter.Urn));
        }

        return [.. urns.Distinct()];
    }

    /// <summary>Answers with one incident, or null.</summary>
    public async Task<IncidentEido?> AnswerAsync(Caller caller, string incident, CancellationToken cancellationToken)
    {
        var told = await LookAsync(
            caller, (snapshot, mayKnowPlans) => Find(snapshot, mayKnowPlans, incident), cancellationToken);
        await (told is null
            ? audit.RefusedAsync(
                caller, FhirInteraction.Operation, "cad/eido", "404 not-found: no such incident of this agency", cancellationToken)
            : audit.RecordAsync(told.Row, cancellationToken));
        return told?.Eido;
    }

    private bool MayKnowPlans(GuardedSnapshot snapshot)
    {
        var organization = snapshot.Caller.Organization;
        if (organization == settings.Custodian)
        {
            return true;
        }

        var scopes = snapshot.AgreementsOf(settings.Custodian)
            .Where(agreement => agreement.Grantee == organization && agreement.InForceAt(snapshot.Instant))
            .SelectMany(agreement => agreement.Scopes)
            .ToHashSet();
        return scopes.Contains(Scope)
            ? scopes.Contains(PlanScope)
            : throw new FhirException(
                IssueCode.Forbidden, $"The agreement with this agency does not let it read incidents (agreement-scope {Scope}).");
    }

    /// <summary>Whether the incident's messages name the caller's agency, in whatever role.</summary>
    private bool IsNamed(GuardedSnapshot snapshot, IEnumerable<CadMessage> messages) =>
        snapshot.Caller.Organization == settings.Custodian
        || messages.Any(message => message.Names(snapshot.Caller.Organization));

    private ToldIncident Told(
        GuardedSnapshot snapshot, bool mayKnowPlans, string urn, EidoState state, IReadOnlyList<IncidentFact> encounters)
    {
        var last = encounters.OrderBy(encounter => encounter.IsOver ? 0 : 1).ThenBy(encounter => Moment(encounter.Times[0])).Last();
        var units = Units(snapshot, encounters);
        var people = mayKnowPlans ? encounters.Select(encounter => encounter.Person).OfType<ResourceKey>().Distinct().ToList() : [];
        var known = people.Where(person => HasPlan(snapshot, person)).ToList();
        var view = new IncidentView(
            urn,
            settings.CadAgencies.FirstOrDefault(agency => agency.Value == settings.Custodian).Key ?? settings.Custodian,
            new Uri(settings.PublicUrl).Host,
            state.TypeCode,
            state.InternalId,
            last.Status switch
            {
                "arrived" or "in-progress" or "onleave" => "ResourcesOnscene",
                "finished" => "Closed",
                "cancelled" or "entered-in-error" => "Cancelled",
                _ => units.Count > 0 ? "ResourcesAssigned" : "Active",
            },
            last.Times.Concat(units.Select(unit => unit.Time)).Concat(StateChanges(snapshot, last.Id)).MaxBy(Moment)!,
            units,
            MayKnowEnd(snapshot) ? last.Dispositions : [],
            mayKnowPlans ? known.Count > 0 : null);
        var row = AuditTrail.Row(
            snapshot.Caller, snapshot.Instant, FhirInteraction.Operation, $"cad/eido/{urn}", last.Person?.Id, "permit", detail =>
            {
                detail.WriteString("status", view.Status);
                if (known.Count > 0)
                {
                    detail.WriteString("shared", "CarePlan");
                    detail.WriteString("basis", snapshot.BasisOf(known[0], snapshot.Sight));
                }
            });
        return new(IncidentEido.Of(view), view.Urn, view.IsOver, row);
    }

    /// <summary>
    /// When what is basic of an Encounter last changed, which is its state and its times: somebody may close it and name no time. It is the
    /// view that the programme's dispatchers have, so that what is hidden from them moves nothing.
    /// </summary>
    private IEnumerable<string> StateChanges(GuardedSnapshot snapshot, string encounter)
    {
        var dispatchers = policy.SightOf(
            settings.Custodian, null, [], ["dispatcher"], snapshot.Instant, isCustodian: true, hasAgreement: true, types: null);
        return snapshot.Search(queries.ParseOwn("Encounter", snapshot.Instant, ("_id", encounter)), dispatchers, _ => true)
            .Select(seen => Instants.ToDateTimeOffset(seen.LastUpdated)
                .ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture));
    }

    /// <summary>How it ended is for who took the call; others are told that it has.</summary>
    private bool MayKnowEnd(GuardedSnapshot snapshot) => snapshot.Caller.Organization == settings.Custodian
        || judge.TypeOf(snapshot, snapshot.Caller.Organization) == AgencyType.Dispatch;

    private bool HasPlan(GuardedSnapshot snapshot, ResourceKey person)
    {
        var query = queries.ParseOwn(
            "CarePlan", snapshot.Instant, ("subject", person.ToString()), ("status", "active"), ("category", "crisis-safety-plan"));
        return snapshot.Search(query, snapshot.Sight, _ => true).Count > 0;
    }

    private List<UnitView> Units(GuardedSnapshot snapshot, IReadOnlyList<IncidentFact> encounters)
    {
        var keys = string.Join(',', encounters.Select(encounter => $"Encounter/{encounter.Id}"));
        var query = queries.ParseOwn("ServiceRequest", snapshot.Instant, ("encounter", keys), ("_count", "1000"));
        return
        [
            .. snapshot.Facts(query, settings.Custodian, ReadUnits).SelectMany(units => units)
                .GroupBy(unit => unit.Name)
                .Select(states => states.MaxBy(state => Moment(state.Time))!)
                .OrderBy(unit => unit.Name, StringComparer.Ordinal),
        ];
    }

    private IReadOnlyList<IncidentFact> Encounters(GuardedSnapshot snapshot, (string Name, string Value) criterion) => snapshot.Facts(
        queries.ParseOwn("Encounter", snapshot.Instant, criterion, ("_count", "1000")), settings.Custodian, IncidentFact.Read);

    private static List<UnitView>? ReadUnits(ReadOnlyMemory<byte> request)
    {
        using var document = JsonDocument.Parse(request, FhirJson.Parsing);
        return
        [
            .. document.RootElement.Items("extension").Where(item => item.Text("url") == Extensions + "response-unit-status")
                .Select(item => new UnitView(
                    item.Extension("unit").Text("valueString") ?? string.Empty,
                    item.Extension("type").At("valueCodeableConcept").Text("text") ?? string.Empty,
                    item.Extension("status").At("valueCodeableConcept").Text("text") ?? string.Empty,
                    item.Extension("time").Text("valueDateTime") ?? string.Empty))
                .Where(unit => unit.Time.Length > 0),
        ];
    }

    private static string? EncounterOf(ReadOnlyMemory<byte> request)
    {
        using var document = JsonDocument.Parse(request, FhirJson.Parsing);
        return document.RootElement.At("encounter").Text("reference") is { } text && ResourceKey.TryParse(text) is { } key ? key.Id : null;
    }

    private static DateTimeOffset Moment(string time) =>
        DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : DateTimeOffset.MinValue;

    /// <summary>What of an Encounter of an incident is told: its states with their times, and how it ended.</summary>
    /// <param name="Times">At least its start.</param>
    private sealed record IncidentFact(
        string Id, string Urn, string Status, ResourceKey? Person, IReadOnlyList<string> Times, IReadOnlyList<DispositionView> Dispositions)
    {
        public bool IsOver => Status is "finished" or "cancelled" or "entered-in-error";

        public static IncidentFact? Read(ReadOnlyMemory<byte> encounter)
        {
            using var document = JsonDocument.Parse(encounter, FhirJson.Parsing);
            var root = document.RootElement;
            var period = root.At("period");
            var urn = root.Items("identifier").FirstOrDefault(item => item.Text("system") == CrisisProfiles.IncidentSystem).Text("value");
            return urn is null || period.Text("start") is not { } start ? null : new(
                root.Text("id")!,
                urn,
                root.Text("status") ?? string.Empty,
                root.At("subject").Text("reference") is { } text ? ResourceKey.TryParse(text) : null,
                [start, .. root.All("statusHistory.period").Append(period).SelectMany(it => new[] { it.Text("start"), it.Text("end") })
                    .OfType<string>()],
                [.. root.Items("extension").Where(item => item.Text("url") == Extensions + "encounter-disposition").Select(Disposition)
                    .OfType<DispositionView>()]);
        }

        private static DispositionView? Disposition(JsonElement extension)
        {
            var concept = extension.Extension("code").At("valueCodeableConcept");
            var coding = concept.Items("coding").FirstOrDefault(item => item.Text("system") == DispositionSystem);
            return coding.Text("code") is { } code
                ? new(code, concept.Text("text"), extension.Extension("primary").At("valueBoolean").ValueKind == JsonValueKind.True)
                : null;
        }
    }
}

/// <summary>An incident as it is told, with the row that is on the trail before it leaves.</summary>
internal sealed record ToldIncident(IncidentEido Eido, string Urn, bool IsOver, AuditRow Row);
