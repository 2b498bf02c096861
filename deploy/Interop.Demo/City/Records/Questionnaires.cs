using Hl7.Fhir.Model;
using static Hl7.Fhir.Model.Questionnaire;

namespace Interop.Demo.City.Records;

/// <summary>The instruments by their LOINC codes, in our own words: the published wording belongs to its authors.</summary>
internal static class Questionnaires
{
    public const string Suicide = Codes.Base + "/Questionnaire/c-ssrs";
    public const string Depression = Codes.Base + "/Questionnaire/phq-9";
    public const string Dispatch = Codes.Base + "/Questionnaire/screen-5";

    public static readonly string[] SuicideItems = ["93246-7", "93247-5", "93248-3", "93249-1", "93250-9", "93267-3"];

    public static readonly string[] DispatchItems = ["distress", "violence", "self-harm", "medical", "reachable"];

    public static IEnumerable<Questionnaire> All() =>
    [
        Of("c-ssrs", "Suicide risk screen", Suicide, QuestionnaireItemType.Choice, SuicideItems.Select(code => "/" + code)),
        Of("phq-9", "Depression score", Depression, QuestionnaireItemType.Integer, ["/44261-6"]),
        Of("screen-5", "Five questions at dispatch", Dispatch, QuestionnaireItemType.Boolean, DispatchItems),
    ];

    private static Questionnaire Of(string id, string title, string url, QuestionnaireItemType type, IEnumerable<string> linkIds) => new()
    {
        Id = id,
        Url = url,
        Version = "1",
        Title = title,
        Status = PublicationStatus.Active,
        Item = [.. linkIds.Select(linkId => new ItemComponent { LinkId = linkId, Type = type })],
    };
}
