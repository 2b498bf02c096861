using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;

namespace Interop.Server.Guard;

/// <summary>Why someone sees what they see: for the operator and the privacy officer, never for the requester.</summary>
internal sealed class Explanation(
    GuardedStore store, Sights sights, Judge judge, SharingRows sharingRows, SharingPolicy policy, InteropSettings settings)
{
    /// <param name="organization"><c>Organization/id</c> of the requester.</param>
    /// <param name="patient"><c>Patient/id</c>.</param>
    /// <param name="resource">A resource to decide about; the Patient itself when null.</param>
    /// <exception cref="FhirException">A reference is malformed, or the resource is not stored.</exception>
    public async Task<IReadOnlyList<string>> OfAsync(
        string organization,
        string patient,
        IReadOnlyList<string> purposes,
        IReadOnlyList<string> roles,
        string? resource,
        CancellationToken cancellationToken)
    {
        var requester = Reference(organization, "Organization");
        var person = Reference(patient, "Patient");
        var key = resource is null
            ? person
            : ResourceKey.TryParse(resource) ?? throw new FhirException(IssueCode.Value, "The resource must be Type/id.");
        var caller = new Caller("interop", "interop", requester.Id, null, purposes, roles, Scopes.All);
        await using var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken);
        var rows = snapshot.Rows;
        var stored = rows.Find(key) ?? throw new FhirException(IssueCode.NotFound, $"{key} is not known.");
        var sight = sights.OfAnybody(rows, caller, snapshot.Instant, forSummary: purposes.Any(SharingPolicy.SummaryPurposes.Contains));
        var judged = judge.Of(rows, stored);
        var subject = new ResourceFacts(
            key.Type, stored.Source, stored.Labels, judged.Tiers, judged.Parties.Contains(requester.Id), policy.IsDirectory(key.Type));
        var facts = sharingRows.FactsOf(rows, person.Id, stored.Source);
        var decision = Decider.Decide(sight, facts, subject, explain: true);
        return
        [
            $"{organization} for {string.Join(' ', purposes)} on {key}, whose records are kept by Organization/{stored.Source}:",
            $"  tier     {decision.Tier}{(decision.Visible ? string.Empty : " (the resource does not appear)")}",
            $"  labels   {LabelsOf(stored.Labels)} on the resource; cleared: {LabelsOf(decision.Cleared)}",
            $"  labelled by {(stored.LabelRules.Count == 0 ? "no rule" : string.Join(", ", stored.LabelRules))}",
            .. decision.Obligations.Select(obligation => $"  owes     {obligation}"),
            .. decision.Reasons.Select(reason => $"  rule     {reason.Rule} {reason.Basis} {reason.Effect}"),
        ];
    }

    private static string LabelsOf(long labels) => labels == 0 ? "none" : string.Join(' ', Labels.CodesOf(labels));

    private static ResourceKey Reference(string text, string type) =>
        ResourceKey.TryParse(text) is { } key && key.Type == type ? key : throw new FhirException(IssueCode.Value, $"Give {type}/id.");
}
