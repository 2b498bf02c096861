using System.Text.Json;
using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Fhir.Terminology;
using Interop.Fhir.Validation;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Calls;

/// <summary>
/// Who is sent to a call is decided by a person and stands in a ServiceRequest with a response model. Another one than the screening
/// recommends has a coded reason; so has that nobody was sent.
/// </summary>
internal sealed class ResponseRule(OpenCalls calls, TerminologySet terminology, InteropSettings settings, Secrets secrets)
    : TypeRule("ServiceRequest")
{
    private const string Root = "ServiceRequest";
    private const string Extensions = CrisisProfiles.Base + "/StructureDefinition/";
    private const string Override = "override-reason";
    private const string TransferOutcome = "transfer-outcome";

    public override WriteResult.Refused? Recorded(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body) =>
        CallTaker.Is(caller, settings.Custodian) && Read(body).Model is null
            ? new(IssueCode.Forbidden, "A dispatcher records responses to calls, by their response model, and no other requests.")
            : null;

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        var isProposal = step.Before is { } before && Read(before) is { Model: not null, Intent: "proposal" };
        if (isProposal)
        {
            return new(IssueCode.BusinessRule, "A proposal stays as the screening made it: what is decided is an order.", $"{Root}.intent");
        }

        using var document = JsonDocument.Parse(step.After, FhirJson.Parsing);
        var issues = Objections(document.RootElement).ToList();
        return issues.Count == 0 ? null : new(422, issues);
    }

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Custodian != settings.Custodian || transaction.Caller.IsOperator)
        {
            return;
        }

        var response = Read(step.Body ?? step.Before!.Value);
        var was = step.Before is { } before ? Read(before) : null;
        if (response is { IsOfCall: true, Encounter: { } encounter } && response.Intent != "proposal")
        {
            transaction.AtEnd(() =>
            {
                if (step.Body is not null)
                {
                    Demand(transaction, response, was, encounter);
                    NoteBackup(transaction, step.Key, response, encounter);
                }

                calls.Settle(transaction, encounter);
            });
        }
    }

    private IEnumerable<Issue> Objections(JsonElement root)
    {
        var response = Read(root);
        var coding = root.All("code.coding").FirstOrDefault(item => item.Text("system") == ResponseModels.CodeSystem);
        if (coding.ValueKind == JsonValueKind.Object && !ResponseModels.IsKnown(coding.Text("code") ?? string.Empty))
        {
            yield return Objection($"The response model is one of {string.Join(", ", ResponseModels.All)}.", "code");
        }

        if (!response.IsOfCall)
        {
            yield break;
        }

        if (response is { Model: not null, Intent: "proposal" })
        {
            yield return Objection("Proposals are made by the server, of a screening: what is decided is an order.", "intent");
        }

        if (response.Encounter is null)
        {
            yield return Objection("A response names the call: the Encounter of the incident.", "encounter");
        }

        if (response.Status == "revoked" && !Has(root, "not-sent-reason"))
        {
            yield return Objection(Rule("That nobody was sent has a reason", "not-sent-reason"), "extension");
        }

        if (response.Model == ResponseModels.Transfer && response.Status == "completed" && !Has(root, TransferOutcome))
        {
            yield return Objection(Rule("A transfer is completed with what became of the person", TransferOutcome), "extension");
        }

        foreach (var name in new[] { "not-sent-reason", Override, TransferOutcome })
        {
            if (root.Extension(Extensions + name).ValueKind == JsonValueKind.Object && !Has(root, name))
            {
                yield return Objection(Rule("A reason is coded", name), "extension");
            }
        }
    }

    /// <summary>
    /// What was recommended stood in the screening, which may have come with the same Bundle. Police who are asked for on scene are no
    /// other decision about the call, but a further one.
    /// </summary>
    private void Demand(GuardedTransaction transaction, Response response, Response? was, ResourceKey encounter)
    {
        if (transaction.KeeperOf(encounter) is null || transaction.BytesOf(encounter) is not { } call
            || transaction.SubjectOf(encounter) != response.Subject || !NamedCall.Is(transaction, settings.Custodian, call))
        {
            throw new FhirException(IssueCode.BusinessRule, "The Encounter is not known, or is another person's.", $"{Root}.encounter");
        }

        if (response.Model is null || response.Status is "revoked" or "entered-in-error" || response.HasOverride
            || was?.Model == response.Model || IsBackup(transaction, response, encounter)
            || calls.ScreeningOf(transaction, encounter) is not { } screening)
        {
            return;
        }

        using var document = JsonDocument.Parse(screening, FhirJson.Parsing);
        var models = document.RootElement.Extension(Screening.ResultUrl).Items("extension")
            .Where(part => part.Text("url") is "model" or "instead")
            .Select(part => part.Text("valueCode"))
            .ToList();
        if (models.Count > 0 && !models.Contains(response.Model))
        {
            throw new FhirException(
                IssueCode.BusinessRule,
                Rule($"The screening recommends {string.Join(", ", models)}; another response has a reason", Override),
                $"{Root}.extension");
        }
    }

    /// <summary>That police were asked for by a team without them is a fact that reports count.</summary>
    private void NoteBackup(GuardedTransaction transaction, ResourceKey key, Response response, ResourceKey encounter)
    {
        var fact = new ResourceKey("Observation", NameBasedId.Of(secrets.Key.Span, $"backup|{key}"));
        if (!IsBackup(transaction, response, encounter) || response.Status == "entered-in-error" || transaction.Has(fact))
        {
            return;
        }

        transaction.Store(fact, settings.Custodian, MappedResource.Of(new Observation
        {
            Id = fact.Id,
            BasedOn = [key.ToReference()],
            Status = ObservationStatus.Final,
            Code = new($"{CrisisProfiles.Base}/CodeSystem/crisis-observation", "police-backup-requested"),
            Subject = new(response.Subject),
            Encounter = encounter.ToReference(),
            Effective = new FhirDateTime(Instants.ToDateTimeOffset(transaction.Instant).ToDateTimeText()),
            Performer = [new($"Organization/{settings.Custodian}")],
            Value = new FhirBoolean(true),
        }).Json);
    }

    private static bool IsBackup(GuardedTransaction transaction, Response response, ResourceKey encounter) =>
        ResponseModels.Police.Contains(response.Model ?? string.Empty)
        && response.BasedOn.Any(key => transaction.KeeperOf(key) is not null && transaction.BytesOf(key) is { } body
            && Read(body) is { Intent: not "proposal", Model: { } model } other && other.Encounter == encounter
            && ResponseModels.Unarmed.Contains(model));

    private bool Has(JsonElement root, string name) => root.Extension(Extensions + name).At("valueCodeableConcept").Items("coding")
        .Any(coding => coding.Text("code") is { } code
            && terminology.Contains($"{CrisisProfiles.Base}/ValueSet/{name}", coding.Text("system"), code) == Membership.Yes);

    private static string Rule(string sentence, string name) =>
        $"{sentence}: the extension {Extensions}{name} with a code of {CrisisProfiles.Base}/CodeSystem/{name}.";

    private static Response Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body, FhirJson.Parsing);
        return Read(document.RootElement);
    }

    private static Response Read(JsonElement root) => new(
        ResponseModels.Of(root),
        root.Text("status"),
        root.Text("intent"),
        root.At("subject").Text("reference"),
        root.At("encounter").Text("reference") is { } text ? ResourceKey.TryParse(text) : null,
        [.. root.All("basedOn").Select(item => item.Text("reference")).OfType<string>()
            .Select(item => ResourceKey.TryParse(item)).OfType<ResourceKey>()],
        root.Extension(OpenCalls.NotSent).ValueKind == JsonValueKind.Object,
        root.Extension(Extensions + Override).ValueKind == JsonValueKind.Object);

    private static Issue Objection(string rule, string element) => new(IssueSeverity.Error, "business-rule", rule, $"{Root}.{element}");

    /// <summary>What the rules ask of a ServiceRequest.</summary>
    private sealed record Response(
        string? Model,
        string? Status,
        string? Intent,
        string? Subject,
        ResourceKey? Encounter,
        IReadOnlyList<ResourceKey> BasedOn,
        bool HasNotSent,
        bool HasOverride)
    {
        /// <summary>Whether it answers a call at all: other requests are none of this room's.</summary>
        public bool IsOfCall => Model is not null || HasNotSent;
    }
}
