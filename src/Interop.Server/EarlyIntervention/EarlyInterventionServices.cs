using Interop.Server.EarlyIntervention.Trial;
using Interop.Server.Guard;
using Interop.Server.Routing;
using Interop.Server.Settings;
using Interop.Server.Tasks;

namespace Interop.Server.EarlyIntervention;

/// <summary>
/// The parts of this room. Where a site has not turned it on nothing is predicted, and there is no route; what was predicted before stays
/// protected all the same, and lapses.
/// </summary>
internal static class EarlyInterventionServices
{
    public static void AddEarlyIntervention(this IServiceCollection services, EarlyInterventionSettings? settings)
    {
        services.AddSingleton<OpenPredictions>();
        services.AddSingleton<ModelStops>();
        services.AddSingleton<TypeRule, PredictionRule>();
        services.AddSingleton<TypeRule, OutreachRefusalRule>();
        services.AddSingleton<TypeRule, ModelRecordRule>();
        services.AddSingleton<IDeadline, DraftLapse>();
        if (settings is null)
        {
            return;
        }

        services.AddSingleton<VisitHistory>();
        services.AddSingleton<ModelTraining>();
        services.AddSingleton(_ => RiskModelFile.From(settings.Model));
        services.AddSingleton<RiskModels>();
        services.AddSingleton<ModelActs>();
        services.AddHostedService<PublishedModel>();
        services.AddSingleton<DraftWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<DraftWorker>());
        services.AddSingleton<DriftWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<DriftWorker>());
    }

    /// <summary>The routes are there where it is turned on.</summary>
    public static void Map(FhirRoutes fhir, InteropSettings settings)
    {
        if (settings.EarlyIntervention is not null)
        {
            ModelCard.Map(fhir);
            AcceptModel.Map(fhir);
            StopModel.Map(fhir);
        }
    }
}
