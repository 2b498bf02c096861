using Interop.Server.Agreements;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Consent;
using Interop.Storage;

namespace Interop.Server.Guard;

/// <summary>Agreements as those see them who administer: their standing, and when to renew them.</summary>
internal sealed partial class GuardedStore
{
    /// <summary>The agreements of the server's custodian with an organisation, in the order in which they were recorded.</summary>
    /// <exception cref="FhirException">403 for anybody but the organisation itself and the custodian's administrators.</exception>
    public async Task<IReadOnlyList<Agreement>> AgreementsAsync(Caller caller, string organization, CancellationToken cancellationToken)
    {
        RequireWhole(caller, "Contract", 'r');
        var instant = Now();
        List<Agreement> agreements;
        await using (var read = await store.OpenReadAsync(cancellationToken))
        {
            _ = await SightAsync(read, caller, instant, cancellationToken);
            RequireAdministrator(caller, organization);
            var contracts = await read.BodiesOfAsync("Contract", null, cancellationToken);
            agreements = [.. AgreementsWith(organization, contracts)];
        }

        await audit.RecordAsync(
            AuditTrail.Row(caller, instant, FhirInteraction.Operation, $"Organization/{organization}/$agreement", null, "permit", detail =>
                detail.WriteNumber("agreements", agreements.Count)),
            cancellationToken);
        return agreements;
    }

    /// <summary>Writes the reminders that are due and not written yet, as the custodian's own Tasks.</summary>
    public Task RemindOfReviewsAsync(CancellationToken cancellationToken) => store.WriteAsync(
        session =>
        {
            var instant = Now();
            var written = new WrittenResources();
            foreach (var agreement in OwnAgreements(session.BodiesOf("Contract")))
            {
                var task = AgreementReview.TaskFor(agreement, Instants.ToDateTimeOffset(instant), settings.Custodian, secrets.Key.Span);
                if (task is not null && session.Find(task.Key) is null)
                {
                    Put(session, task.Key, settings.Custodian, task.Json, instant, null, written);
                    session.Audit(AuditTrail.Row(Operator, instant, FhirInteraction.Create, task.Key.ToString(), null, "permit", detail =>
                        detail.WriteString("rule", AgreementReview.Code)));
                }
            }

            sharingRows.Refresh(session, written);
        },
        cancellationToken);

    private IEnumerable<Agreement> OwnAgreements(IReadOnlyList<StoredResource> contracts) => contracts
        .Where(stored => stored.Source == settings.Custodian)
        .Select(stored => AgreementReader.Read(stored.Body, stored.Key.Id))
        .OfType<Agreement>()
        .Where(agreement => agreement.Grantor == settings.Custodian);

    private IEnumerable<Agreement> AgreementsWith(string organization, IReadOnlyList<StoredResource> contracts) =>
        OwnAgreements(contracts).Where(agreement => agreement.Grantee == organization);

    private void RequireAdministrator(Caller caller, string organization)
    {
        if (caller.Organization != organization && (caller.Organization != settings.Custodian || !WriteRules.IsAdministrator(caller)))
        {
            throw new FhirException(403, "forbidden", "Only the agency itself and the custodian's administrators may ask this.");
        }
    }
}
