using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Redaction;

namespace Interop.Server.EarlyIntervention;

/// <summary>What people do about a model: they read its card, one of them accepts it by name, and whoever may stops it.</summary>
internal sealed class ModelActs(
    GuardedStore store, RiskModels models, ModelStops stops, AuditTrail audit, InteropSettings settings, Secrets secrets)
{
    public const string Card = "RiskAssessment/$model-card";
    public const string Acceptance = "RiskAssessment/$accept-model";

    private const string Administrator = "agency-administrator";

    private static readonly string[] Stoppers = [Administrator, "privacy-officer", "navigator"];

    /// <summary>The card as its caller may see it; absent for who keeps nothing of the programme.</summary>
    public async Task<ReadResult> ReadAsync(Caller caller, CancellationToken cancellationToken)
    {
        caller.Demand("Library", SmartRight.Read);
        await using var snapshot = await store.OpenAsync(caller, cancellationToken);
        var sight = snapshot.Sight.Within(caller, SmartRight.Read);
        var found = snapshot.Read(models.Key, sight);
        await audit.RecordAsync(
            found is null
                ? AuditTrail.Row(snapshot.Caller, snapshot.Instant, FhirInteraction.Operation, Card, null, "absent")
                : AuditTrail.ShownRow(snapshot, FhirInteraction.Operation, Card, [found], sight, _ => { }),
            cancellationToken);
        return found is null ? new ReadResult.Absent() : new ReadResult.Found(found);
    }

    /// <summary>Somebody of the programme's administration answers for the model that she names by its hash.</summary>
    /// <param name="knowsUntold">Whether she says that she knows of the groups that are too small to tell how it errs about them.</param>
    /// <exception cref="FhirException">403 for anybody else. 422: it is another model, was stopped, or is out of bounds.</exception>
    public Task<Disclosure> AcceptAsync(Caller caller, string sha256, bool knowsUntold, CancellationToken cancellationToken)
    {
        caller.Demand("Library", SmartRight.Update);
        return store.WriteAsync(
            caller,
            transaction =>
            {
                DemandProgramme(
                    caller,
                    [Administrator],
                    caller is { IsPerson: true, Practitioner: not null },
                    "A model is accepted by somebody of the programme's administration: a token with the role agency-administrator that"
                    + " names a Practitioner (fhirUser).");
                DemandAcceptable(transaction, sha256, knowsUntold);
                models.Accept(transaction);
                var signature = VerificationSignature.Of(
                    NameBasedId.Of(secrets.Key.Span, $"accepted|{models.Key}"), models.Key, transaction.Caller.Practitioner!,
                    settings.Custodian, transaction.Instant);
                transaction.Put(signature.Key, settings.Custodian, signature.Json);
                var shown = Shown(transaction, caller);
                transaction.Audit(
                    FhirInteraction.Operation, Acceptance, "permit", detail => detail.WriteString("sha256", models.File.Sha256));
                return shown;
            },
            cancellationToken);
    }

    /// <summary>Nothing is drafted any more, at any server, and what was drafted ends.</summary>
    /// <param name="reason">For the record.</param>
    /// <exception cref="FhirException">403: it is for the programme's administration, its privacy officers and its navigators.</exception>
    public Task<int> StopAsync(Caller caller, string reason, CancellationToken cancellationToken)
    {
        caller.Demand("RiskAssessment", SmartRight.Update);
        return store.WriteAsync(
            caller,
            transaction =>
            {
                DemandProgramme(
                    caller,
                    Stoppers,
                    caller.Individual is null,
                    $"A model is stopped by the programme's roles {string.Join(", ", Stoppers)}.");
                return stops.StopAll(transaction, reason).Drafts;
            },
            cancellationToken);
    }

    private void DemandProgramme(Caller caller, IReadOnlyList<string> roles, bool isOne, string rule)
    {
        if (caller.Organization != settings.Custodian || !roles.Any(caller.Has) || !isOne)
        {
            throw new FhirException(IssueCode.Forbidden, rule);
        }
    }

    private void DemandAcceptable(GuardedTransaction transaction, string sha256, bool knowsUntold)
    {
        const string Where = "Parameters.parameter.where(name='sha256')";
        var bounds = settings.EarlyIntervention!.Bounds;
        if (!string.Equals(sha256, models.File.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new FhirException(IssueCode.BusinessRule, "The server has another model: read its card again.", Where);
        }

        if (models.StatusIn(transaction) != ModelRecord.Draft)
        {
            throw new FhirException(
                IssueCode.BusinessRule, "The model works already, or was stopped: one that was stopped is replaced by a new one.", Where);
        }

        if (models.File.Validation.Breaches(bounds) is { Count: > 0 } breaches)
        {
            throw new FhirException(
                IssueCode.BusinessRule, $"The model is out of bounds and can't be turned on: {string.Join("; ", breaches)}.", Where);
        }

        if (models.File.Validation.Untold is { Count: > 0 } untold && !knowsUntold)
        {
            throw new FhirException(
                IssueCode.BusinessRule,
                $"Nobody can tell how the model errs about {untold.Count} groups, for they are too small:"
                + $" {string.Join(", ", untold.Select(group => $"{group.Kind} {group.Group}"))}. Who accepts it says that she knows"
                + " (untold true).",
                "Parameters.parameter.where(name='untold')");
        }
    }

    /// <summary>The card as who accepted it sees it, by the role that reads cards: her scopes may be to change it alone.</summary>
    private Disclosure Shown(GuardedTransaction transaction, Caller caller) =>
        transaction.Written(models.Key, transaction.Sight.Opened(caller, SmartRight.Update));
}
