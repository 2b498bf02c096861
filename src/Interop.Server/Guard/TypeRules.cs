using Interop.Fhir;
using Interop.Fhir.Validation;
using Interop.Server.Security;

namespace Interop.Server.Guard;

/// <summary>What the workflows of crisis work demand of changes to resources of their types, and what follows from them.</summary>
internal sealed class TypeRules(IEnumerable<TypeRule> rules, IEnumerable<IChangeWatch> watches)
{
    private readonly ILookup<string, TypeRule> byType = rules.ToLookup(rule => rule.Type, StringComparer.Ordinal);
    private readonly IReadOnlyList<IChangeWatch> watches = [.. watches];

    /// <inheritdoc cref="TypeRule.Recorded"/>
    public WriteResult.Refused? Recorded(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body) =>
        First(key.Type, rule => rule.Recorded(caller, key, body));

    /// <inheritdoc cref="TypeRule.Taken"/>
    public WriteResult.Refused? Taken(ResourceStep step) => First(step.Key.Type, rule => rule.Taken(step));

    /// <inheritdoc cref="TypeRule.Reached"/>
    public WriteResult.Refused? Reached(ResourceStep step) =>
        Misread(step.Key.Type, step.After) ?? First(step.Key.Type, rule => rule.Reached(step));

    /// <inheritdoc cref="TypeRule.Misread"/>
    public WriteResult.Refused? Misread(string type, ReadOnlyMemory<byte> body) => First(type, rule => rule.Misread(body));

    /// <inheritdoc cref="TypeRule.Ended"/>
    public WriteResult.Refused? Ended(ResourceKey key, ReadOnlyMemory<byte> stored) =>
        First(key.Type, rule => rule.Ended(key.Id, stored));

    /// <inheritdoc cref="TypeRule.ByParty"/>
    public (byte[] Body, IReadOnlyList<Issue> Issues)? ByParty(ResourceStep step, ReadOnlyMemory<byte> view) =>
        byType[step.Key.Type].Select(rule => rule.ByParty(step, view)).FirstOrDefault(change => change is not null);

    /// <inheritdoc cref="TypeRule.PartyElements"/>
    public IReadOnlyCollection<string> PartyElements(string type) => [.. byType[type].SelectMany(rule => rule.PartyElements)];

    /// <inheritdoc cref="TypeRule.Completed"/>
    public byte[] Completed(ResourceStep step, byte[] body) =>
        byType[step.Key.Type].Aggregate(body, (whole, rule) => rule.Completed(step with { After = whole }, whole));

    /// <inheritdoc cref="TypeRule.Follow"/>
    public void Follow(GuardedTransaction transaction, StoredStep step)
    {
        foreach (var rule in byType[step.Key.Type])
        {
            rule.Follow(transaction, step);
        }
    }

    /// <inheritdoc cref="IChangeWatch.Note"/>
    public void Note(GuardedTransaction transaction, StoredStep step)
    {
        foreach (var watch in watches)
        {
            watch.Note(transaction, step);
        }
    }

    private WriteResult.Refused? First(string type, Func<TypeRule, WriteResult.Refused?> ask) =>
        byType[type].Select(ask).FirstOrDefault(refused => refused is not null);
}

/// <summary>Is told of all that is stored, by whomever, in the transaction that stores it.</summary>
internal interface IChangeWatch
{
    /// <summary>Notes that a resource was stored. It may let something wait for its time, and changes no resource.</summary>
    void Note(GuardedTransaction transaction, StoredStep step);
}

/// <summary>A rule of one workflow about one type. By itself it allows everything.</summary>
internal abstract class TypeRule(string type)
{
    public string Type => type;

    /// <summary>Null, or why this caller records no such resource as its own organisation's.</summary>
    public virtual WriteResult.Refused? Recorded(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body) => null;

    /// <summary>
    /// Null, or why whoever changes the resource may not take this step: asked first, for it says what the writer may do instead.
    /// </summary>
    public virtual WriteResult.Refused? Taken(ResourceStep step) => null;

    /// <summary>Null, or why the resource may not become this, whoever changes it.</summary>
    public virtual WriteResult.Refused? Reached(ResourceStep step) => null;

    /// <summary>
    /// Null, or why nobody stores the resource so, an operator who brings in history neither: it would be read as what it is not.
    /// </summary>
    public virtual WriteResult.Refused? Misread(ReadOnlyMemory<byte> body) => null;

    /// <summary>Null, or why the resource may not be deleted.</summary>
    public virtual WriteResult.Refused? Ended(string id, ReadOnlyMemory<byte> stored) => null;

    /// <summary>
    /// The resource as it becomes when a party to it changes it that does not keep it, or why that may not be: by itself nobody's.
    /// </summary>
    /// <param name="view">The resource as the party sees it.</param>
    public virtual (byte[] Body, IReadOnlyList<Issue> Issues)? ByParty(ResourceStep step, ReadOnlyMemory<byte> view) => null;

    /// <summary>The root elements that a party may change.</summary>
    public virtual IReadOnlyCollection<string> PartyElements => [];

    /// <summary>The resource as it is stored: with what the server adds to it, and without what it keeps elsewhere.</summary>
    public virtual byte[] Completed(ResourceStep step, byte[] body) => body;

    /// <summary>
    /// What follows from a change that happens now, in the same transaction. What an operator brings in has happened: nothing follows.
    /// </summary>
    public virtual void Follow(GuardedTransaction transaction, StoredStep step)
    {
    }
}

/// <summary>A change that is asked for.</summary>
/// <param name="Before">The resource as it is stored; null for a new one.</param>
/// <param name="Writer">Id of the Organization that asks.</param>
/// <param name="IsOwn">Whether the writer changes its own organisation's record.</param>
/// <param name="Transaction">In which it would be made.</param>
internal readonly record struct ResourceStep(
    ResourceKey Key,
    ReadOnlyMemory<byte>? Before,
    ReadOnlyMemory<byte> After,
    string Writer,
    bool IsOwn,
    GuardedTransaction Transaction)
{
    /// <summary>UTC microseconds.</summary>
    public long Instant => Transaction.Instant;

    /// <summary>Ids of the Organizations that the stored resource names at an element, themselves or through a role.</summary>
    public IReadOnlyCollection<string> PartiesAt(string element) =>
        Before is { } stored ? Transaction.OrganizationsAt(Key.Type, stored, element) : [];
}

/// <summary>A change that was stored.</summary>
/// <param name="Custodian">Id of the Organization whose record it is.</param>
/// <param name="Before">The resource as it was, unless it was deleted or not there.</param>
/// <param name="Body">The resource as it is; null where it was deleted.</param>
/// <param name="Instant">UTC microseconds.</param>
internal readonly record struct StoredStep(
    ResourceKey Key, string Custodian, ReadOnlyMemory<byte>? Before, ReadOnlyMemory<byte>? Body, long Instant);
