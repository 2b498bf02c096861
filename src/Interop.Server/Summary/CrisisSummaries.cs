using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Search;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;

namespace Interop.Server.Summary;

/// <summary>
/// The police's only way to a person: a computed document, never a filtered record. The same statements run whatever the person
/// agreed to.
/// </summary>
internal sealed class CrisisSummaries(
    GuardedStore store,
    SearchQueryParser queries,
    AuditTrail audit,
    RequestLimits limits,
    ILookupWatch watch,
    ThreatDisclosure threats,
    InteropSettings settings,
    Secrets secrets)
{
    private const string AssignedAgency = CrisisProfiles.Base + "/StructureDefinition/encounter-assigned-agency";
    private static readonly IReadOnlySet<string> NoTypes = new HashSet<string>();
    private static readonly string[] OpenStates = ["planned", "arrived", "triaged", "in-progress", "onleave"];

    /// <summary>The document, or null when no open incident of that number is assigned to the caller's agency.</summary>
    public async Task<SummaryDocument?> AnswerAsync(Caller caller, SummaryQuestion question, CancellationToken cancellationToken)
    {
        caller.DemandScope(CrisisSummary.Scope);
        limits.DemandLookup(caller);
        SummaryDocument? document = null;
        string rule;
        string? patientId = null;
        var (isShared, basis, shared) = (false, string.Empty, "Patient, Flag, CarePlan");
        ThreatReview? review = null;
        long instant;
        await using (var snapshot = await store.OpenAsync(caller, cancellationToken, forSummary: true))
        {
            instant = snapshot.Instant;

            // Its own scope opens it; a token about one patient stays within that patient's record.
            var sight = snapshot.Sight with
            {
                Constraints = caller.Patient is null
                    ? null
                    : new(NoTypes, [new(null, caller.Patient, [])], caller.Patient, [], opensDirectory: false),
            };
            if (OpenIncident(snapshot, question.Incident) is not { } patient)
            {
                rule = "no open incident of this agency";
            }
            else
            {
                patientId = patient.Id;
                (document, isShared) = Compose(snapshot, sight, patient, question);
                basis = snapshot.BasisOf(patient, sight);
                rule = isShared ? "person named and shared" : "person not confirmed or not shared";
                if (question.Threat is { } threat)
                {
                    review = threats.Demand(snapshot, patient, question, threat);
                    var eyes = threats.SightOf(snapshot, patient);
                    if (!isShared && eyes is not null && Compose(snapshot, eyes, patient, question) is (var opened, true))
                    {
                        (document, isShared, basis, shared) = (opened, true, review.Task.Key.ToString(), "Patient, Flag");
                        rule = "45 CFR 164.512(j)";
                    }
                }
            }
        }

        // The privacy officer hears of it before the answer leaves, whatever that is.
        if (review is not null)
        {
            await threats.TellAsync(review, cancellationToken);
        }

        // An agency that asks without an incident is snooping: the privacy officer finds it under this outcome.
        await audit.RecordAsync(
            AuditTrail.Row(caller, instant, FhirInteraction.Operation, AuditTrail.Summary, patientId, document is null
                ? "alert"
                : "permit", detail =>
            {
                detail.WriteString("incident", question.Incident);
                detail.WriteString("officer", question.Officer);
                detail.WriteString("rule", rule);
                if (review is not null)
                {
                    detail.WriteString("threat", review.Task.Key.ToString());
                    detail.WriteString("supervisor", question.Threat!.Supervisor);
                }

                if (isShared)
                {
                    detail.WriteString("shared", shared);
                    detail.WriteString("basis", basis);
                }
            }),
            cancellationToken);
        watch.Note(
            caller, question.Officer, PersonLookup.Fingerprint(
                "Patient", question.Person), 1, found: true, hadIncident: document is not null, []);
        await watch.TellAsync();
        return document;
    }

    private (SummaryDocument Document, bool IsShared) Compose(
        GuardedSnapshot snapshot, Sight sight, ResourceKey patient, SummaryQuestion question)
    {
        var flags = Active(snapshot, sight, "Flag", patient);
        var plans = Active(snapshot, sight, "CarePlan", patient);
        var person = snapshot.Read(patient, sight);

        // The name is compared with what the agency may see: a hidden number would else answer to guesses.
        var isShared = person is not null && PersonMatch.Holds(person.Body, question.Person);
        var frame = new SummaryFrame(
            secrets.Key, question.Incident, settings.Custodian, settings.PublicUrl, sight.Instant, settings.DutyPhone);
        var document = isShared
            ? SummaryDocument.Compose(frame, person, flags, plans is [var plan, ..] ? plan : null)
            : SummaryDocument.Compose(frame, null, [], null);
        return (document, isShared);
    }

    private IReadOnlyList<Disclosure> Active(GuardedSnapshot snapshot, Sight sight, string type, ResourceKey patient)
    {
        // R4 can't search flags by status.
        var query = queries.ParseOwn(type, sight.Instant, ("subject", patient.ToString()), ("_sort", "-_lastUpdated"));
        return snapshot.Search(query, sight, body => TopLevel.Text(body.Span, "status") == "active");
    }

    /// <summary>The person of the open incident that is assigned to the caller's agency.</summary>
    private ResourceKey? OpenIncident(GuardedSnapshot snapshot, string incident)
    {
        var query = queries.ParseOwn("Encounter", snapshot.Instant, ("identifier", SearchText.Escape(incident)));
        return snapshot.Fact(query, settings.Custodian, encounter => PersonOf(encounter, snapshot.Caller.Organization));
    }

    private static ResourceKey? PersonOf(ReadOnlyMemory<byte> encounter, string agency)
    {
        using var document = JsonDocument.Parse(encounter, FhirJson.Parsing);
        var root = document.RootElement;
        return OpenStates.Contains(root.Text("status")) && IsAssigned(root, agency)
            && root.At("subject").Text("reference") is { } subject
                ? ResourceKey.TryParse(subject)
                : null;
    }

    /// <summary>Whether dispatch has assigned the organisation to the encounter.</summary>
    public static bool IsAssigned(JsonElement encounter, string organization) => encounter.Items("extension").Any(extension =>
        extension.Text("url") == AssignedAgency
        && extension.At("valueReference").Text("reference") == $"Organization/{organization}");
}
