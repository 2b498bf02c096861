using Interop.Fhir.FhirPath;
using Interop.Fhir.Json;

namespace Interop.Fhir.Profiles;

/// <summary>What a profile says about one element, with the rules of its children and slices
/// (https://hl7.org/fhir/R4/elementdefinition.html). Null: nothing.</summary>
internal sealed class ElementRule(string name)
{
    /// <summary>The FHIRPath name; <c>value</c> for <c>value[x]</c>.</summary>
    public string Name { get; } = name;

    public string? SliceName { get; init; }

    public int? Min { get; set; }

    /// <summary>-1 for <c>*</c>.</summary>
    public int? Max { get; set; }

    public IReadOnlyList<TypeRule> Types { get; set; } = [];

    public TapePlace? Fixed { get; set; }

    public TapePlace? Pattern { get; set; }

    public BindingRule? Binding { get; set; }

    public bool IsMustSupport { get; set; }

    public SlicingRule? Slicing { get; set; }

    public List<ConstraintRule> Constraints { get; } = [];

    public List<ElementRule> Children { get; } = [];

    public List<ElementRule> Slices { get; } = [];

    public ElementRule Child(string child) => Children.Find(rule => rule.Name == child) ?? Added(Children, new(child));

    public ElementRule Slice(string slice) =>
        Slices.Find(rule => rule.SliceName == slice) ?? Added(Slices, new(Name) { SliceName = slice });

    public ElementRule Clone()
    {
        var clone = new ElementRule(Name)
        {
            SliceName = SliceName,
            Min = Min,
            Max = Max,
            Types = Types,
            Fixed = Fixed,
            Pattern = Pattern,
            Binding = Binding,
            IsMustSupport = IsMustSupport,
            Slicing = Slicing,
        };
        clone.Constraints.AddRange(Constraints);
        clone.Children.AddRange(Children.Select(child => child.Clone()));
        clone.Slices.AddRange(Slices.Select(slice => slice.Clone()));
        return clone;
    }

    private static ElementRule Added(List<ElementRule> list, ElementRule rule)
    {
        list.Add(rule);
        return rule;
    }
}

/// <summary>A type that an element may have.</summary>
/// <param name="Profiles">Canonical URLs, one of which the value must follow; empty for no demand.</param>
/// <param name="Targets">Canonical URLs of what a reference may point at; empty for anything.</param>
internal sealed record TypeRule(string Code, IReadOnlyList<string> Profiles, IReadOnlyList<string> Targets);

internal sealed record BindingRule(string Strength, string ValueSet);

/// <param name="Rules">open, openAtEnd or closed.</param>
internal sealed record SlicingRule(IReadOnlyList<Discriminator> Discriminators, string Rules, bool IsOrdered);

/// <param name="Type">value, pattern, exists, type or profile.</param>
internal sealed record Discriminator(string Type, string Path);

/// <summary>An invariant that the profile adds.</summary>
/// <param name="Expression">Null where it can't be compiled.</param>
internal sealed record ConstraintRule(string Key, bool IsError, FhirPathExpression? Expression);
