using System.Text.Json;
using Interop.Server.Guard;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Staff;

/// <summary>Somebody who worked for the programme in a month.</summary>
/// <param name="Id">Of the Practitioner.</param>
/// <param name="IsTold">Whether any training is written down.</param>
/// <param name="IsTrained">Whether the joint training is complete by the end of the month.</param>
/// <param name="IsCurrent">Whether a training began in the month or in the two before.</param>
/// <param name="Hours">Of the trainings that began in the month, in hundredths.</param>
/// <param name="HandsOn">The hands-on part of them.</param>
/// <param name="HasLeft">Null where nobody wrote down whether.</param>
internal sealed record StaffMember(string Id, bool IsTold, bool IsTrained, bool IsCurrent, long Hours, long HandsOn, bool? HasLeft)
{
    /// <summary>Ids of the PractitionerRoles that say so.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];
}

/// <summary>Who worked for the programme in a month, by its roster, and what they have learnt by its end.</summary>
internal sealed class StaffReader(InteropSettings settings)
{
    private const decimal JointHours = 40;
    private const decimal JointHandsOn = 20;
    private const int RefresherMonths = 3;

    /// <param name="first">The first day of the month.</param>
    /// <param name="last">The last.</param>
    public IReadOnlyList<StaffMember> Read(CountedRecord record, DateOnly first, DateOnly last)
    {
        // Rosters are kept by days, which are compared as days: a day without a zone is read in UTC, and so is the month.
        var (from, to) = (StartOf(first), StartOf(last.AddDays(1)));
        var roles = record.Of(
                "PractitionerRole", "organization", "Organization", [settings.Custodian], null, "active", "practitioner", "period")
            .Select(row => row.Read(root => new Role(
                row.Id,
                root.At("practitioner").Text("reference")?.Split('/') is ["Practitioner", var id] ? id : null,
                root.At("active").ValueKind != JsonValueKind.False,
                FhirPeriod.Read(root, "period"))))
            .Where(role => role.Practitioner is not null && role.Period.From < to && role.Period.To > from)
            .ToLookup(role => role.Practitioner!);
        return
        [
            .. record.ById("Practitioner", roles.Select(of => of.Key), "qualification").OrderBy(person => person.Id, StringComparer.Ordinal)
                .Select(person => Member(person, [.. roles[person.Id]], first, last, to)),
        ];
    }

    private static StaffMember Member(CountedResource person, IReadOnlyList<Role> roles, DateOnly first, DateOnly last, long to)
    {
        var trainings = person.Read(Training.Of).Where(training => training.Start <= last).ToList();
        var now = trainings.Where(training => training.Start >= first).ToList();
        var joint = trainings.Where(training => training.Code == Training.Joint).ToList();
        return new(
            person.Id,
            trainings.Count > 0,
            joint.Sum(training => training.Hours) >= JointHours && joint.Sum(training => training.HandsOn) >= JointHandsOn,
            trainings.Exists(training => training.Start >= first.AddMonths(1 - RefresherMonths)),
            Hundredths(now.Sum(training => training.Hours)),
            Hundredths(now.Sum(training => training.HandsOn)),
            roles.Any(role => !role.IsActive && role.Period.To == long.MaxValue) ? null : roles.All(role => role.Period.To <= to))
        {
            Roles = [.. roles.Select(role => role.Id)],
        };
    }

    private static long StartOf(DateOnly day) => FhirPeriod.Micros(new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero));

    private static long Hundredths(decimal hours) => (long)Math.Round(hours * 100, MidpointRounding.AwayFromZero);

    private sealed record Role(string Id, string? Practitioner, bool IsActive, (long From, long To) Period);
}
