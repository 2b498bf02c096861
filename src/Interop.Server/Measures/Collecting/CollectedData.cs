using System.Globalization;
using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Guard.Searches;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Redaction;
using Interop.Storage.Audit;

namespace Interop.Server.Measures.Collecting;

/// <summary>
/// What a measure counts, for who works on the programme's own record: the same rules find it that freeze months, looking through the
/// caller's eyes. What those do not see is not counted, as if it were not there.
/// </summary>
internal sealed class CollectedData(
    GuardedStore store,
    AskedMeasures measures,
    MonthReader months,
    Calendar calendar,
    AuditTrail audit,
    Turns turns,
    PersonLookups lookups,
    InteropSettings settings)
{
    private const int MostDays = 31;

    /// <summary>The resources of a measure and a time; null where the caller sees no such measure.</summary>
    /// <param name="askedOf">Reads what is asked, once it is known that the caller may ask.</param>
    /// <exception cref="FhirException">
    /// 403: a scope, an admission or a role is missing. 422: there is no such time. 400: what there is, is too much.
    /// </exception>
    public async Task<FhirParameters?> FindAsync(
        Caller caller, ResourceKey key, Func<AskedData> askedOf, CancellationToken cancellationToken)
    {
        var target = $"{key}/$collect-data";
        if (await measures.FindAsync(caller, key, target, cancellationToken) is not { } measure)
        {
            return null;
        }

        if (caller.Organization != settings.Custodian)
        {
            throw Refusal();
        }

        var (collection, found, row) = await turns.RunAsync(
            caller, () => CollectAsync(caller, measure, askedOf, target, cancellationToken), cancellationToken);
        await audit.RecordAsync(row, cancellationToken);
        lookups.Note(caller, [.. found.Select(one => one.Key).Where(one => one.Type == "Patient")]);
        await lookups.TellAsync();
        return new("measureReport", collection, "resource", found);
    }

    private async Task<(DataCollection Collection, IReadOnlyList<Disclosure> Found, AuditRow Row)> CollectAsync(
        Caller caller, CrisisMeasure measure, Func<AskedData> askedOf, string target, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync(caller, cancellationToken);
        var sight = snapshot.Sight.Within(caller, SmartRight.Read);
        var record = snapshot.RecordThrough(sight) ?? throw Refusal();
        var asked = askedOf();
        Demand(measure, asked);
        var cases = measure.HasGroups
            ? months.Cases(record, settings.StartOf(asked.First), settings.StartOf(asked.Last.AddDays(1)))
            : months.StaffCases(record, asked.First, asked.Last);
        var keys = cases
            .Where(counted => counted.Case.Measure == measure.Id && (asked.Subject is null || asked.Subject == counted.Person))
            .SelectMany(counted => counted.Evidence)
            .Distinct()
            .Take(settings.Limits.CollectedResources + 1)
            .ToList();
        if (keys.Count > settings.Limits.CollectedResources)
        {
            throw new FhirException(
                IssueCode.TooCostly,
                $"The measure counts more than {settings.Limits.CollectedResources} resources of this time. Ask for fewer days.",
                "periodEnd");
        }

        var (found, row) = SeenTogether.Of(snapshot, sight, keys, target, asked.Text);
        return (
            DataCollection.Of(measure, asked.First, asked.Last, asked.Subject, settings.Custodian, found, snapshot.Instant), found, row);
    }

    private static FhirException Refusal() => new(
        IssueCode.Forbidden,
        "What a measure counts is collected by those who see the programme's whole record; its figures are $evaluate-measure.");

    private void Demand(CrisisMeasure measure, AskedData asked)
    {
        if (asked.Last < asked.First || asked.Last.DayNumber - asked.First.DayNumber >= MostDays)
        {
            throw new FhirException(
                IssueCode.BusinessRule, $"Data is collected of 1 to {MostDays} days at once, from periodStart on.", "periodEnd");
        }

        if (Period.NumberOf(asked.First) < calendar.FirstMonth)
        {
            throw new FhirException(
                IssueCode.BusinessRule, $"Nothing is counted of what was before {calendar.Start}.", "periodStart");
        }

        if (measure.HasGroups)
        {
            return;
        }

        if (asked.First.Day != 1 || asked.First.AddMonths(1).AddDays(-1) != asked.Last)
        {
            throw new FhirException(
                IssueCode.BusinessRule, "Staff is counted once for each month: ask for a whole one.", "periodEnd");
        }

        if (asked.Subject is not null)
        {
            throw new FhirException(IssueCode.NotSupported, "The parameter subject is a Patient, and this measure counts staff.");
        }
    }
}

/// <summary>Of which time and whom data is asked.</summary>
/// <param name="First">The first day, in the time zone of the site.</param>
/// <param name="Last">The last.</param>
/// <param name="Subject">Id of a Patient; null for all.</param>
internal sealed record AskedData(DateOnly First, DateOnly Last, string? Subject)
{
    /// <summary>For the trail.</summary>
    public string Text => string.Create(
        CultureInfo.InvariantCulture,
        $"periodStart={First:yyyy-MM-dd}&periodEnd={Last:yyyy-MM-dd}{(Subject is null ? "" : $"&subject=Patient/{Subject}")}");
}
