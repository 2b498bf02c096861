using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;

namespace Interop.Server.Oversight;

/// <summary>Breaks the glass for a person who may, tells the privacy officer at once, and lets nobody go on whom nobody reviews.</summary>
internal sealed class EmergencyAccess(
    GuardedStore store, Sights sights, SharingPolicy policy, InteropSettings settings, Secrets secrets, ILogger<EmergencyAccess> logger)
{
    private static readonly string[] Reviewed = ["completed", "failed", "rejected", "cancelled"];

    /// <returns>When it ends.</returns>
    /// <exception cref="FhirException">403: the caller may not, or it would open nothing. 404: there is no such patient.</exception>
    public async Task<DateTimeOffset> DeclareAsync(
        Caller caller, ResourceKey patient, EmergencyReason reason, CancellationToken cancellationToken)
    {
        caller.Demand("Patient", SmartRight.Read);
        var (practitioner, role, isMedical) = PersonOf(caller);
        var until = await store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction =>
            {
                sights.DemandAdmission(transaction, caller with { Purposes = [.. caller.Purposes.Where(IsOrdinary)] });
                var custodian = CustodianOf(transaction, patient, caller.Organization, role);
                var from = Instants.ToDateTimeOffset(transaction.Instant);
                var to = from + policy.EmergencyLasts;
                var review = EmergencyReview.TaskFor(caller, patient, role, reason, from, to, settings, secrets.Key.Span);
                var fact = new EmergencyFact(
                    custodian,
                    caller.Organization,
                    practitioner,
                    isMedical && reason.Code == EmergencyReason.Medical,
                    transaction.Instant,
                    Instants.ToMicroseconds(to),
                    review.Key.ToString());
                var lasting = transaction.Lasting(patient.Id, fact);
                if (lasting is null)
                {
                    if (!transaction.Declare(patient.Id, fact, role, Instants.ToMicroseconds(OfficerTask.DueAfter(from, settings))))
                    {
                        throw NotOpen();
                    }

                    transaction.Put(review.Key, settings.Custodian, review.Json);
                }

                // Asked again while it lasts it is the same one, with its review and its end.
                var answered = lasting ?? fact;
                transaction.Audit(AuditTrail.Row(
                    caller.For(Purposes.Emergency),
                    transaction.Instant,
                    FhirInteraction.Operation,
                    $"{patient}/$break-glass",
                    patient.Id,
                    "permit",
                    detail =>
                    {
                        detail.WriteString("reason", reason.Code);
                        detail.WriteString("role", role);
                        detail.WriteString("review", answered.Review);
                    }));
                return Instants.ToDateTimeOffset(answered.To);
            },
            cancellationToken);
        logger.LogWarning(
            "Emergency access: {Client} of {Organization} broke the glass ({Reason}); a review is due",
            caller.ClientId,
            caller.Organization,
            reason.Code);
        return until;
    }

    /// <summary>Ends what the caller broke; for a privacy officer of the custodian what anybody did.</summary>
    /// <exception cref="FhirException">404: there is nothing to end.</exception>
    public async Task EndAsync(Caller caller, ResourceKey patient, CancellationToken cancellationToken)
    {
        var isOfficer = caller.Has("privacy-officer") && caller.Organization == settings.Custodian;
        if (!isOfficer && caller is not { IsPerson: true, Practitioner: not null })
        {
            throw new FhirException(IssueCode.Forbidden, "Whoever broke the glass ends it, or the privacy officer.");
        }

        await store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction =>
            {
                sights.DemandAdmission(transaction, caller with { Purposes = [.. caller.Purposes.Where(IsOrdinary)] });
                if (!transaction.EndEmergencies(patient.Id, isOfficer ? null : (caller.Organization, caller.Practitioner!)))
                {
                    throw new FhirException(IssueCode.NotFound, "No emergency access of this caller to these records lasts.");
                }

                transaction.Audit(AuditTrail.Row(
                    caller, transaction.Instant, FhirInteraction.Operation, $"{patient}/$end-break-glass", patient.Id, "permit"));
                return true;
            },
            cancellationToken);
    }

    private static bool IsOrdinary(string purpose) => purpose != Purposes.Emergency;

    private (string Practitioner, string Role, bool IsMedical) PersonOf(Caller caller)
    {
        if (caller is not { IsPerson: true, Practitioner: { } practitioner })
        {
            throw new FhirException(
                IssueCode.Forbidden, "A person answers for an emergency: the token must name a Practitioner of this server (fhirUser).");
        }

        var role = caller.Roles.FirstOrDefault(role => policy.EmergencyRole(role) is not null)
            ?? throw new FhirException(
                IssueCode.Forbidden,
                caller.Has("officer")
                    ? "Police do not break the glass: Patient/$crisis-summary is their way to a person."
                    : "No role of this caller may break the glass.");
        return (practitioner, role, policy.EmergencyRole(role) == true);
    }

    /// <summary>Whose record a patient is. Who may break no glass is told so before anybody looks whether the patient is there.</summary>
    private static string CustodianOf(GuardedTransaction transaction, ResourceKey patient, string organization, string role)
    {
        var custodians = transaction.CustodiansOpenTo(organization);
        if (custodians.Count == 0)
        {
            throw NotOpen();
        }

        // A role whose last emergencies nobody has reviewed in time has no further ones.
        if (custodians.SelectMany(custodian => transaction.ReviewsDue(custodian, organization, role))
            .Any(review => !Reviewed.Contains(TopLevel.Text(review.Span, "status"))))
        {
            throw new FhirException(
                IssueCode.Forbidden, "An earlier emergency of this role was not reviewed in time; until it is, there is no other.");
        }

        return transaction.KeeperOf(patient) is { } keeper && custodians.Contains(keeper)
            ? keeper
            : throw new FhirException(IssueCode.NotFound, $"{patient} is not known.");
    }

    private static FhirException NotOpen() =>
        new(IssueCode.Forbidden, "Emergency access is not open to this caller for these records.");
}
