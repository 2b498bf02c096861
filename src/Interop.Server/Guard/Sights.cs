using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Policy;
using Interop.Storage.Read;

namespace Interop.Server.Guard;

/// <summary>With which eyes a caller, or the server itself, looks at what is stored.</summary>
internal sealed class Sights(SharingPolicy policy, Representation representation, InteropSettings settings, TimeProvider clock)
{
    private const string Evaluator = "evaluator";

    /// <summary>UTC microseconds.</summary>
    public long Now() => Instants.ToMicroseconds(clock.GetUtcNow());

    /// <summary>What the caller sees whatever its scopes open.</summary>
    /// <param name="instant">UTC microseconds.</param>
    /// <exception cref="FhirException">403: the agency or its person is not admitted.</exception>
    public Sight Of(ResourceRows rows, Caller caller, long instant, bool forSummary = false)
    {
        if (caller.Individual is { } individual)
        {
            return OfIndividual(rows, caller, individual, instant);
        }

        if (forSummary && policy.IsEvaluator(caller.Roles))
        {
            throw new FhirException(IssueCode.Forbidden, "An evaluator has views alone, and neither summaries nor incidents.");
        }

        var isInEmergency = IsInEmergency(rows, caller, instant);
        if (!isInEmergency && caller.Purposes.Contains(Purposes.Emergency))
        {
            throw new FhirException(
                IssueCode.Forbidden, "The purpose BTG holds for who called Patient/[id]/$break-glass, until that ends.");
        }

        var seen = isInEmergency ? caller.For(Purposes.Emergency) : caller;
        var admitted = Admission.Demand(
            seen,
            OfAnybody(rows, seen, instant, forSummary),
            caller.IsPerson && rows.LacksQualification(caller.Organization, caller.Practitioner, instant));

        // The directory has names, too.
        return policy.IsEvaluator(caller.Roles) ? admitted with { Directory = false } : admitted;
    }

    /// <summary>
    /// A person looks at the record that her agency keeps of her as its staff does, but at nothing beyond it, and not at what the law keeps
    /// even from her (45 CFR 164.524(a)(1)).
    /// </summary>
    private Sight OfIndividual(ResourceRows rows, Caller caller, Individual individual, long instant)
    {
        var whole = Admission.Demand(caller, OfAnybody(rows, caller, instant, forSummary: false), lacksQualification: false);
        return whole with
        {
            OwnCleared = whole.OwnCleared & ~representation.Withheld(rows, individual, caller.Organization, instant),
            Constraints = Individual.RecordOf(individual.Patient, policy),
        };
    }

    /// <summary>Whether the caller has broken the glass over anybody's records, and that still lasts.</summary>
    public static bool IsInEmergency(ResourceRows rows, Caller caller, long instant) =>
        caller is { IsPerson: true, Practitioner: { } practitioner }
        && rows.IsInEmergency(caller.Organization, practitioner, instant);

    /// <summary>Refuses a caller who may not be served at all, by whomever the work is done.</summary>
    /// <exception cref="FhirException">403.</exception>
    public void DemandAdmission(GuardedRows rows, Caller caller, bool forSummary = false) =>
        _ = Of(rows.Rows, caller, rows.Instant, forSummary);

    /// <summary>As <see cref="Of"/>, of somebody who need not be admitted: to explain what he would see.</summary>
    public Sight OfAnybody(ResourceRows rows, Caller caller, long instant, bool forSummary)
    {
        var hasAgreement = rows.HasAgreement(caller.Organization, settings.Custodian, instant);
        return policy.SightOf(
            caller.Organization,
            caller.Practitioner,
            caller.Purposes,
            caller.Roles,
            instant,
            isCustodian: hasAgreement || caller.Organization == settings.Custodian,
            hasAgreement,
            types: null,
            forSummary);
    }

    /// <summary>The eyes of an evaluator on a programme's reports: what may leave of one leaves through these, for everybody.</summary>
    public Sight OfReports(string custodian, long instant) => policy.SightOf(
        custodian, null, [], [Evaluator], instant, isCustodian: true, hasAgreement: false, types: null) with { Directory = false };

    /// <summary>What somebody would see who asks for these purposes in these roles, a summary on scene included.</summary>
    public Sight OfAnybody(GuardedRows rows, Caller caller) => OfAnybody(
        rows.Rows, caller, rows.Instant, forSummary: caller.Purposes.Any(SharingPolicy.SummaryPurposes.Contains));

    /// <summary>
    /// What the clinicians of an organisation see who treat somebody, admitted or not: to decide what may be sent to it.
    /// </summary>
    public Sight OfRecipient(GuardedRows rows, string organization) => OfAnybody(
        rows.Rows,
        new Caller("interop", "interop", organization, null, [.. policy.TreatmentPurposes], ["clinician"], Scopes.All),
        rows.Instant,
        forSummary: false);

    /// <summary>Whether an organisation is let in: the custodian of the server, or who has an agreement with it in force.</summary>
    public bool IsAdmitted(GuardedRows rows, string organization) =>
        organization == settings.Custodian || rows.Rows.HasAgreement(organization, settings.Custodian, rows.Instant);

    /// <summary>The eyes of a custodian on its own records, every label: for the server's own work, never for a caller's answer.</summary>
    public static Sight OfCustodian(string organization, long instant) =>
        new(organization, null, [], instant, Tier.Own, ~0L, Directory: true, Types: null);

    /// <summary>The eyes of somebody who has an agreement and nothing else: what they see, everybody sees.</summary>
    public static Sight OfDirectory(long instant) =>
        new(string.Empty, null, [], instant, Tier.None, Labels.None, Directory: true, Types: null);
}

/// <summary>What a caller's scopes leave of a sight.</summary>
internal static class ScopedSight
{
    /// <summary>What the caller may read or search: other types are not there.</summary>
    public static Sight Within(this Sight sight, Caller caller, SmartRight right) =>
        sight.Opened(caller, right) with { Types = caller.Scopes.Types(right) };

    /// <summary>What the caller may do this to, whatever else its scopes let it read.</summary>
    public static Sight Opened(this Sight sight, Caller caller, SmartRight right) =>
        sight with { Constraints = caller.Scopes.Constraints(right) ?? sight.Constraints };
}
