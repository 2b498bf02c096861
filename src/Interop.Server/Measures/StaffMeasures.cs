namespace Interop.Server.Measures;

/// <summary>What is measured of the programme's own people: whether they are trained, and whether they stay.</summary>
internal static class StaffMeasures
{
    /// <summary>The kind of their cases.</summary>
    public const string Cases = "staff";

    private const string Counted =
        "A Practitioner with a PractitionerRole of the programme whose period has a day in the month; once for each month.";

    private const string Untold = "No qualification of the Practitioner is a training (code system crisis-training) by then.";

    /// <summary>Whether a count of a report is one of staff.</summary>
    public static bool Has(CountName name) =>
        name.What == Cases || CrisisMeasure.All.Any(measure => !measure.HasGroups && measure.Id == name.What);

    /// <summary>For the list of all measures.</summary>
    public static IReadOnlyList<CrisisMeasure> All =>
    [
        new(
            "training-complete", "Staff with their joint training", MeasureKind.Share, Cases, true, Counted,
            "The trainings joint-training that began by the end of the month have 40 hours or more (extension training-hours), of which 20"
            + " or more are hands-on.",
            Untold,
            "Practitioner.qualification"),
        new(
            "refresher-current", "Staff with a refresher within three months", MeasureKind.Share, Cases, true, Counted,
            "A training of any kind began in the month or in the two before.",
            Untold,
            "Practitioner.qualification"),
        new(
            "training-hours", "Hours of training", MeasureKind.Hours, Cases, true, Counted,
            "Hours of the trainings that began in the month.",
            Untold,
            "Practitioner.qualification"),
        new(
            "hands-on-hours", "Hours of hands-on training", MeasureKind.Hours, Cases, true, Counted,
            "Hands-on hours of the trainings that began in the month.",
            Untold,
            "Practitioner.qualification"),
        new(
            "staff-turnover", "Staff who left", MeasureKind.Share, Cases, false, Counted,
            "All roles of the Practitioner in the programme had ended by the end of the month.",
            "A role is not active and its period has no end: nobody wrote down since when.",
            "PractitionerRole.period.end"),
    ];
}
