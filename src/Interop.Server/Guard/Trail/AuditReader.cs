using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Storage.Audit;

namespace Interop.Server.Guard.Trail;

/// <summary>Which part of the trail a caller may read. A closed set.</summary>
internal abstract record AuditReader
{
    private const string Officer = "privacy-officer";

    private AuditReader()
    {
    }

    /// <summary>The privacy officer of the programme that runs this server.</summary>
    public sealed record Everything : AuditReader;

    /// <summary>A partner's privacy officer: what her own agency asked, and what it was told under its own address.</summary>
    public sealed record OwnRequests(string Organization) : AuditReader;

    /// <summary>
    /// The person whom it is about, or who speaks for her: which agency saw what of her, when and why. Who of its staff it was, and what
    /// they asked, is for the privacy officer: a row may be about others too.
    /// </summary>
    /// <param name="Suspended">Ids of the Organizations whose requests are not told now (45 CFR 164.528(a)(2)).</param>
    public sealed record Person(string Patient, IReadOnlyList<string> Suspended) : AuditReader;

    /// <summary>Whoever else.</summary>
    public sealed record Nothing : AuditReader;

    /// <param name="suspended">Of a patient.</param>
    public static async Task<AuditReader> OfAsync(Caller caller, string custodian, Func<string, Task<IReadOnlyList<string>>> suspended) =>
        caller.Individual is { Patient: var patient } && caller.Organization == custodian ? new Person(patient, await suspended(patient))
        : !caller.Has(Officer) ? new Nothing()
        : caller.Organization == custodian ? new Everything()
        : new OwnRequests(caller.Organization);

    /// <summary>The person's scopes are about her record; those of others must be about all AuditEvents.</summary>
    /// <exception cref="FhirException">403.</exception>
    public static void DemandScope(Caller caller, SmartRight right)
    {
        if (caller.Individual is null)
        {
            caller.DemandWhole(GuardedAudit.Type, right);
        }
        else
        {
            caller.Demand(GuardedAudit.Type, right);
        }
    }

    /// <summary>For what is told to the programme's privacy officer alone.</summary>
    /// <exception cref="FhirException">403, whomever it is asked about.</exception>
    public static void DemandEverything(Caller caller, string custodian)
    {
        if (!caller.Has(Officer) || caller.Organization != custodian)
        {
            throw new FhirException(IssueCode.Forbidden, "Only the programme's privacy officer may ask this.");
        }
    }

    /// <summary>For what is told to the programme's privacy officer, and to the person of her own record there.</summary>
    /// <inheritdoc cref="DemandEverything"/>
    public static void DemandEverythingOf(Caller caller, ResourceKey patient, string custodian)
    {
        if (caller.Individual?.Patient != patient.Id || caller.Organization != custodian)
        {
            DemandEverything(caller, custodian);
        }
    }

    /// <summary>Whether it must not learn that something was there and withheld.</summary>
    public bool IsBlind => this is not Everything;

    /// <summary>Whether it is told on what a disclosure rested: what decides about an agency is not told to it.</summary>
    public bool LearnsGrounds => this is Everything or Person;

    /// <summary>Null where it may read nothing.</summary>
    public IReadOnlyList<AuditCondition>? Conditions => this switch
    {
        Everything => [],
        OwnRequests own =>
        [
            new AuditCondition.ByOrganization([own.Organization]),
            new AuditCondition.Ending(["alert"], Not: true),
            new AuditCondition.NotAt(AuditTrail.LimitedDataSet),
        ],
        Person person =>
        [
            new AuditCondition.About([person.Patient]),
            new AuditCondition.Ending(["permit"]),
            .. Untold.Select(interaction => new AuditCondition.NotOfKind(new(AuditClass.Plain, [interaction]))),
            .. person.Suspended.Count == 0 ? [] : new[] { new AuditCondition.ByOrganization(person.Suspended, Not: true) },
        ],
        _ => null,
    };

    // That telling is suspended, and what went out on paper, which the accounting tells where it may.
    private static IEnumerable<string> Untold =>
        [FhirInteraction.AccountingSuspension.Code(), FhirInteraction.RecordedDisclosure.Code()];

    public bool MayRead(AuditRow row) => this switch
    {
        Everything => true,
        OwnRequests own => row.Organization == own.Organization && row.Outcome != "alert"
            && row.Target != AuditTrail.LimitedDataSet,
        Person person => row.Outcome == "permit" && row.Patients.Contains(person.Patient) && !Untold.Contains(row.Interaction)
            && !person.Suspended.Contains(row.Organization ?? string.Empty),
        _ => false,
    };

    /// <summary>What of the row is told.</summary>
    public AuditRow Told(AuditRow row) => this is Person person
        ? row with
        {
            Issuer = null,
            Client = null,
            User = null,
            Practitioner = null,
            Target = row.Patient == person.Patient || row.Target?.Contains('/') == false ? row.Target : null,
            Patient = person.Patient,
            Detail = RowDisclosure.About(row, person.Patient).Write(person.Patient),
        }
        : row;

    /// <summary>
    /// The patients that the row tells this reader of: a partner's those whom it showed to the partner. A summary on scene has one shape
    /// whomever it is about, so its row tells a partner of nobody.
    /// </summary>
    public IReadOnlyList<string> PatientsOf(AuditRow row) => this switch
    {
        Everything => row.Patients,
        Person person => [person.Patient],
        _ => row.Outcome == "permit" && row.Target != AuditTrail.Summary ? row.Patients : [],
    };
}
