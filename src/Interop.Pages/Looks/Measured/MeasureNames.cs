namespace Interop.Pages.Looks.Measured;

/// <summary>What measures and their parts are called on a page, in English; other languages translate that.</summary>
public static class MeasureNames
{
    private static readonly Dictionary<string, string> Titles = new()
    {
        ["arrest"] = "Arrests", ["force-used"] = "Use of force", ["ed-transport"] = "Transport to an emergency room",
        ["response-time"] = "Time until help arrives", ["cost"] = "Cost", ["repeat-contact-30d"] = "Repeat contact within 30 days",
        ["follow-up-48h"] = "Follow-up within 48 hours", ["referral-completed"] = "Referrals completed",
        ["call-answered"] = "Eligible calls with a team or a reason", ["training-complete"] = "Staff with their joint training",
        ["refresher-current"] = "Staff with a refresher in three months", ["training-hours"] = "Hours of training",
        ["hands-on-hours"] = "Hours of hands-on training", ["staff-turnover"] = "Staff who left",
    };

    private const string Staff = "people on the roster, once for each month";

    private static readonly Dictionary<string, string> Sentences = new()
    {
        ["arrest"] = "of crisis encounters ended with an arrest", ["force-used"] = "of crisis encounters had somebody use force",
        ["ed-transport"] = "of people in a crisis were taken to an emergency room",
        ["response-time"] = "or less: so long does half of the people wait for help",
        ["follow-up-48h"] = "of people were called again within 48 hours",
        ["referral-completed"] = "of referrals came to what was asked for",
        ["call-answered"] = "of calls for such a team were answered by one, or with a reason",
        ["repeat-contact-30d"] = "of crisis encounters came within 30 days of another",
    };

    private static readonly Dictionary<string, string> Cases = new()
    {
        ["follow-up-48h"] = "encounters that a follow-up was owed for", ["referral-completed"] = "referrals that were sent",
        ["call-answered"] = "calls that were eligible", ["training-complete"] = Staff, ["refresher-current"] = Staff,
        ["training-hours"] = Staff, ["hands-on-hours"] = Staff, ["staff-turnover"] = Staff,
    };

    private static readonly Dictionary<string, string> Parts = new()
    {
        ["share"] = "Share", ["p50"] = "Half wait no longer than", ["p90"] = "Nine in ten wait no longer than", ["total"] = "In all",
        ["mean"] = "For each case", ["municipal"] = "Paid by the city", ["health"] = "Paid by health funds",
        ["foundation"] = "Paid by foundations", ["hours"] = "Hours in all", ["mean-hours"] = "Hours a person and month",
    };

    private static readonly Dictionary<string, string> Kinds = new()
    {
        ["race"] = "Race", ["ethnicity"] = "Ethnicity", ["birth-sex"] = "Birth sex", ["gender-identity"] = "Gender identity",
        ["age"] = "Age", ["language"] = "Language", ["district"] = "District", ["response-model"] = "Who went",
        ["sexual-orientation"] = "Sexual orientation", ["housing"] = "Housing",
    };

    private static readonly Dictionary<string, string> Groups = new()
    {
        ["unknown"] = "Not recorded", ["other"] = "Another", ["multiple"] = "More than one",
        ["1002-5"] = "American Indian or Alaska Native",
        ["2028-9"] = "Asian", ["2054-5"] = "Black or African American", ["2076-8"] = "Native Hawaiian or Other Pacific Islander",
        ["2106-3"] = "White", ["2135-2"] = "Hispanic or Latino", ["2186-5"] = "Not Hispanic or Latino", ["F"] = "Female", ["M"] = "Male",
        ["446141000124107"] = "A woman", ["446151000124109"] = "A man", ["407377005"] = "A transgender man",
        ["407376001"] = "A transgender woman", ["446131000124102"] = "Neither man nor woman", ["en"] = "English", ["es"] = "Spanish",
        ["20430005"] = "Heterosexual", ["38628009"] = "Gay or lesbian", ["42035005"] = "Bisexual", ["housed"] = "Has a home",
        ["housing-at-risk"] = "May lose their home", ["unhoused"] = "Has no home",
    };

    /// <summary>The measure's own title where it is none that pages know.</summary>
    public static string Title(string measure, string? own = null) => Titles.GetValueOrDefault(measure, own ?? measure);

    /// <summary>What is counted: what stands under the line of a share.</summary>
    public static string CasesOf(string measure) =>
        Cases.GetValueOrDefault(measure, Titles.ContainsKey(measure) ? "crisis encounters" : "cases");

    /// <summary>What stands after the figure, so that both together are a sentence.</summary>
    public static string Sentence(string measure) => Sentences.GetValueOrDefault(measure, Title(measure));

    public static string Part(string code) => Parts.GetValueOrDefault(code, code);

    public static string Kind(string code, string own) => Kinds.GetValueOrDefault(code, own);

    public static string Group(string kind, string code, string own) => kind switch
    {
        "district" when code is not ("unknown" or "other") => own, // a name of a place is a name
        "response-model" when code != "unknown" => Names.Of("response-model", code),
        "age" when code != "unknown" => own,
        _ => Groups.GetValueOrDefault(code, own),
    };

    internal static IEnumerable<string> Texts =>
    [
        .. Titles.Values, .. Sentences.Values, .. Cases.Values, .. Parts.Values, .. Kinds.Values, .. Groups.Values, "crisis encounters",
        "cases",
    ];
}
