using Interop.Fhir;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;

namespace Interop.Server.Guard.Trail;

/// <summary>A decision in sentences for people who don't have the rules before them.</summary>
internal static class AccessSentences
{
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["PSY"] = "psychiatric care", ["MH"] = "mental health", ["BH"] = "behavioural health", ["SUD"] = "substance use",
        ["ETHUD"] = "alcohol use", ["OPIOIDUD"] = "opioid use", ["ETH"] = "substance use", ["PSYTHPN"] = "psychotherapy notes",
        ["SUDNOTE"] = "substance use counselling notes", ["SDV"] = "sexual assault and domestic violence", ["HIV"] = "HIV",
        ["STD"] = "sexually transmitted disease", ["SEX"] = "sexuality", ["GDIS"] = "gender identity", ["SCA"] = "sickle cell anaemia",
        ["VIO"] = "violence", ["TBOO"] = "what is taboo", ["PREGNANT"] = "pregnancy", ["MST"] = "military sexual trauma",
        ["ADOL"] = "what an adolescent tells nobody else", ["COGN"] = "cognition", ["DVD"] = "developmental disability",
        ["EMOTDIS"] = "emotional disturbance", ["R"] = "what is restricted",
        ["V"] = "what is very restricted, as is text that nobody has labelled",
        ["42CFRPart2"] = "records of a substance use programme under 42 CFR Part 2", ["UNKNOWN"] = "a mark that this server does not know",
        ["PREDICTION"] = "what a model predicts", ["DRAFT"] = "a prediction that nobody has answered for",
    };

    public static IReadOnlyList<string> Of(AccessQuestion question, Decision decision) =>
    [
        $"{question.Requester} asks for {Purposes(question.Purposes)} about {question.Resource}, which {question.Custodian} keeps.",
        decision.Visible
            ? $"It sees {Part(decision.Tier, question.IsParty)}."
            : "It does not see it; whoever asks is told that there is no such thing.",
        .. Marks(question),
        .. decision.Reasons.Where(reason => reason.Rule != "result").Select(Sentence),
        .. decision.Obligations.Where(obligation => obligation != "AUDIT").Select(Duty),
    ];

    private static string Part(Tier tier, bool isParty) => tier switch
    {
        Tier.Own => "all of it, as its own record",
        Tier.Full => "the full part of it, notes included",
        Tier.Intermediate => "the intermediate part of it: diagnoses, treatment, referrals",
        _ => "the basic part of it: who she is and what is dangerous",
    } + (isParty ? "; and, being party to it, what parties see" : string.Empty);

    private static IEnumerable<string> Marks(AccessQuestion question)
    {
        if (question.Labels == Sharing.Policy.Labels.None)
        {
            yield return "Nothing marks it as especially sensitive.";
            yield break;
        }

        yield return $"It is marked as about {Words(question.Labels)}.";
        foreach (var rule in question.Rules)
        {
            yield return rule.Split(':', 2) switch
            {
                ["source", _] => "The mark comes from who wrote it: a programme under 42 CFR Part 2.",
                ["meta", var code] => $"The mark comes from the security label in it ({code}).",
                ["text", _] => "The mark comes from text in it that nobody has labelled.",
                ["reference", _] => "The mark comes from a reference to what this server does not keep.",
                [var table, var code] => $"The mark comes from the code {code} in it (list {table}).",
                _ => $"The mark comes from what it refers to ({rule}).",
            };
        }
    }

    private static string Sentence(Reason reason) => reason.Rule switch
    {
        "own" => $"The record is its own, so the role of who asks decides: {reason.Effect}.",
        "directory" => $"It stands in the directory: {reason.Effect}.",
        "no-agreement" => "There is no agreement between who keeps the record and who asks. Without one nothing is open.",
        "agreement-not-in-force" or "agreement-period" or "agreement-purpose" or "agency-type" =>
            $"The agreement {reason.Basis} opens nothing: {After(reason.Effect)}.",
        "agreement-default" => $"The agreement {reason.Basis} by itself opens the {Word(reason.Tier)} part{Including(reason.Labels)}.",
        "consent-permits" =>
            $"She permits it: {Consent(reason)} opens the {Word(reason.Tier)} part for {reason.Purpose}{Including(reason.Labels)}.",
        "consent-denies" => reason.Labels < 0
            ? $"She refuses it: {Consent(reason)} closes everything from the {Word(reason.Tier)} part on."
            : $"She refuses some of it: {Consent(reason)} closes what is about {Words(reason.Labels)},"
                + $" from the {Word(reason.Tier)} part on.",
        "consent-indeterminate" => $"{Consent(reason)} says something that this server can't judge. "
            + (reason.Labels < 0 ? "So it counts as a refusal." : "It is not about who asks, or a newer one has replaced it."),
        "consent-revoked" => $"{Consent(reason)} was taken back. It permits nothing.",
        "consent-not-in-effect" => $"{Consent(reason)} is not in effect.",
        "consent-does-not-apply" =>
            $"{Consent(reason)} is about other times, organisations or purposes, or a newer one has replaced it.",
        "part2-consent-incomplete" =>
            $"{Consent(reason)} opens no records under 42 CFR Part 2, because something is missing: {reason.Effect}.",
        "ceiling" => $"Whatever she permits, the agreement {reason.Basis} and the law let such an organisation have no more than the"
            + $" {Word(reason.Tier)} part, and the full one only while it works on an open case of hers.",
        "nothing-permits" => $"For {reason.Purpose} nothing permits it.",
        "label-must-be-named" => $"Such notes open only to a consent that names them alone: {reason.Effect}.",
        "label-not-cleared" => $"Nothing that she permits covers the marks on it: {reason.Effect}.",
        "part2-needs-its-consent" => "Records under 42 CFR Part 2 need a consent of their own, with all that 42 CFR 2.31 demands.",
        _ => reason.Effect,
    };

    private static string Consent(Reason reason) =>
        $"{reason.Basis}, version {reason.Version}{(reason.Provision is { } place ? $" ({place})" : string.Empty)},";

    private static string Duty(string obligation) => obligation switch
    {
        ['P', '2', '-', 'N', ..] => "With it goes the notice of 42 CFR 2.32.",
        ['P', '2', '-', 'C', ..] => "With it goes the consent, or what it covers in words.",
        _ => "Nobody may use it in proceedings against her.",
    };

    private static string Purposes(IReadOnlyList<string> purposes) => purposes.Count == 0 ? "no purpose" : string.Join(", ", purposes);

    private static string Word(Tier tier) => tier.ToString().ToLowerInvariant();

    private static string Including(long labels) => labels == 0 ? string.Empty : $", with what is about {Words(labels)}";

    private static string Words(long labels) => string.Join(", ", Sharing.Policy.Labels.CodesOf(labels)
        .Select(code => Kinds.TryGetValue(code, out var word) ? $"{word} ({code})" : code));

    /// <summary>What stands behind the purpose.</summary>
    private static string After(string effect) =>
        effect[(effect.IndexOf(": ", StringComparison.Ordinal) is >= 0 and var at ? at + 2 : 0)..];
}

/// <summary>What is asked.</summary>
/// <param name="Requester">Name and reference.</param>
/// <param name="Custodian">Name and reference of who keeps it.</param>
/// <param name="Rules">What gave it its labels.</param>
internal sealed record AccessQuestion(
    string Requester,
    IReadOnlyList<string> Purposes,
    ResourceKey Resource,
    string Custodian,
    long Labels,
    IReadOnlyList<string> Rules,
    bool IsParty);
