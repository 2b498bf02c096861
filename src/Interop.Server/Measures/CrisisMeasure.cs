using Interop.Server.Settings;

namespace Interop.Server.Measures;

/// <summary>What a measure comes to: a share of its cases, times, money, or hours.</summary>
internal enum MeasureKind
{
    Share,
    Time,
    Cost,
    Hours,
}

/// <summary>One measure, in words that a reader can check against records.</summary>
/// <param name="Cases">The kind of its cases: measures of one kind have one denominator.</param>
/// <param name="IsBetterHigh">Whether more of it is better; null where neither is.</param>
/// <param name="Counted">What is a case.</param>
/// <param name="Yes">What of a case makes it count.</param>
/// <param name="Missing">What of a case is missing where it is; null where nothing can be.</param>
/// <param name="Expression">The same as FHIRPath, for a program.</param>
internal sealed record CrisisMeasure(
    string Id,
    string Title,
    MeasureKind Kind,
    string Cases,
    bool? IsBetterHigh,
    string Counted,
    string Yes,
    string? Missing,
    string Expression)
{
    public const string Version = "1.0.0";

    private const string Encounters =
        "A finished Encounter of the programme's own that is about a person, is no follow-up visit (SNOMED CT 390906007) and no contact"
        + " that a follow-up reached, and whose period ended in the month.";

    /// <summary>Cases of the first five are encounters.</summary>
    public static readonly IReadOnlyList<CrisisMeasure> All =
    [
        Fact("arrest", "Arrests", "arrest"),
        Fact("force-used", "Use of force", "force-used"),
        Fact("ed-transport", "Transport to an emergency department", "ed-transport"),
        new(
            "response-time", "Response time", MeasureKind.Time, "encounter", false, Encounters,
            "Minutes from the start of the status planned to the first start of the status arrived in Encounter.statusHistory; from the"
            + " start of the Encounter where it was never planned.",
            "Nobody wrote down when somebody arrived, or it is before the start.",
            "Encounter.statusHistory.where(status = 'arrived').period.start"),
        new(
            "cost", "Cost", MeasureKind.Cost, "encounter", null, Encounters,
            "Hours from start to end of the Encounter, times what an hour of its response model costs by the site's file. The model is"
            + " that of the last active or completed order of the Encounter, else of Encounter.type.",
            "The response model, its cost or the end is not known.",
            "Encounter.period"),
        new(
            "repeat-contact-30d", "Repeat contact within 30 days", MeasureKind.Share, "encounter", false, Encounters,
            "The Encounter began within 30 days after the end of another such Encounter of the same person.",
            null,
            "Encounter.period.start"),
        new(
            "follow-up-48h", "Follow-up within 48 hours", MeasureKind.Share, "follow-up", true,
            Encounters + " Not one whose follow-up was cancelled, such as for somebody who refuses it.",
            "The Task follow-up-48h of the Encounter is completed, and no DetectedIssue follow-up-missed implicates it.",
            "There is no such Task, or it is still open and was not missed.",
            "Task.where(status = 'completed')"),
        new(
            "referral-completed", "Referrals completed", MeasureKind.Share, "referral", true,
            "A referral Task of the programme's own that was authored in the month and is no draft, not cancelled, not in error.",
            "The Task is completed; one that was rejected or has failed is a no.",
            "The Task is still open.",
            "Task.where(status = 'completed')"),
        new(
            "call-answered", "Eligible calls with a unit or a reason", MeasureKind.Share, "call", true,
            "A Task call-answer that was authored in the month and is not cancelled: the server keeps one for each eligible call.",
            "The Task is completed: a ServiceRequest says who was sent, or why nobody was.",
            null,
            "Task.where(status = 'completed')"),
        .. StaffMeasures.All,
    ];

    /// <summary>Whether people are told apart by groups: those who were helped are, the programme's own are not.</summary>
    public bool HasGroups => Cases != StaffMeasures.Cases;

    public string Url => $"{CrisisProfiles.Base}/Measure/{Id}";

    public string Canonical => $"{Url}|{Version}";

    /// <summary>The measure of a canonical with or without version, or null.</summary>
    public static CrisisMeasure? Of(string? canonical) => All.FirstOrDefault(measure => measure.Url == canonical?.Split('|')[0]);

    private static CrisisMeasure Fact(string id, string title, string code) => new(
        id, title, MeasureKind.Share, "encounter", false, Encounters,
        $"An Observation of the Encounter with the code {code} of crisis-observation, final, amended or corrected, says yes. Where several"
        + " disagree, yes counts.",
        "No such Observation says yes or no. Nothing said is never a no.",
        $"Observation.where(code.coding.code = '{code}' and value = true)");
}
