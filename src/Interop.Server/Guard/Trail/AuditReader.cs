using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Storage.Audit;

namespace Interop.Server.Guard.Trail;

/// <summary>Which part of the trail a caller may read. A closed set: the person herself will be one more.</summary>
internal abstract record AuditReader
{
    private const string Officer = "privacy-officer";

    private AuditReader()
    {
    }

    /// <summary>The privacy officer of the programme that runs this server.</summary>
    public sealed record Everything : AuditReader;

    /// <summary>A partner's privacy officer: what her own agency asked, and what it was told.</summary>
    public sealed record OwnRequests(string Organization) : AuditReader;

    /// <summary>Whoever else.</summary>
    public sealed record Nothing : AuditReader;

    public static AuditReader Of(Caller caller, string custodian) =>
        !caller.Has(Officer) ? new Nothing()
        : caller.Organization == custodian ? new Everything()
        : new OwnRequests(caller.Organization);

    /// <summary>For what is told to the programme's privacy officer alone.</summary>
    /// <exception cref="FhirException">403, whomever it is asked about.</exception>
    public static void DemandEverything(Caller caller, string custodian)
    {
        if (Of(caller, custodian) is not Everything)
        {
            throw new FhirException(IssueCode.Forbidden, "Only the programme's privacy officer may ask this.");
        }
    }

    /// <summary>Whether it must not learn that something was there and withheld.</summary>
    public bool IsBlind => this is not Everything;

    /// <summary>Null where it may read nothing.</summary>
    public IReadOnlyList<AuditCondition>? Conditions => this switch
    {
        Everything => [],
        OwnRequests own =>
        [
            new AuditCondition.ByOrganization([own.Organization]),
            new AuditCondition.Ending(["alert"], Not: true),
        ],
        _ => null,
    };

    public bool MayRead(AuditRow row) => this switch
    {
        Everything => true,
        OwnRequests own => row.Organization == own.Organization && row.Outcome != "alert",
        _ => false,
    };

    /// <summary>
    /// The patients that the row tells this reader of: a partner's those whom it showed to the partner. A summary on scene has one shape
    /// whomever it is about, so its row tells a partner of nobody.
    /// </summary>
    public IReadOnlyList<string> PatientsOf(AuditRow row) =>
        !IsBlind || (row.Outcome == "permit" && row.Target != AuditTrail.Summary) ? row.Patients : [];
}
