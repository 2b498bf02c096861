using System.Text.Json;
using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Search;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Sharing.Consents;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;
using FhirTask = Hl7.Fhir.Model.Task;
using Task = System.Threading.Tasks.Task;

namespace Interop.Server.Summary;

/// <summary>
/// What police learn without a consent where it may prevent a serious and imminent threat (45 CFR 164.512(j)): who the person is and what
/// is dangerous, in the document that they get anyway. Each claim is a Task of the privacy officer's at once, whatever was answered; while
/// one of the agency's is overdue, it gets none.
/// </summary>
internal sealed class ThreatDisclosure(
    GuardedStore store, SearchQueryParser queries, Judge judge, SharingPolicy policy, InteropSettings settings, Secrets secrets)
{
    private const string Code = "disclosure-review";
    private const string Agency = "agency";

    /// <summary>The review of a claim that may be made.</summary>
    /// <exception cref="FhirException">403: who asks is no officer of police, or a review of an earlier claim is overdue.</exception>
    public ThreatReview Demand(GuardedSnapshot snapshot, ResourceKey patient, SummaryQuestion question, ThreatClaim claim)
    {
        var caller = snapshot.Caller;
        if (!caller.Roles.Contains("officer") || judge.TypeOf(snapshot, caller.Organization) != AgencyType.Police)
        {
            throw new FhirException(
                IssueCode.Forbidden, "This basis is for officers of police; who treats people calls Patient/[id]/$break-glass.");
        }

        if (IsOverdue(snapshot, caller.Organization))
        {
            throw new FhirException(
                IssueCode.Forbidden, "A review of an earlier disclosure to this agency is overdue: until then it gets none of this kind.");
        }

        var now = Instants.ToDateTimeOffset(snapshot.Instant);
        return new(MappedResource.Of(new FhirTask
        {
            Id = NameBasedId.Of(secrets.Key.Span, $"{Code}|{question.Incident}|{question.Officer}|{Guid.NewGuid()}"),
            Meta = new() { Security = [new($"{CrisisProfiles.Base}/CodeSystem/sharing-label", "OVERSIGHT")] },
            Status = FhirTask.TaskStatus.Requested,
            Intent = FhirTask.TaskIntent.Order,
            Priority = RequestPriority.Stat,
            Code = new(TaskBody.Kinds, Code),
            Description = $"Officer {question.Officer} of Organization/{caller.Organization}, client {caller.ClientId}, claimed a serious"
                + $" and imminent threat (45 CFR 164.512(j)) for incident {question.Incident}; supervisor: {claim.Supervisor}. The audit"
                + " trail has what was answered.",
            For = patient.ToReference(),
            ReasonCode = new($"{CrisisProfiles.Base}/CodeSystem/break-glass-reason", "imminent-danger", claim.Justification),
            AuthoredOn = now.ToDateTimeText(),
            LastModified = now.ToDateTimeText(),
            Owner = new($"Organization/{settings.Custodian}"),
            PerformerType = OfficerTask.Performer,
            Restriction = new() { Period = new() { End = OfficerTask.DueAfter(now, settings).ToDateTimeText() } },
            Input = [new() { Type = new() { Text = Agency }, Value = new ResourceReference($"Organization/{caller.Organization}") }],
        }));
    }

    /// <summary>Through which eyes the document is made; null where the person refused just that.</summary>
    public Sight? SightOf(GuardedSnapshot snapshot, ResourceKey patient)
    {
        var query = queries.ParseOwn("Consent", snapshot.Instant, ("patient", patient.ToString()), ("status", "active"));
        var isForbidden = snapshot.Facts(
                query,
                settings.Custodian,
                body => ConsentReader.Read(body, TopLevel.Text(body.Span, "id")!, settings.Custodian, 1, snapshot.Instant))
            .Any(consent => Decider.ForbidsEmergency(consent, settings.Custodian, snapshot.Caller.Organization, snapshot.Instant));
        return isForbidden ? null : policy.SightOfThreat(settings.Custodian, snapshot.Instant);
    }

    public Task TellAsync(ThreatReview review, CancellationToken cancellationToken) => store.WriteAsOperatorAsync(
        settings.Custodian,
        transaction =>
        {
            transaction.Put(review.Task.Key, settings.Custodian, review.Task.Json);
            return true;
        },
        cancellationToken);

    private bool IsOverdue(GuardedSnapshot snapshot, string organization)
    {
        var query = queries.ParseOwn(
            "Task", snapshot.Instant, ("code", Code), ("status", string.Join(',', TaskBody.Open)), ("_count", "1000"));
        return snapshot.Facts(query, settings.Custodian, AgencyOf).Any(agency => agency == $"Organization/{organization}");

        string? AgencyOf(ReadOnlyMemory<byte> body)
        {
            using var document = JsonDocument.Parse(body, FhirJson.Parsing);
            return new TaskBody(body).Due < snapshot.Instant
                ? document.RootElement.Items("input").Where(input => input.At("type").Text("text") == Agency)
                    .Select(input => input.At("valueReference").Text("reference")).FirstOrDefault()
                : null;
        }
    }
}

/// <param name="Task">As it is stored before the answer leaves.</param>
internal sealed record ThreatReview(MappedResource Task);
