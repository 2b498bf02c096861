using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Interop.Pages.Looks;

/// <summary>
/// The form <c>consent-on-scene</c> in each of its languages: the files of <c>profiles/crisis</c> that <c>Consent/$file-consent</c> knows.
/// The directory does not have them, and they are about nobody.
/// </summary>
internal static class ConsentForms
{
    private static readonly Lazy<IReadOnlyDictionary<string, Questionnaire>> All = new(() => new[]
    {
        Load("consent-on-scene"), Load("consent-on-scene-es"),
    }.ToDictionary(form => form.Language!));

    /// <param name="language">Two letters.</param>
    public static Questionnaire In(string language) => All.Value.GetValueOrDefault(language, All.Value["en"]);

    private static Questionnaire Load(string name)
    {
        using var stream = typeof(ConsentForms).Assembly.GetManifestResourceStream($"forms/Questionnaire-{name}.json")!;
        using var reader = new StreamReader(stream);
        return FhirJsonDeserializer.RECOVERABLE.Deserialize<Questionnaire>(reader.ReadToEnd());
    }
}
