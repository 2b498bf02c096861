using Hl7.Fhir.Model;
using Microsoft.Extensions.Localization;

namespace Interop.Pages.Looks;

/// <summary>How a person may be contacted without danger, as sentences that stand before any number.</summary>
/// <param name="MayCall">Whether the person's own numbers may be called.</param>
/// <param name="SafeNumber">The one that is safe; null where no rule names one.</param>
public sealed record SafeContact(IReadOnlyList<string> Sentences, bool MayCall, string? SafeNumber)
{
    /// <param name="stored">The Patient, or a follow-up with the person's rules.</param>
    public static SafeContact Of(DomainResource? stored, IStringLocalizer<Words> words)
    {
        var (sentences, mayCall, number) = (new List<string>(), true, (string?)null);
        foreach (var rule in stored?.GetExtensions(Codes.Extension("safe-contact")) ?? [])
        {
            switch (rule.GetExtensionValue<Code>("rule")?.Value)
            {
                case "never-call":
                    mayCall = false;
                    sentences.Add(words["Never call. Visit, or meet at a place that the person chose."]);
                    break;
                case "safe-number":
                    number = rule.GetExtensionValue<ContactPoint>("telecom")?.Value;
                    sentences.Add(words["Call this number only: {0}", number ?? string.Empty]);
                    break;
                case "must-not-hear":
                    var who = rule.GetExtensionValue<FhirString>("person")?.Value ?? string.Empty;
                    sentences.Add(words["{0} must not hear of it.", who]);
                    break;
                default:
                    mayCall = false;
                    sentences.Add(words["There is a rule that this page does not know. Ask before you call."]);
                    break;
            }
        }

        return new(sentences, mayCall, number);
    }
}
