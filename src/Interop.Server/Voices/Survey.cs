using Interop.Server.Forms;

namespace Interop.Server.Voices;

/// <summary>One survey, in each language in which it may be answered.</summary>
/// <param name="Name">Id of its Questionnaire in English, by which links are asked for.</param>
/// <param name="Score">Of the code system survey-score: what its answers come to.</param>
internal sealed record Survey(string Name, IReadOnlyList<Form> Forms, string Score)
{
    /// <summary>The item whose answer is the score.</summary>
    public const string Satisfaction = "satisfaction";

    public static FormSet Set { get; } = new("survey-client", "survey-client-es", "survey-partner", "survey-partner-es");

    public static IReadOnlyList<Survey> All { get; } =
    [
        new("survey-client", [Set.All[0], Set.All[1]], "client-satisfaction"),
        new("survey-partner", [Set.All[2], Set.All[3]], "partner-satisfaction"),
    ];

    /// <summary>Null for what is no survey.</summary>
    public static Survey? Of(string? name) => All.FirstOrDefault(survey => survey.Name == name);
}
