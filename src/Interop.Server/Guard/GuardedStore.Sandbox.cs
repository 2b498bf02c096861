using Interop.Server.Http;
using Interop.Server.Sandbox;
using Interop.Server.Security;
using Interop.Sharing.Policy;
using Interop.Storage;

namespace Interop.Server.Guard;

/// <summary>The sandbox: an agency's invented persons, and how far its client has come with the checklist.</summary>
internal sealed partial class GuardedStore
{
    private const string Checklist = "$onboarding-checklist";

    /// <summary>Puts the persons in place, or back as they were.</summary>
    /// <exception cref="FhirException">404 outside the sandbox; 403 for others than the agency and the custodian's
    /// administrators.</exception>
    public Task PrepareSandboxAsync(Caller caller, string agency, CancellationToken cancellationToken)
    {
        RequireSandbox();
        return store.WriteAsync(
            session =>
            {
                var sight = SightOf(session, caller);
                RequireAdministrator(caller, agency);
                var written = new WrittenResources();
                foreach (var (key, json) in Persons(agency, session.BodiesOf("Contract"), sight.Instant).Resources)
                {
                    Put(session, key, settings.Custodian, json, sight.Instant, session.Find(key), written);
                }

                sharingRows.Refresh(session, written);
                session.Audit(AuditTrail.Row(
                    caller, sight.Instant, FhirInteraction.Operation, $"Organization/{agency}/{Checklist}", null, "permit", _ => { }));
            },
            cancellationToken);
    }

    /// <summary>The cases for the agency, each with the instant at which the client passed it.</summary>
    /// <exception cref="FhirException">As <see cref="PrepareSandboxAsync"/>; 404 also where the persons are not in place.</exception>
    public async Task<IReadOnlyList<ChecklistAnswer>> ChecklistAsync(
        Caller caller, string agency, string client, CancellationToken cancellationToken)
    {
        RequireSandbox();
        await using var read = await store.OpenReadAsync(cancellationToken);
        var instant = Now();
        _ = await SightAsync(read, caller, instant, cancellationToken);
        RequireAdministrator(caller, agency);
        var persons = Persons(agency, await read.BodiesOfAsync("Contract", null, cancellationToken), instant);
        if (await read.FindAsync(persons.Silent, cancellationToken) is null)
        {
            throw new FhirException(
                404, "not-found", "The agency's persons are not in the sandbox yet: POST to this address puts them there.");
        }

        await audit.PermittedAsync(caller, FhirInteraction.Operation, $"Organization/{agency}/{Checklist}", cancellationToken);
        var grants = await read.GrantsOfAsync(persons.Consenting.Id, cancellationToken);
        var isPermitted = grants.Any(grant => grant.Grantee == agency && grant.Tier >= Tier.Intermediate);
        var rows = await store.AuditOfClientAsync(client, agency, cancellationToken);
        return
        [
            .. OnboardingChecklist.Cases(persons, isPermitted)
                .Select(item => new ChecklistAnswer(item, rows.FirstOrDefault(item.IsShownBy)?.Instant)),
        ];
    }

    private void RequireSandbox()
    {
        if (!settings.IsSandbox)
        {
            throw new FhirException(404, "not-supported", "This server is not a sandbox (Interop:Sandbox).");
        }
    }

    /// <summary>They agree to the purposes of the agency's agreements in force.</summary>
    private SandboxPersons Persons(string agency, IReadOnlyList<StoredResource> contracts, long instant) => new(
        agency,
        settings.Custodian,
        [
            .. AgreementsWith(agency, contracts)
                .Where(agreement => agreement.InForceAt(instant))
                .SelectMany(agreement => agreement.Purposes)
                .Distinct(),
        ],
        Instants.ToDateTimeOffset(instant),
        secrets.Key);
}
