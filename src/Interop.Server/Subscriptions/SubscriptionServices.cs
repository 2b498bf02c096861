using Interop.Server.Guard;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Subscriptions;

/// <summary>The parts of this room.</summary>
internal static class SubscriptionServices
{
    public static void AddSubscriptions(this IServiceCollection services, SubscriptionSettings settings)
    {
        SubscriberCalls.Add(services, settings);
        services.AddSingleton<TypeRule, SubscriptionRule>();
        services.AddSingleton<IChangeWatch, TopicWatch>();
        services.AddSingleton<SubscriberCalls>();
        services.AddSingleton<SubscriptionStates>();
        services.AddSingleton<IRevocationWatch, EndedSubscribers>();
        services.AddSingleton<SubscriptionSockets>();
        services.AddSingleton<Delivery>();
        services.AddSingleton<Deliveries>();
        services.AddHostedService(provider => provider.GetRequiredService<Deliveries>());
    }
}
