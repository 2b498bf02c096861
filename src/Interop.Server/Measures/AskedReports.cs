using System.Globalization;
using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Redaction;

namespace Interop.Server.Measures;

/// <summary>Reports for who asks for one: the programme's evaluators and administrators.</summary>
internal sealed class AskedReports(
    GuardedStore store, AskedMeasures measures, Reports reports, Calendar calendar, AuditTrail audit, Turns turns, InteropSettings settings)
{
    private static readonly string[] Roles = ["evaluator", "agency-administrator"];

    /// <summary>
    /// The report of a measure and a period, made where it is not there yet; absent where the caller sees no such measure.
    /// </summary>
    /// <param name="periodOf">Reads the first and the last day, once it is known that the caller may ask.</param>
    /// <exception cref="FhirException">403: a scope, an admission or a role is missing. 422: there is no report of this period.</exception>
    public async Task<ReadResult> FindAsync(
        Caller caller, ResourceKey key, Func<(DateOnly First, DateOnly Last)> periodOf, CancellationToken cancellationToken)
    {
        var target = $"{key}/$evaluate-measure";
        if (await measures.FindAsync(caller, key, target, cancellationToken) is not { } measure)
        {
            return new ReadResult.Absent();
        }

        if (caller.Organization != settings.Custodian || !Roles.Any(caller.Has))
        {
            throw new FhirException(IssueCode.Forbidden, $"Measures are evaluated by the programme's roles {string.Join(" and ", Roles)}.");
        }

        var (first, last) = periodOf();
        var period = Demanded(first, last);
        await turns.RunAsync(caller, () => MakeAsync(period, cancellationToken), cancellationToken);
        var result = await FindAsync(caller, reports.KeyOf(measure, period), target, cancellationToken);
        return result is ReadResult.Found ? result : throw new FhirException(
            IssueCode.BusinessRule,
            "There is no report of this measure and period: some of its months were frozen before the measure was there.",
            "periodStart");
    }

    private async Task<bool> MakeAsync(Period period, CancellationToken cancellationToken)
    {
        await reports.MakeAsync(calendar.Through(period), cancellationToken);
        return true;
    }

    private async Task<ReadResult> FindAsync(Caller caller, ResourceKey report, string target, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync(caller, cancellationToken);
        var sight = snapshot.Sight.Within(caller, SmartRight.Read);
        var found = snapshot.Read(report, sight);
        await audit.RecordAsync(
            AuditTrail.ShownRow(
                snapshot,
                FhirInteraction.Operation,
                target,
                found is null ? Array.Empty<Disclosure>() : [found],
                sight,
                detail => detail.WriteString("report", report.ToString())),
            cancellationToken);
        return found is null ? new ReadResult.Absent() : new ReadResult.Found(found);
    }

    private Period Demanded(DateOnly first, DateOnly last)
    {
        var period = calendar.Of(first, last) ?? throw new FhirException(
            IssueCode.BusinessRule,
            $"There are reports of whole months, and of half-years, years and two years that are counted from {calendar.Start}: other"
            + " periods would differ from these by few persons.",
            "periodStart");
        var from = calendar.FrozenFrom(period);
        return from <= store.Now() ? period : throw new FhirException(
            IssueCode.BusinessRule,
            "A report of this period is made from "
            + Instants.ToDateTimeOffset(from).ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture)
            + " on: until then what happened is still being written down.",
            "periodEnd");
    }
}
