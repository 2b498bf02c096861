using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.Guard;
using Interop.Server.Guard.Matching;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;

namespace Interop.Server.Duplicates;

/// <summary>
/// Looks whether a person is recorded twice. Nothing is linked by that: each pair that may be one person's waits for the privacy officer,
/// and not again once she has said what it is.
/// </summary>
internal sealed class DuplicateSearch(
    PersonCandidates candidates, SearchQueryParser queries, InteropSettings settings, Secrets secrets) : IDeadline
{
    public const string Name = "duplicate-search";

    /// <summary>Of one record: whose name and birth date so many share says too little for more.</summary>
    private const int MostPairs = 10;

    /// <summary>What dispatch calls a person of one incident by, which names nobody.</summary>
    private const string OfIncident = "urn:interop:incident-person|";

    public string Kind => Name;

    public void Pass(GuardedTransaction transaction, ResourceKey task, long due)
    {
        var patient = task;
        var found = Found(transaction, patient);
        foreach (var review in OpenReviews(transaction, patient).Where(review => !found.ContainsKey(review.Other)))
        {
            Lapse(transaction, review.Task);
        }

        foreach (var (other, score) in found)
        {
            var review = DuplicateReview.Of(patient, other, score, transaction.Instant, settings, secrets.Key.Span);
            if (transaction.BytesOf(review.Key) is not { } known || new TaskBody(known).IsMarked(DuplicateReview.Lapsed))
            {
                transaction.Put(review.Key, settings.Custodian, review.Json);
                transaction.Audit(FhirInteraction.Create, review.Key, detail => detail.WriteString("rule", Name));
            }
        }
    }

    /// <summary>The records that may be the same person's and are not known to be.</summary>
    private Dictionary<ResourceKey, PersonScore> Found(GuardedTransaction transaction, ResourceKey patient)
    {
        if (InUse(transaction, patient) is not { } body)
        {
            return [];
        }

        var person = PersonDescription.Of(body);
        person = person with
        {
            Identifiers = [.. person.Identifiers.Where(identifier => !identifier.StartsWith(OfIncident, StringComparison.Ordinal))],
        };
        if (person.Kinds < 2)
        {
            return [];
        }

        var linked = PatientLinks.Of(body);
        var sight = Sights.OfCustodian(settings.Custodian, transaction.Instant);
        return candidates.Among(transaction, sight, person, PersonCandidates.SearchesFor(person), isBasic: false)
            .Where(match => match.Score.Grade is PersonScore.Certain or PersonScore.Probable)
            .OrderByDescending(match => match.Score.Value)
            .ThenBy(match => match.Seen.Key.Id, StringComparer.Ordinal)
            .Select(match => (match.Seen.Key, match.Score))
            .Where(match => match.Key != patient && !linked.Contains(match.Key) && IsOther(transaction, match.Key, patient))
            .Take(MostPairs)
            .ToDictionary(match => match.Key, match => match.Score);
    }

    private bool IsOther(GuardedTransaction transaction, ResourceKey other, ResourceKey patient) =>
        InUse(transaction, other) is { } body && !PatientLinks.Of(body).Contains(patient);

    private ReadOnlyMemory<byte>? InUse(GuardedTransaction transaction, ResourceKey patient) =>
        transaction.KeeperOf(patient) == settings.Custodian && transaction.BytesOf(patient) is { } body && !PatientLinks.IsRetired(body)
            ? body
            : (ReadOnlyMemory<byte>?)null;

    private IEnumerable<(ResourceKey Task, ResourceKey Other)> OpenReviews(GuardedTransaction transaction, ResourceKey patient) =>
        from side in new[] { ("patient", "focus"), ("focus", "for") }
        let query = queries.ParseOwn(
                "Task",
                transaction.Instant,
                (side.Item1, patient.ToString()),
                ("code", $"{TaskBody.Kinds}|{DuplicateReview.Code}"),
                ("status", string.Join(',', TaskBody.Open)))
            with { Count = SearchQuery.MaximumCount }
        from found in transaction.Search(query, Sights.OfCustodian(settings.Custodian, transaction.Instant), _ => true)
        let other = new TaskBody(found.Body).At(side.Item2)
        where other is not null && found.Key == DuplicateReview.KeyOf(patient, other.Value, secrets.Key.Span)
        select (found.Key, other.Value);

    private void Lapse(GuardedTransaction transaction, ResourceKey review)
    {
        var task = new TaskBody(transaction.BytesOf(review)!.Value);
        var ended = task.End("cancelled", DuplicateReview.Lapsed, "There is nothing to see to any more.", transaction.Instant);
        transaction.Put(review, settings.Custodian, ended.Bytes);
        transaction.Audit(FhirInteraction.Update, review, detail => detail.WriteString("rule", Name));
    }
}
