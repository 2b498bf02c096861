using System.Globalization;
using Hl7.Fhir.Model;

namespace Interop.Server.ServiceDirectory.Hsds;

/// <summary>
/// Languages by their BCP 47 tags (https://hl7.org/fhir/R4/valueset-languages.html): directories name them in words or by codes.
/// </summary>
internal static class Languages
{
    private const string System = "urn:ietf:bcp:47";

    private static readonly Lazy<ILookup<string, string>> ByName = new(() => CultureInfo.GetCultures(CultureTypes.NeutralCultures)
        .Where(culture => culture.Name.Length is 2 or 3)
        .SelectMany(culture => new[] { culture.EnglishName, culture.ThreeLetterISOLanguageName }
            .Select(name => KeyValuePair.Create(name, culture.TwoLetterISOLanguageName)))
        .ToLookup(pair => pair.Key, pair => pair.Value, StringComparer.OrdinalIgnoreCase));

    /// <summary>A language with its tag where that is known; null where nothing is said.</summary>
    public static CodeableConcept? Of(string? code, string? name)
    {
        var tag = code is { Length: 2 } ? code.ToLowerInvariant()
            : new[] { code, name }.OfType<string>().SelectMany(text => ByName.Value[text]).FirstOrDefault();
        return tag is null && name is null ? null : new()
        {
            Coding = tag is null ? [] : [new(System, tag)],
            Text = name,
        };
    }
}
