using Interop.Fhir.Json;
using Interop.Fhir.Terminology;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Profiles;

/// <summary>Coded values against the value sets of bindings (https://hl7.org/fhir/R4/terminologies.html#strength).</summary>
internal static class BindingCheck
{
    // R4's value sets without end: the structure check judges their codes by syntax.
    private static readonly string[] BySyntax =
    [
        "http://hl7.org/fhir/ValueSet/all-languages", "http://hl7.org/fhir/ValueSet/currencies", "http://hl7.org/fhir/ValueSet/mimetypes",
        "http://hl7.org/fhir/ValueSet/ucum-units",
    ];

    public static void Run(ProfilePass pass, BindingRule binding, ElementItem item)
    {
        if (binding.Strength is not ("required" or "extensible") || item.Node < 0
            || IsMember(pass, binding.ValueSet, item) is not { } membership)
        {
            return;
        }

        var isRequired = binding.Strength == "required";
        if (membership.IsMember == false)
        {
            var rule = isRequired ? $"the code must be from {binding.ValueSet}."
                : $"the code should be from {binding.ValueSet} if one there fits.";
            pass.Add(item.Node, "code-invalid", rule, isRequired ? IssueSeverity.Error : IssueSeverity.Warning);
        }
        else if (membership.IsMember is null && isRequired && !BySyntax.Contains(binding.ValueSet.Split('|')[0]))
        {
            pass.Add(item.Node, "incomplete", $"{membership.Missing} is not loaded: the code was not checked.", IssueSeverity.Warning);
        }
    }

    /// <summary>Of a concept, one coding in the value set is enough; null for what holds no code.</summary>
    public static Membership? IsMember(ProfilePass pass, string valueSet, ElementItem item)
    {
        var place = pass.Place(item.Node);
        switch (item.Type.Name)
        {
            case "CodeableConcept":
                var result = Membership.No;
                foreach (var coding in place.Property("coding")?.Children() ?? [])
                {
                    result = result.Or(() => Coding(pass, valueSet, coding));
                }

                return result;
            case "Coding" or "Quantity" or "Age" or "Duration" or "Money" or "Count" or "Distance":
                return Coding(pass, valueSet, place);
            default:
                return place.Kind == TapeKind.String ? pass.Set.Terminology.Contains(valueSet, null, place.Text()) : null;
        }
    }

    private static Membership Coding(ProfilePass pass, string valueSet, TapePlace coding) =>
        coding.ChildText("code"u8) is { } code && coding.ChildText("system"u8) is { } system
            ? pass.Set.Terminology.Contains(valueSet, system, code) : Membership.No;
}
