using Interop.Server.Routing;

namespace Interop.Server.Summary;

/// <summary>The parts of this room.</summary>
internal static class SummaryServices
{
    public static void AddSummaries(this IServiceCollection services)
    {
        services.AddSingleton<ThreatDisclosure>();
        services.AddSingleton<CrisisSummaries>();
        services.AddSingleton<FieldSummaries>();
    }

    public static void Map(FhirRoutes fhir)
    {
        CrisisSummary.Map(fhir);
        FieldSummary.Map(fhir);
    }
}
