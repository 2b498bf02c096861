using Interop.Fhir.Schema;

namespace Interop.Fhir.Validation;

/// <summary>The invariants of a type or an element, compiled when the first instance comes along.</summary>
internal sealed class InvariantSet
{
    private static readonly InvariantSet Empty = new([]);

    private InvariantSet(Invariant[] all)
    {
        All = all;
        Errors = [.. all.Where(invariant => invariant.IsError)];
    }

    public Invariant[] All { get; }

    public Invariant[] Errors { get; }

    /// <summary>Those that every instance of a type has; of a backbone element, those of the element that defines it.</summary>
    public static InvariantSet Of(FhirType type) => type.Invariants ??= Compile(
        type.Name == type.Path ? FhirFacts.R4.TypeRules(type.Name) : FhirFacts.R4.Element(type.Path)!.Rules, type);

    /// <summary>Those of one element beyond the ones of its type.</summary>
    public static InvariantSet Of(PropertyShape property) => property.Invariants ??= property.Type.Path == property.Facts.Path
        ? Empty
        : Compile(property.Facts.Rules, property.Type);

    // https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableBehavior: "must be specified if more than one
    // enableWhen value is provided". R4's expression counts to three; R5's says what the words say.
    private static RuleFacts AsMeant(RuleFacts rule) => rule.Key == "que-12"
        ? rule with { Expression = "enableWhen.count() > 1 implies enableBehavior.exists()" }
        : rule;

    // txt-1 and txt-2 are one check, which says more when it is not asked through an expression; ref-1 is asked at every reference.
    private static InvariantSet Compile(IReadOnlyList<string> keys, FhirType type)
    {
        var rules = keys.Where(key => key is not ("txt-1" or "txt-2" or "ref-1")).Select(key => AsMeant(FhirFacts.R4.Rule(key)!)).ToList();
        return rules.Count == 0 ? Empty : new([.. rules.Select(rule => new Invariant(rule, type))]);
    }
}
