using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Search;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Sharing.Json;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Server.Calls;

/// <summary>
/// Every eligible call has a Task <c>call-answer</c>, which is open until a unit was sent or a coded reason says why not. It follows from
/// what is stored of the call, in whatever order that came.
/// </summary>
internal sealed class OpenCalls(SearchQueryParser queries, ScreeningTable table, InteropSettings settings, Secrets secrets)
{
    public const string Code = "call-answer";
    public const string NotSent = CrisisProfiles.Base + "/StructureDefinition/not-sent-reason";
    private const string TypeSystem = "urn:nena:registry:EIDO-IncidentType-Common";
    private const string UnitStatus = CrisisProfiles.Base + "/StructureDefinition/response-unit-status";
    private const string StatusError = "entered-in-error";
    private static readonly string[] Answering = ["active", "completed"];

    // What is planned, offered or only thought of sends nobody.
    private static readonly string[] Orders = ["order", "original-order", "reflex-order", "filler-order", "instance-order"];

    /// <summary>Brings the Task of a call in step with what is stored.</summary>
    public void Settle(GuardedTransaction transaction, ResourceKey encounter)
    {
        if (transaction.KeeperOf(encounter) != settings.Custodian)
        {
            return;
        }

        var call = transaction.BytesOf(encounter)!.Value;
        var key = new ResourceKey("Task", NameBasedId.Of(secrets.Key.Span, $"{Code}|{encounter}"));
        var stored = transaction.BytesOf(key);
        var isEligible = IsEligible(transaction, encounter, call);
        if (!isEligible && stored is null)
        {
            return;
        }

        var task = TaskOf(key, encounter, call, stored, isEligible, AnswerTo(transaction, encounter, call));
        if (task is not null && !transaction.Holds(key, task))
        {
            transaction.Put(key, settings.Custodian, task);
        }
    }

    /// <summary>Whether an eligible call has neither a unit nor a reason.</summary>
    public bool IsUnanswered(GuardedTransaction transaction, ResourceKey encounter)
    {
        var call = transaction.BytesOf(encounter)!.Value;
        return IsEligible(transaction, encounter, call) && AnswerTo(transaction, encounter, call) is null;
    }

    /// <summary>The last screening of a call that stands; null where nobody has asked.</summary>
    public ReadOnlyMemory<byte>? ScreeningOf(GuardedTransaction transaction, ResourceKey encounter) => Found(
        transaction,
        "QuestionnaireResponse",
        encounter.ToString(),
        body => ScreeningForm.Set.IsAnsweredBy(body) && Screening.Read(body).Status != StatusError) is [var last, ..]
            ? transaction.BytesOf(last)
            : null;

    /// <summary>What was heard at the call counts more than the type under which dispatch keeps it.</summary>
    private bool IsEligible(GuardedTransaction transaction, ResourceKey encounter, ReadOnlyMemory<byte> call)
    {
        if (TopLevel.Text(call.Span, "status") == StatusError)
        {
            return false;
        }

        using var document = JsonDocument.Parse(call, FhirJson.Parsing);
        var said = ScreeningOf(transaction, encounter) is { } screening ? table.IsEligible(Screening.Read(screening).Answers) : null;
        return said ?? document.RootElement.Code("type", TypeSystem) is { } type && table.IncidentTypes.Contains(type);
    }

    /// <summary>The ServiceRequest by which a unit was sent to the incident, or that says why none was.</summary>
    private ResourceKey? AnswerTo(GuardedTransaction transaction, ResourceKey encounter, ReadOnlyMemory<byte> call)
    {
        var incident = NamedCall.IncidentOf(call);

        // Dispatch has one response to an incident, which goes on when the incident is opened again.
        IEnumerable<ResourceKey> episodes = incident is null ? [] : Searched(
            transaction, "Encounter", ("identifier", $"{CrisisProfiles.IncidentSystem}|{SearchText.Escape(incident)}"), _ => true);
        var calls = episodes.Append(encounter).Distinct();
        return Found(transaction, "ServiceRequest", string.Join(',', calls), IsAnswer) is [var answer, ..] ? answer : null;
    }

    private static bool IsAnswer(ReadOnlyMemory<byte> request)
    {
        using var document = JsonDocument.Parse(request, FhirJson.Parsing);
        var root = document.RootElement;
        var status = root.Text("status");
        if (!Orders.Contains(root.Text("intent")) || root.At("doNotPerform").ValueKind == JsonValueKind.True || status == StatusError)
        {
            return false;
        }

        // A call that was handed over is answered when somebody knows what became of the person.
        var model = ResponseModels.Of(root);
        return status == "revoked" && root.Extension(NotSent).ValueKind == JsonValueKind.Object
            || root.Extension(UnitStatus).ValueKind == JsonValueKind.Object
            || (model is not null && (model == ResponseModels.Transfer ? status == "completed" : Answering.Contains(status)));
    }

    private byte[]? TaskOf(
        ResourceKey key,
        ResourceKey encounter,
        ReadOnlyMemory<byte> call,
        ReadOnlyMemory<byte>? stored,
        bool isEligible,
        ResourceKey? answer)
    {
        using var document = JsonDocument.Parse(call, FhirJson.Parsing);
        var root = document.RootElement;
        if (root.At("subject").Text("reference") is not { } subject)
        {
            return null;
        }

        var isOver = root.Text("status") is "finished" or "cancelled";
        var organization = $"Organization/{settings.Custodian}";
        return MappedResource.Of(new FhirTask
        {
            Id = key.Id,
            Status = !isEligible ? FhirTask.TaskStatus.Cancelled
                : answer is null ? FhirTask.TaskStatus.Requested
                : FhirTask.TaskStatus.Completed,
            BusinessStatus = isOver && isEligible && answer is null ? new() { Text = "Closed without a unit or a reason" } : null,
            Intent = FhirTask.TaskIntent.Order,
            Code = new(TaskBody.Kinds, Code),
            Focus = encounter.ToReference(),
            For = new(subject),
            Encounter = encounter.ToReference(),
            AuthoredOn = root.At("period").Text("start"),
            Requester = new(organization),
            Owner = new(stored is { } known && new TaskBody(known).At("owner") is { } owner ? owner.ToString() : organization),
            Output = answer is not { } request ? [] :
            [
                new() { Type = new(TaskBody.Outputs, "answer"), Value = request.ToReference() },
            ],
        }).Json;
    }

    private List<ResourceKey> Found(
        GuardedTransaction transaction, string type, string encounters, Func<ReadOnlyMemory<byte>, bool> isWanted) =>
        Searched(transaction, type, ("encounter", encounters), isWanted);

    private List<ResourceKey> Searched(
        GuardedTransaction transaction, string type, (string Name, string Value) criterion, Func<ReadOnlyMemory<byte>, bool> isWanted)
    {
        var query = queries.ParseOwn(type, transaction.Instant, criterion, ("_sort", "-_lastUpdated"))
            with { Count = SearchQuery.MaximumCount };
        return [.. transaction.Search(query, Sights.OfCustodian(settings.Custodian, transaction.Instant), isWanted)
            .Select(found => found.Key)];
    }
}
