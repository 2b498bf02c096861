namespace Interop.Server.Subscriptions;

/// <summary>How a subscriber is reached.</summary>
internal interface ISubscriberLine
{
    /// <summary>Whether a subscriber that is not reached may have gone for good; one that comes by itself only waits.</summary>
    bool CanFail { get; }

    /// <summary>Sends something once: whether it is sent again is decided where it waits.</summary>
    /// <param name="headers">What goes out with it and never back.</param>
    Task<SubscriberAnswer> SendAsync(
        SubscriptionRequest request, IReadOnlyList<string> headers, Notification notification, CancellationToken cancellationToken);
}

/// <summary>What came of sending something.</summary>
/// <param name="Failure">Why it was not taken; null where it was.</param>
/// <param name="MayHaveCome">Whether the other side may have it all the same.</param>
internal sealed record SubscriberAnswer(string? Failure, bool MayHaveCome)
{
    public static SubscriberAnswer Taken { get; } = new(null, MayHaveCome: true);
}
