using System.Globalization;
using Hl7.Fhir.Model;

namespace Interop.Pages.Looks;

/// <summary>How a person is called and told of.</summary>
internal static class People
{
    private const string Pronouns = "http://hl7.org/fhir/StructureDefinition/individual-pronouns";

    /// <summary>The name that the person goes by; null where none is known.</summary>
    public static string? NameOf(IEnumerable<HumanName>? names)
    {
        var name = names?.OrderBy(one => one.Use switch
        {
            HumanName.NameUse.Usual or HumanName.NameUse.Nickname => 0, HumanName.NameUse.Official => 1, HumanName.NameUse.Old => 3, _ => 2,
        }).FirstOrDefault();
        var text = name?.Text is { Length: > 0 } whole ? whole : string.Join(' ', [.. name?.Given ?? [], name?.Family]).Trim();
        return text.Length > 0 ? text : null;
    }

    public static string? NameOf(Patient? person) => NameOf(person?.Name);

    /// <summary>Pronouns as given.</summary>
    public static string? PronounsOf(Patient person) => person.GetExtension(Pronouns)?.Extension
        .Select(part => part.Value is CodeableConcept concept ? Codes.Said(concept) : null).FirstOrDefault(said => said is { Length: > 0 });

    /// <summary>In whole years; null where no year is known.</summary>
    public static int? AgeOf(Patient? person, DateTimeOffset now)
    {
        if (person?.BirthDate is not { Length: >= 4 } text
            || !int.TryParse(text[..4], NumberStyles.None, CultureInfo.InvariantCulture, out var year))
        {
            return null;
        }

        var hadBirthday = text.Length < 10 || string.CompareOrdinal(text[4..], now.ToString("-MM-dd", CultureInfo.InvariantCulture)) <= 0;
        return now.Year - year - (hadBirthday ? 0 : 1);
    }

    /// <summary>In the reader's language, the preferred one first; null where none is known.</summary>
    public static string? LanguageOf(Patient? person) =>
        person?.Communication.OrderByDescending(spoken => spoken.Preferred == true)
            .Select(spoken => spoken.Language?.Coding.FirstOrDefault()?.Code).FirstOrDefault() is { } code
            ? LanguageNamed(code)
            : null;

    public static string? PhoneOf(IEnumerable<ContactPoint>? points) =>
        points?.FirstOrDefault(point => point.System == ContactPoint.ContactPointSystem.Phone)?.Value;

    public static string AddressOf(Address? place) =>
        place is null ? string.Empty : string.Join(", ", [.. place.Line, .. new[] { place.City }.OfType<string>()]);

    private static string LanguageNamed(string code)
    {
        try
        {
            var culture = CultureInfo.GetCultureInfo(code);
            return CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en" ? culture.EnglishName
                : culture.TwoLetterISOLanguageName switch
                {
                    "en" => "inglés", "es" => "español", "fr" => "francés", "ar" => "árabe", "vi" => "vietnamita", _ => culture.NativeName,
                };
        }
        catch (CultureNotFoundException)
        {
            return code;
        }
    }
}
