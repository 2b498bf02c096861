using Interop.Server.Guard;
using Interop.Server.Routing;
using Interop.Server.Settings;

namespace Interop.Server.Measures;

/// <summary>
/// The parts of this room. Without a file of the site nothing is evaluated; what was reported stays protected all the same.
/// </summary>
internal static class MeasureServices
{
    /// <param name="settings">Of which <c>Interop:Evaluation</c> is the path of the site's file.</param>
    public static void AddMeasures(this IServiceCollection services, InteropSettings settings)
    {
        services.AddSingleton<TypeRule, MeasureRule>();
        services.AddSingleton<TypeRule, ReportRule>();
        if (settings.Evaluation is not { } path)
        {
            return;
        }

        services.AddSingleton(EvaluationTable.From(path));
        services.AddSingleton<Calendar>();
        services.AddSingleton<Strata>();
        services.AddSingleton<MonthReader>();
        services.AddSingleton<Reports>();
        services.AddSingleton<AskedMeasures>();
        services.AddSingleton<AskedReports>();
        services.AddHostedService<PublishedMeasures>();
        services.AddHostedService<ReportWorker>();
    }

    /// <summary>The routes are there where something is evaluated.</summary>
    public static void Map(FhirRoutes fhir, InteropSettings settings)
    {
        if (settings.Evaluation is not null)
        {
            EvaluateMeasure.Map(fhir);
        }
    }
}
