using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.Authoring;
using Interop.Server.FollowUp;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Sharing.Json;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Server.Outcomes;

/// <summary>
/// Every finished crisis encounter has a Task <c>outcome-facts</c>, which is open until each fact of <see cref="OutcomeTable"/> was said.
/// It follows from what is stored, in whatever order that came.
/// </summary>
internal sealed class OwedOutcomes(SearchQueryParser queries, FollowUps followUps, InteropSettings settings, Secrets secrets)
{
    public const string Code = "outcome-facts";

    /// <summary>Brings the Task of an encounter in step with what is stored.</summary>
    public void Settle(GuardedTransaction transaction, ResourceKey encounter)
    {
        if (transaction.KeeperOf(encounter) != settings.Custodian)
        {
            return;
        }

        var visit = transaction.BytesOf(encounter)!.Value;
        var key = new ResourceKey("Task", NameBasedId.Of(secrets.Key.Span, $"{Code}|{encounter}"));
        var isOwed = IsOwed(transaction, encounter, visit);
        if (transaction.BytesOf(key) is null && (!isOwed || FollowUpTask.IsHistory(visit, transaction.Instant)))
        {
            return; // of what is history nobody can be asked
        }

        var said = SaidOf(transaction, encounter).Select(item => item.Fact.Code).ToHashSet();
        var task = TaskOf(key, encounter, visit, isOwed, [.. OutcomeTable.Codes.Where(code => !said.Contains(code))]);
        if (task is not null && !transaction.Holds(key, task))
        {
            transaction.Put(key, settings.Custodian, task);
        }
    }

    /// <summary>The facts of an encounter that stand: yes, no, or that nobody knows.</summary>
    public IReadOnlyList<(ResourceKey Key, SaidFact Fact)> SaidOf(GuardedTransaction transaction, ResourceKey encounter)
    {
        var query = queries.ParseOwn(
                "Observation",
                transaction.Instant,
                ("encounter", encounter.ToString()),
                ("code", string.Join(',', OutcomeTable.Codes.Select(code => $"{OutcomeTable.System}|{code}"))))
            with { Count = SearchQuery.MaximumCount };
        return
        [
            .. transaction.Search(query, Sights.OfCustodian(settings.Custodian, transaction.Instant), _ => true)
                .Select(found => (found.Key, Fact: SaidFact.Read(transaction.BytesOf(found.Key)!.Value)))
                .Where(item => item.Fact is { Stands: true, IsSettled: true }),
        ];
    }

    private bool IsOwed(GuardedTransaction transaction, ResourceKey encounter, ReadOnlyMemory<byte> visit) =>
        FollowUpTask.IsOwedFor(visit, settings.Custodian) && !followUps.IsContact(transaction, encounter);

    private byte[]? TaskOf(
        ResourceKey key, ResourceKey encounter, ReadOnlyMemory<byte> visit, bool isOwed, IReadOnlyList<string> missing)
    {
        using var document = JsonDocument.Parse(visit, FhirJson.Parsing);
        var root = document.RootElement;
        if (root.At("subject").Text("reference") is not { } subject)
        {
            return null;
        }

        var organization = $"Organization/{settings.Custodian}";
        return MappedResource.Of(new FhirTask
        {
            Id = key.Id,
            Status = !isOwed ? FhirTask.TaskStatus.Cancelled
                : missing.Count > 0 ? FhirTask.TaskStatus.Requested
                : FhirTask.TaskStatus.Completed,
            BusinessStatus = isOwed && missing.Count > 0 ? new() { Text = $"Not said yet: {string.Join(", ", missing)}" } : null,
            Intent = FhirTask.TaskIntent.Order,
            Code = new(TaskBody.Kinds, Code),
            Focus = encounter.ToReference(),
            For = new(subject),
            Encounter = encounter.ToReference(),
            AuthoredOn = root.At("period").Text("end"),
            Requester = new(organization),
            Owner = new(organization),
        }).Json;
    }
}
