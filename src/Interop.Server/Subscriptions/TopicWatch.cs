using Interop.Server.Guard;
using Interop.Server.Settings;

namespace Interop.Server.Subscriptions;

/// <summary>
/// Lets each change wait for those who subscribed to its topic, in the transaction that makes it. Whether they are told is decided when
/// they are: by what each sees then.
/// </summary>
internal sealed class TopicWatch : IChangeWatch
{
    public void Note(GuardedTransaction transaction, StoredStep step)
    {
        // What was deleted was of the topic before.
        if (transaction.IsHistory || (step.Body ?? step.Before) is not { } body)
        {
            return;
        }

        foreach (var topic in Topic.All.Where(topic => topic.Type == step.Key.Type && topic.Covers(step.Key.Type, body)))
        {
            transaction.Channels.Spread(topic.Code, step.Key.ToString(), step.Instant);
        }
    }
}
