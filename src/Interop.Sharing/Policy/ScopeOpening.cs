using Interop.Fhir.Search;

namespace Interop.Sharing.Policy;

/// <summary>One scope that opens a part of a type (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html).</summary>
/// <param name="Type">The resource type; null for all types, which then takes no criteria.</param>
/// <param name="Patient">Id of the patient whose record it is about; null for anybody's.</param>
/// <param name="Criteria">What a resource must have, all of it, in the elements that the sight sees; nothing that it must not have.</param>
public sealed record ScopeOpening(string? Type, string? Patient, IReadOnlyList<SearchCriterion> Criteria)
{
    /// <summary>Whether it opens the type, or some part of it.</summary>
    public bool Opens(string type) => Type is null || Type == type;
}
