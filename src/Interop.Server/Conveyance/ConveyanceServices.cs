namespace Interop.Server.Conveyance;

/// <summary>The parts by which dispatch and the programme tell each other.</summary>
internal static class ConveyanceServices
{
    public static void AddConveyance(this IServiceCollection services)
    {
        services.AddSingleton<Incidents>();
        services.AddSingleton<EidoSubscriptions>();
    }

    public static void MapConveyance(this IEndpointRouteBuilder builder)
    {
        EidoRetrieval.Map(builder);
        EidoSubscriptions.Map(builder);
    }
}
