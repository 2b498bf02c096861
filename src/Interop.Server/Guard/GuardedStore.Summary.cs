using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Search;
using Interop.Server.Http;
using Interop.Server.Oversight;
using Interop.Server.Security;
using Interop.Server.Summary;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage;

namespace Interop.Server.Guard;

/// <summary>
/// The police's only way to a person: a computed document, never a filtered record. The same statements run whatever the person
/// agreed to.
/// </summary>
internal sealed partial class GuardedStore
{
    private const string AssignedAgency = CrisisProfiles.Base + "/StructureDefinition/encounter-assigned-agency";
    private static readonly IReadOnlySet<string> NoTypes = new HashSet<string>();
    private static readonly string[] OpenStates = ["planned", "arrived", "triaged", "in-progress", "onleave"];

    /// <summary>The document, or null when no open incident of that number is assigned to the caller's agency.</summary>
    public async Task<SummaryDocument?> CrisisSummaryAsync(Caller caller, SummaryQuestion question, CancellationToken cancellationToken)
    {
        RequireScope(caller, CrisisSummary.Scope);
        limits.DemandLookup(caller);
        SummaryDocument? document = null;
        string rule;
        string? patientId = null;
        var instant = Now();
        await using (var read = await store.OpenReadAsync(cancellationToken))
        {
            // Its own scope opens it; a token about one patient stays within that patient's record.
            var sight = await SightAsync(read, caller, instant, cancellationToken, forSummary: true) with
            {
                Constraints = caller.Patient is null ? null : new(NoTypes, [new(null, caller.Patient, [])], caller.Patient, [], opensDirectory: false),
            };
            if (await OpenIncidentAsync(read, caller, question.Incident, instant, cancellationToken) is not { } patient)
            {
                rule = "no open incident of this agency";
            }
            else
            {
                patientId = patient.Id;
                (document, var isShared) = await ComposeAsync(read, sight, patient, question, cancellationToken);
                rule = isShared ? "person named and shared" : "person not confirmed or not shared";
            }
        }

        // An agency that asks without an incident is fishing for names: the privacy officer finds it under this outcome.
        await audit.RecordAsync(
            AuditTrail.Row(caller, instant, FhirInteraction.Operation, "Patient/$crisis-summary", patientId, document is null ? "alert" : "permit", detail =>
            {
                detail.WriteString("incident", question.Incident);
                detail.WriteString("officer", question.Officer);
                detail.WriteString("rule", rule);
            }),
            cancellationToken);
        watch.Note(caller, question.Officer, PersonLookup.Fingerprint("Patient", question.Person), 1, found: true, hadIncident: document is not null, []);
        await TellOfFishingAsync();
        return document;
    }

    private async Task<(SummaryDocument Document, bool IsShared)> ComposeAsync(
        ReadSession read, Sight sight, ResourceKey patient, SummaryQuestion question, CancellationToken cancellationToken)
    {
        var seen = await read.ReadAsync(patient, sight, cancellationToken);
        var flags = await ActiveAsync(read, sight, "Flag", patient, cancellationToken);
        var plans = await ActiveAsync(read, sight, "CarePlan", patient, cancellationToken);
        var person = seen is null ? null : await DiscloseAsync(read, seen, sight, cancellationToken);

        // The name is compared with what the agency may see: a hidden number would else answer to guesses.
        var isShared = person is not null && PersonMatch.Holds(person.Body, question.Person);
        var frame = new SummaryFrame(secrets.Key, question.Incident, settings.Custodian, settings.PublicUrl, sight.Instant);
        var document = isShared
            ? SummaryDocument.Compose(frame, person, flags, plans is [var plan, ..] ? plan : null)
            : SummaryDocument.Compose(frame, null, [], null);
        return (document, isShared);
    }

    private async Task<IReadOnlyList<Disclosure>> ActiveAsync(
        ReadSession read, Sight sight, string type, ResourceKey patient, CancellationToken cancellationToken)
    {
        // R4 can't search flags by status.
        var query = OwnQuery(type, sight.Instant, ("subject", patient.ToString()), ("_sort", "-_lastUpdated"));
        var page = await read.SearchAsync(query, sight, cancellationToken);
        var active = page.Matches.Where(seen => TopLevel.Value(seen.Body.Span, "status").SequenceEqual("\"active\""u8)).ToList();
        return await DiscloseAllAsync(read, active, sight, cancellationToken);
    }

    /// <summary>The person of the open incident that is assigned to the caller's agency.</summary>
    private async Task<ResourceKey?> OpenIncidentAsync(
        ReadSession read, Caller caller, string incident, long instant, CancellationToken cancellationToken)
    {
        // The custodian's own eyes: whether an incident is open and whose it is decides about the answer, and is not in it.
        var custodian = CustodianSight(settings.Custodian, instant);
        var page = await read.SearchAsync(OwnQuery("Encounter", instant, ("identifier", SearchText.Escape(incident))), custodian, cancellationToken);
        foreach (var seen in page.Matches.Where(match => match.Tier == Tier.Own))
        {
            using var encounter = JsonDocument.Parse(seen.Body, FhirJson.Parsing);
            var root = encounter.RootElement;
            if (root.TryGetProperty("status", out var status)
                && OpenStates.Contains(status.GetString())
                && IsAssigned(root, caller.Organization)
                && root.TryGetProperty("subject", out var subject)
                && subject.TryGetProperty("reference", out var reference))
            {
                return ResourceKey.TryParse(reference.GetString()!);
            }
        }

        return null;
    }

    private static bool IsAssigned(JsonElement encounter, string organization) =>
        encounter.TryGetProperty("extension", out var extensions)
        && extensions.EnumerateArray().Any(extension =>
            extension.TryGetProperty("url", out var url)
            && url.ValueEquals(AssignedAgency)
            && extension.TryGetProperty("valueReference", out var agency)
            && agency.TryGetProperty("reference", out var reference)
            && reference.ValueEquals($"Organization/{organization}"));

    private Fhir.Search.SearchQuery OwnQuery(string type, long instant, params (string Name, string Value)[] pairs) =>
        queries.Parse(type, pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)), lenient: false, instant).Query
        ?? throw new InvalidOperationException("A search of the server's own could not be read.");
}
