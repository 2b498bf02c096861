using System.Globalization;
using Hl7.Fhir.Model;
using Microsoft.Extensions.Localization;

namespace Interop.Pages.Looks;

/// <summary>Texts of resources that come with translations (http://hl7.org/fhir/StructureDefinition/translation).</summary>
public static class Translations
{
    private const string Url = "http://hl7.org/fhir/StructureDefinition/translation";

    /// <summary>The text in the page's language, by its own translation or by the page's words; empty where there is none.</summary>
    public static string Of(PrimitiveType? text, IStringLocalizer<Words> words)
    {
        var language = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName;
        var own = text?.Extension.Where(extension => extension.Url == Url)
            .FirstOrDefault(translation => translation.GetExtensionValue<Code>("lang")?.Value?.Split('-')[0] == language);
        return own?.GetExtensionValue<FhirString>("content")?.Value
            ?? (text?.ToString() is { Length: > 0 } said ? words[said].Value : string.Empty);
    }
}
