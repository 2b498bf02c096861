using Interop.Server.Agreements;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Policy;

namespace Interop.Server.Sandbox;

/// <summary>An agency's invented persons, and how far its client has come with the checklist.</summary>
internal sealed class SandboxStore(
    GuardedStore store, AgreementBook agreements, AuditTrail audit, InteropSettings settings, Secrets secrets)
{
    private const string Checklist = "$onboarding-checklist";

    /// <summary>Puts the persons in place, or back as they were.</summary>
    /// <exception cref="FhirException">404 outside the sandbox; 403 for others than the agency and the custodian's
    /// administrators.</exception>
    public Task PrepareAsync(Caller caller, string agency, CancellationToken cancellationToken)
    {
        DemandSandbox();
        return store.WriteAsync(
            caller,
            transaction =>
            {
                agreements.DemandAdministrator(caller, agency);
                foreach (var (key, json) in Persons(agency, transaction).Resources)
                {
                    transaction.Put(key, settings.Custodian, json);
                }

                transaction.Audit(FhirInteraction.Operation, $"Organization/{agency}/{Checklist}", "permit");
                return true;
            },
            cancellationToken);
    }

    /// <summary>The cases for the agency, each with the instant at which the client passed it.</summary>
    /// <exception cref="FhirException">As <see cref="PrepareAsync"/>; 404 also where the persons are not in place.</exception>
    public async Task<IReadOnlyList<ChecklistAnswer>> ChecklistAsync(
        Caller caller, string agency, string client, CancellationToken cancellationToken)
    {
        DemandSandbox();
        await using var snapshot = await store.OpenAsync(caller, cancellationToken);
        agreements.DemandAdministrator(caller, agency);
        var persons = Persons(agency, snapshot);
        if (!snapshot.Has(persons.Silent))
        {
            throw new FhirException(
                IssueCode.NotFound, "The agency's persons are not in the sandbox yet: POST to this address puts them there.");
        }

        await audit.PermittedAsync(caller, FhirInteraction.Operation, $"Organization/{agency}/{Checklist}", cancellationToken);
        var grants = snapshot.GrantsOf(persons.Consenting.Id);
        var isPermitted = grants.Any(grant => grant.Grantee == agency && grant.Tier >= Tier.Intermediate);
        var rows = await audit.OfClientAsync(client, agency, cancellationToken);
        return
        [
            .. OnboardingChecklist.Cases(persons, isPermitted)
                .Select(item => new ChecklistAnswer(item, rows.FirstOrDefault(item.IsShownBy)?.Instant)),
        ];
    }

    private void DemandSandbox()
    {
        if (!settings.IsSandbox)
        {
            throw new FhirException(IssueCode.NotSupported.With(404), "This server is not a sandbox (Interop:Sandbox).");
        }
    }

    /// <summary>They agree to the purposes of the agency's agreements in force.</summary>
    private SandboxPersons Persons(string agency, GuardedRows rows) => new(
        agency,
        settings.Custodian,
        [
            .. agreements.With(agency, rows)
                .Where(agreement => agreement.InForceAt(rows.Instant))
                .SelectMany(agreement => agreement.Purposes)
                .Distinct(),
        ],
        Instants.ToDateTimeOffset(rows.Instant),
        secrets.Key);
}
