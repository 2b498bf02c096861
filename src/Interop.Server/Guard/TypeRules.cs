using Interop.Fhir;
using Interop.Fhir.Validation;
using Interop.Server.Authoring;
using Interop.Server.Security;

namespace Interop.Server.Guard;

/// <summary>What the workflows of crisis work demand of changes to resources of their types, and what follows from them.</summary>
internal sealed class TypeRules(IEnumerable<TypeRule> rules)
{
    private readonly Dictionary<string, TypeRule> byType = rules.ToDictionary(rule => rule.Type, StringComparer.Ordinal);

    /// <summary>The rule of a type, if there is one.</summary>
    public TypeRule? Of(string type) => byType.GetValueOrDefault(type);

    /// <inheritdoc cref="TypeRule.Following"/>
    public MappedResource? Following(StoredStep step) => Of(step.Key.Type)?.Following(step);
}

/// <summary>The rule of one workflow about one type. By itself it allows everything.</summary>
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

    /// <summary>Null, or why the resource may not be deleted.</summary>
    public virtual WriteResult.Refused? Ended(string id, ReadOnlyMemory<byte> stored) => null;

    /// <summary>
    /// The resource as it becomes when a party to it changes it that does not keep it, or why that may not be: by itself nobody's.
    /// </summary>
    /// <param name="view">The resource as the party sees it.</param>
    public virtual (byte[] Body, IReadOnlyList<Issue> Issues)? ByParty(
        ReadOnlyMemory<byte> stored, ReadOnlyMemory<byte> view, ReadOnlyMemory<byte> sent) => null;

    /// <summary>What is stored along with the resource, unless it is there already.</summary>
    public virtual MappedResource? Following(StoredStep step) => null;
}

/// <summary>A change that is asked for.</summary>
/// <param name="Before">The resource as it is stored; null for a new one.</param>
/// <param name="Writer">Id of the Organization that asks.</param>
/// <param name="IsOwn">Whether the writer changes its own organisation's record.</param>
/// <param name="PartiesAt">Ids of the Organizations that the stored resource names at an element, themselves or through a role.</param>
/// <param name="Instant">UTC microseconds.</param>
internal readonly record struct ResourceStep(
    string Id,
    ReadOnlyMemory<byte>? Before,
    ReadOnlyMemory<byte> After,
    string Writer,
    bool IsOwn,
    Func<string, IReadOnlyCollection<string>> PartiesAt,
    long Instant);

/// <summary>A change that was stored.</summary>
/// <param name="Custodian">Id of the Organization whose record it is.</param>
/// <param name="Before">The resource as it was, unless it was deleted or not there.</param>
/// <param name="Instant">UTC microseconds.</param>
internal readonly record struct StoredStep(
    ResourceKey Key, string Custodian, ReadOnlyMemory<byte>? Before, ReadOnlyMemory<byte> Body, long Instant);
