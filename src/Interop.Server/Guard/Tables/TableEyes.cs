using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Limited;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;

namespace Interop.Server.Guard.Tables;

/// <summary>
/// With which eyes a table is made: with its caller's own, or for an evaluator with those of the limited data set of the programme's
/// record (45 CFR 164.514(e)).
/// </summary>
internal sealed class TableEyes(
    SharingPolicy policy, LimitedDataSet set, SharingRows sharing, Secrets secrets, InteropSettings settings)
{
    public bool IsLimited(Caller caller) => caller.Individual is null && policy.IsEvaluator(caller.Roles);

    /// <summary>
    /// Refuses what would narrow a limited data set by what is not in it: real ids, exact times, and whatever a scope asks for.
    /// </summary>
    /// <exception cref="FhirException">400 or 403, by the request and the table alone.</exception>
    public void Demand(Caller caller, TableRequest asked)
    {
        var type = asked.View.Resource;
        caller.Demand(type, SmartRight.Read);
        caller.Demand(type, SmartRight.Search);
        if (!IsLimited(caller))
        {
            return;
        }

        caller.DemandWhole(type, SmartRight.Read);
        caller.DemandWhole(type, SmartRight.Search);
        if (asked.Since is not null || asked.Patient is not null)
        {
            throw new FhirException(
                IssueCode.NotSupported,
                $"The parameter {(asked.Patient is null ? "_since" : "patient")} is not for evaluators: narrow the rows by the view.");
        }

        if (!set.Types.Contains(type))
        {
            throw new FhirException(
                IssueCode.NotSupported,
                $"The limited data set has no {type}, but {string.Join(", ", set.Types.Order(StringComparer.Ordinal))}.",
                "ViewDefinition.resource");
        }
    }

    /// <summary>Whoever is shown a limited data set may have it now, for what it may be used for.</summary>
    /// <exception cref="FhirException">403, by the caller and its agreement alone.</exception>
    public void DemandUse(GuardedRows rows, Caller caller)
    {
        if (!caller.Purposes.Any(Purposes.IsOfLimitedDataSet))
        {
            throw new FhirException(
                IssueCode.Forbidden,
                $"A limited data set is for {string.Join(", ", Purposes.OfLimitedDataSet)}: the token has no such purpose_of_use.");
        }

        if (caller.Organization != settings.Custodian && !rows.AgreementsOf(settings.Custodian).Any(agreement =>
            agreement.Grantee == caller.Organization
            && agreement.InForceAt(rows.Instant)
            && agreement.DataUse.Any(stated => caller.Purposes.Any(asked => Purposes.Covers(stated, asked)))))
        {
            throw new FhirException(
                IssueCode.Forbidden, "No agreement in force with this agency has a term data-use for a purpose of this token.");
        }
    }

    /// <summary>What a table is made of, through a snapshot's eyes.</summary>
    /// <exception cref="FhirException">403, as <see cref="DemandUse"/>.</exception>
    public TableView Of(GuardedRows rows, Caller caller)
    {
        if (!IsLimited(caller))
        {
            var own = rows.Sight.Within(caller, SmartRight.Search);
            return new(own, page => rows.DiscloseEach(page, own), IsLimited: false);
        }

        DemandUse(rows, caller);
        var sight = set.SightOf(settings.Custodian, rows.Instant);
        var evaluator = new Evaluator(KeyOf(caller), secrets.KeyFor("limited data set weeks", caller.Organization), rows.Instant);
        var monday = MondayOf(rows.Instant);
        return new(
            sight, page => rows.DiscloseEach(page, sight, set, evaluator, monday, RefusingIn(page, rows, caller)), IsLimited: true);
    }

    /// <summary>
    /// When the week began in which an evaluator asks, by the site's days. What is told is told as of then: who asks every minute would
    /// otherwise learn the minute of a change.
    /// </summary>
    private long MondayOf(long instant)
    {
        var day = settings.DayAt(instant);
        return settings.StartOf(day.AddDays(-(((int)day.DayOfWeek + 6) % 7)));
    }

    /// <summary>
    /// Whoever has refused the agency her record for such a purpose is not in its data set, though the rule asks for no consent. The
    /// programme's own staff discloses nothing to another.
    /// </summary>
    private IReadOnlySet<string> RefusingIn(IReadOnlyList<SeenResource> page, GuardedRows rows, Caller caller) =>
        caller.Organization == settings.Custodian
            ? new HashSet<string>()
            : sharing.Refusing(
                rows.Rows,
                page.SelectMany(seen => seen.Patients).Distinct(),
                settings.Custodian,
                caller.Organization,
                [.. caller.Purposes.Where(Purposes.IsOfLimitedDataSet)],
                rows.Instant);

    /// <summary>The eyes with which an evaluator's stored view is looked for; the rows are others.</summary>
    public Sight SightOfViews(GuardedRows rows) =>
        set.SightOf(settings.Custodian, rows.Instant) with { Types = new HashSet<string> { "Library" } };

    private byte[] KeyOf(Caller caller) =>
        secrets.KeyFor("limited data set", caller.Issuer ?? string.Empty, caller.Organization, caller.Subject);
}

/// <summary>What a table is made of.</summary>
/// <param name="Disclose">Of a page of what the sight sees, with null where nothing of a resource may leave.</param>
/// <param name="IsLimited">Then the order in which it was written must not show.</param>
internal sealed record TableView(
    Sight Sight, Func<IReadOnlyList<SeenResource>, IReadOnlyList<Disclosure?>> Disclose, bool IsLimited);
