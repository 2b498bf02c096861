using Hl7.Fhir.Model;

namespace Interop.Pages.Looks;

/// <summary>What codes of ours are called on a page, in English; other languages translate that.</summary>
public static class Names
{
    private static readonly Dictionary<string, string> All = new()
    {
        ["safety-flag keep-distance"] = "Keep your distance", ["safety-flag loud-voices"] = "No loud voices",
        ["safety-flag dog-at-home"] = "There is a dog", ["safety-flag mobility-device"] = "Uses a mobility device",
        ["safety-flag hearing"] = "Hard of hearing", ["safety-flag uniform"] = "Uniforms frighten",
        ["contact-outcome reached"] = "Reached", ["contact-outcome no-answer"] = "No answer",
        ["contact-outcome left-message"] = "Left a message", ["contact-outcome refused"] = "Wants no contact",
        ["response-model ccd"] = "Clinician on the phone", ["response-model crt"] = "Crisis team, unarmed",
        ["response-model co-response"] = "Crisis team together with police",
        ["response-model police-secondary"] = "Crisis team, police nearby",
        ["response-model ems"] = "Ambulance", ["response-model police"] = "Police", ["response-model transfer-988"] = "Transfer to 988",
        ["override-reason clinical-judgement"] = "Clinical judgement", ["override-reason new-information"] = "Something new was said",
        ["override-reason known-history"] = "What is known of the person", ["override-reason no-unit"] = "No unit is free",
        ["override-reason caller-request"] = "The caller asked for it", ["override-reason supervisor"] = "The supervisor decided",
        ["not-sent-reason no-unit"] = "No unit is free", ["not-sent-reason outside-hours"] = "Outside our hours",
        ["not-sent-reason outside-area"] = "Outside our area", ["not-sent-reason safety"] = "Not safe for the team",
        ["not-sent-reason medical"] = "A medical matter", ["not-sent-reason caller-declined"] = "The caller wants nobody",
        ["not-sent-reason recalled"] = "Called back on the way", ["not-sent-reason duplicate"] = "The same incident again",
        ["not-sent-reason untriaged"] = "Ended before the questions",
        ["transfer-outcome resolved"] = "The talk was enough", ["transfer-outcome returned"] = "The call came back to us",
        ["transfer-outcome emergency"] = "988 asked for an emergency response",
        ["transfer-outcome ended"] = "The person hung up, and nobody knows more",
        ["transfer-outcome not-reached"] = "988 was not reached",
        ["fact arrest"] = "Was the person arrested?", ["fact force-used"] = "Did anybody use force?",
        ["fact police-backup-requested"] = "Did the team ask for police?",
        ["fact ed-transport"] = "Was the person taken to an emergency room?",
        ["fact jail-booking"] = "Was the person booked into jail?", ["fact injury"] = "Was anybody hurt?",
        ["crisis-task disclosure-review"] = "Somebody broke the glass", ["crisis-task snooping-alert"] = "Unusual searches for people",
        ["crisis-task mou-review"] = "An agreement is due for review", ["crisis-task consent-review"] = "A consent to look at",
        ["crisis-task possible-duplicate"] = "Two records, perhaps one person",
        ["crisis-task subscription-error"] = "A system can't be told any more", ["crisis-task escalation"] = "Nobody has answered in time",
        ["crisis-task follow-up-48h"] = "Follow-up within 48 hours", ["crisis-task fulfill-referral"] = "Referral",
        ["status requested"] = "Waits for an answer", ["status received"] = "Read, not answered", ["status accepted"] = "Accepted",
        ["status in-progress"] = "Under way", ["status on-hold"] = "On hold", ["status completed"] = "Done",
        ["status rejected"] = "Declined",
        ["status cancelled"] = "Withdrawn", ["status failed"] = "Not possible", ["status draft"] = "Not sent yet",
        ["encounter planned"] = "On the way", ["encounter arrived"] = "On scene", ["encounter in-progress"] = "With the person",
        ["encounter finished"] = "Ended", ["encounter cancelled"] = "Called off",
        ["capacity capacity"] = "Has room", ["capacity no-capacity"] = "Full", ["capacity waitlist"] = "Waiting list",
        ["tier basic"] = "Who the person is and what is dangerous", ["tier intermediate"] = "Also diagnoses and treatment",
        ["tier full"] = "The complete record of an open case", ["consent active"] = "In force", ["consent inactive"] = "Revoked",
        ["consent draft"] = "Not signed yet", ["consent proposed"] = "Not signed yet", ["consent rejected"] = "Refused",
        ["consent entered-in-error"] = "Recorded by mistake",
        ["risk-level no-risk-found"] = "No risk found", ["risk-level low"] = "Low", ["risk-level moderate"] = "Moderate",
        ["risk-level high"] = "High",
        ["purpose TREAT"] = "Treatment", ["purpose ETREAT"] = "Emergency treatment", ["purpose COC"] = "Arranging the next care",
        ["purpose CAREMGT"] = "Care over time", ["purpose HOPERAT"] = "Running the service", ["purpose OVRPS"] = "Help on scene",
        ["crisis-training joint-training"] = "Joint training", ["crisis-training refresher"] = "Refresher",
        ["crisis-training cit"] = "Crisis intervention training (CIT)",
        ["purpose BTG"] = "Emergency: broke the glass",
        ["crisis-task outreach"] = "Seek a person out",
        ["risk-feature encounters-90d"] = "Earlier crises in 90 days", ["risk-feature encounters-365d"] = "Earlier crises in a year",
        ["risk-feature months-since-last"] = "Months since the last one, 12 at most",
        ["risk-feature follow-ups-not-completed-365d"] = "Follow-ups in a year that did not happen",
        ["risk-feature ed-transports-365d"] = "Rides to an emergency room in a year",
        ["risk-feature referrals-not-completed-365d"] = "Referrals in a year that came to nothing",
        ["risk-kind race"] = "Race", ["risk-kind ethnicity"] = "Ethnicity", ["risk-kind birth_sex"] = "Birth sex",
        ["risk-kind gender_identity"] = "Gender identity", ["risk-kind age"] = "Age", ["risk-kind language"] = "Language",
        ["risk-kind district"] = "District", ["risk-kind sexual_orientation"] = "Sexual orientation", ["risk-kind housing"] = "Housing",
        ["risk-group unknown"] = "Not recorded", ["risk-group other"] = "Another", ["risk-group multiple"] = "More than one",
        ["risk-group 1002-5"] = "American Indian or Alaska Native", ["risk-group 2028-9"] = "Asian",
        ["risk-group 2054-5"] = "Black or African American", ["risk-group 2076-8"] = "Native Hawaiian or Other Pacific Islander",
        ["risk-group 2106-3"] = "White", ["risk-group 2135-2"] = "Hispanic or Latino", ["risk-group 2186-5"] = "Not Hispanic or Latino",
        ["risk-group F"] = "Female", ["risk-group M"] = "Male", ["risk-group 446141000124107"] = "Identifies as female",
        ["risk-group 446151000124109"] = "Identifies as male", ["risk-group 407377005"] = "Trans man",
        ["risk-group 407376001"] = "Trans woman", ["risk-group 446131000124102"] = "Identifies as non-conforming",
        ["risk-group 20430005"] = "Heterosexual", ["risk-group 38628009"] = "Gay or lesbian", ["risk-group 42035005"] = "Bisexual",
        ["risk-group housed"] = "Has a home", ["risk-group housing-at-risk"] = "May lose their home",
        ["risk-group unhoused"] = "Has no home",
    };

    /// <summary>The code itself where nobody gave it a name.</summary>
    public static string Of(string system, string? code) => All.GetValueOrDefault($"{system} {code}", code ?? string.Empty);

    /// <summary>The concept's name in a system of ours, or what it says of itself.</summary>
    public static string Of(string system, CodeableConcept? concept) =>
        Codes.Of(concept, system) is { } code && All.TryGetValue($"{system} {code}", out var name) ? name : Codes.Said(concept);

    /// <summary>The codes of a system, in the order in which a page offers them.</summary>
    public static IEnumerable<(string Code, string Name)> In(string system) => All
        .Where(entry => entry.Key.StartsWith(system + " ", StringComparison.Ordinal))
        .Select(entry => (entry.Key[(system.Length + 1)..], entry.Value));

    internal static IEnumerable<string> Texts => All.Values;
}
