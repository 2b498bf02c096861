using Interop.Server.Guard;

namespace Interop.Server.Consents;

/// <summary>The parts of this room.</summary>
internal static class ConsentServices
{
    public static void AddConsents(this IServiceCollection services)
    {
        services.AddSingleton<TypeRule, ConsentRule>();
        services.AddSingleton<TypeRule, ConsentReview>();
        services.AddSingleton(ConsentForm.Set);
        services.AddSingleton<TypeRule, IndividualConsents>();
        services.AddSingleton<TypeRule, IndividualForms>();
        services.AddSingleton<ConsentPreview>();
        services.AddSingleton<IChangeWatch, ConsentRemarks>();
    }
}
