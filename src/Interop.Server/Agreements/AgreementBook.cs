using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Agreements;

namespace Interop.Server.Agreements;

/// <summary>Agreements as those see them who administer: their standing, and when to renew them.</summary>
internal sealed class AgreementBook(GuardedStore store, AuditTrail audit, InteropSettings settings, Secrets secrets)
{
    /// <summary>The agreements of the server's custodian with an organisation, in the order in which they were recorded.</summary>
    /// <exception cref="FhirException">403 for anybody but the organisation itself and the custodian's administrators.</exception>
    public async Task<IReadOnlyList<Agreement>> WithAsync(Caller caller, string organization, CancellationToken cancellationToken)
    {
        caller.DemandWhole("Contract", SmartRight.Read);
        List<Agreement> agreements;
        long instant;
        await using (var snapshot = await store.OpenAsync(caller, cancellationToken))
        {
            instant = snapshot.Instant;
            DemandAdministrator(caller, organization);
            agreements = [.. With(organization, snapshot)];
        }

        await audit.RecordAsync(
            AuditTrail.Row(caller, instant, FhirInteraction.Operation, $"Organization/{organization}/$agreement", null, "permit", detail =>
                detail.WriteNumber("agreements", agreements.Count)),
            cancellationToken);
        return agreements;
    }

    /// <summary>Writes the reminders that are due and not written yet, as the custodian's own Tasks.</summary>
    public Task RemindAsync(CancellationToken cancellationToken) => store.WriteAsOperatorAsync(
        settings.Custodian,
        transaction =>
        {
            var reminders = 0;
            foreach (var agreement in transaction.AgreementsOf(settings.Custodian))
            {
                var instant = Instants.ToDateTimeOffset(transaction.Instant);
                var task = AgreementReview.TaskFor(agreement, instant, settings.Custodian, secrets.Key.Span);
                if (task is not null && !transaction.Has(task.Key))
                {
                    transaction.Put(task.Key, settings.Custodian, task.Json);
                    transaction.Audit(
                        FhirInteraction.Create, task.Key.ToString(), "permit", detail => detail.WriteString("rule", AgreementReview.Code));
                    reminders++;
                }
            }

            return reminders;
        },
        cancellationToken);

    /// <summary>The agreements of the server's custodian with an organisation.</summary>
    public IEnumerable<Agreement> With(string organization, GuardedRows rows) =>
        rows.AgreementsOf(settings.Custodian).Where(agreement => agreement.Grantee == organization);

    /// <exception cref="FhirException">403 for anybody but the organisation itself and the custodian's administrators.</exception>
    public void DemandAdministrator(Caller caller, string organization)
    {
        if (caller.Organization != organization && (caller.Organization != settings.Custodian || !WriteRules.IsAdministrator(caller)))
        {
            throw new FhirException(IssueCode.Forbidden, "Only the agency itself and the custodian's administrators may ask this.");
        }
    }
}
