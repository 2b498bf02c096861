using Interop.Server.Guard;
using Interop.Server.Routing;

namespace Interop.Server.Voices;

/// <summary>The parts of this room.</summary>
internal static class VoiceServices
{
    public static void AddVoices(this IServiceCollection services)
    {
        services.AddSingleton(Survey.Set);
        services.AddSingleton<Surveys>();
        services.AddSingleton<SurveyNight>();
        services.AddHostedService(provider => provider.GetRequiredService<SurveyNight>());
        services.AddSingleton<TypeRule, SurveyRules.OfAnswers>();
        services.AddSingleton<TypeRule, SurveyRules.OfScores>();
    }

    public static void Map(FhirRoutes fhir)
    {
        AskSurveyLinks.Map(fhir);
        OpenSurvey.Map(fhir);
        AnswerSurvey.Map(fhir);
    }
}
