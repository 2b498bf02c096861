using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;

namespace Interop.Server.Guard.Trail;

/// <summary>Why someone sees what they see: for the operator and the privacy officer, never for the requester.</summary>
internal sealed class Explanation(
    GuardedStore store, Sights sights, Judge judge, SharingRows sharingRows, SharingPolicy policy, InteropSettings settings)
{
    /// <summary>In an order that can be read aloud: the question, the answer, and what led to it, step by step.</summary>
    /// <param name="asker">Who wants to know: whose eyes see the names.</param>
    /// <param name="organization"><c>Organization/id</c> of the requester.</param>
    /// <param name="patient"><c>Patient/id</c>.</param>
    /// <param name="resource">A resource to decide about; the Patient itself when null.</param>
    /// <exception cref="FhirException">A reference is malformed, or the resource is not stored or not the person's.</exception>
    public async Task<IReadOnlyList<string>> OfAsync(
        Caller asker,
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
        await using var snapshot = asker.IsOperator
            ? await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken)
            : await store.OpenAsync(asker, cancellationToken);
        var rows = snapshot.Rows;
        var stored = rows.Find(key);
        if (stored is null || stored.Deleted || !(asker.IsOperator || snapshot.Sees(key, snapshot.Sight)))
        {
            throw new FhirException(IssueCode.NotFound, $"{key} is not known.");
        }

        if (rows.PatientsOf(key) is { Count: > 0 } patients && !patients.Contains(person.Id))
        {
            throw new FhirException(IssueCode.BusinessRule, $"{key} is not about {person}.");
        }

        var sight = sights.OfAnybody(rows, caller, snapshot.Instant, forSummary: purposes.Any(SharingPolicy.SummaryPurposes.Contains));
        var judged = judge.Of(rows, stored);
        var subject = new ResourceFacts(
            key.Type, stored.Source, stored.Labels, judged.Tiers, judged.Parties.Contains(requester.Id), policy.IsDirectory(key.Type));
        var facts = sharingRows.FactsOf(rows, person.Id, stored.Source);
        var decision = Decider.Decide(sight, facts, subject, explain: true);
        return AccessSentences.Of(
            new(
                NameOf(requester),
                purposes,
                key,
                NameOf(new("Organization", stored.Source)),
                stored.Labels,
                stored.LabelRules,
                subject.Party),
            decision);

        string NameOf(ResourceKey of) =>
            rows.Find(of) is { Deleted: false } found && TopLevel.Text(found.Body.Span, "name") is { } name ? $"{name} ({of})" : $"{of}";
    }

    private static ResourceKey Reference(string text, string type) =>
        ResourceKey.TryParse(text) is { } key && key.Type == type ? key : throw new FhirException(IssueCode.Value, $"Give {type}/id.");
}
