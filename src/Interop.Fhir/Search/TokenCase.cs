using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Search;

/// <summary>
/// Which tokens are compared without regard to case. R4 leaves it open and says "when in doubt, servers SHOULD treat tokens in a
/// case-insensitive manner" (https://hl7.org/fhir/R4/search.html#token): identifiers, phone numbers and e-mail addresses, which people
/// type. A code is what its system says, and systems that nobody told us of mind the case.
/// </summary>
public static partial class TokenCase
{
    private static readonly string[] Typed = ["Identifier", "ContactPoint"];
    private static readonly ConditionalWeakTable<SearchParameterFacts, object> Known = [];

    /// <summary>Whether all that the parameter finds is of that kind; worked out once for each.</summary>
    public static bool IsIgnored(SearchParameterFacts parameter) =>
        parameter.Type == SearchParameterType.Token
        && (bool)Known.GetValue(parameter, facts => facts.Expression.Split('|').All(path => IsTyped(path, facts.Resource)));

    /// <summary>The form in which such tokens are stored and asked for; composed and decomposed letters are one.</summary>
    public static string Fold(string text) =>
        UnicodeText.Normalized(text, NormalizationForm.FormC).ToUpperInvariant().ToLowerInvariant();

    /// <summary>Whether the path, as far as it names elements, leads to one of those types.</summary>
    private static bool IsTyped(string path, string resource)
    {
        var names = Names().Matches(path.Trim().TrimStart('(')).Select(match => match.Value).ToList();
        var type = names.Count > 0 && FhirFacts.R4.IsResourceType(names[0]) ? FhirFacts.R4.Type(names[0]) : FhirFacts.R4.Type(resource);
        foreach (var name in names.Skip(1))
        {
            if (type?.Shape.Properties.Find(Encoding.UTF8.GetBytes(name)) is not { } property)
            {
                break; // a function follows: it chooses among what was found
            }

            type = property.Type;
        }

        return type is not null && Typed.Contains(type.Name);
    }

    [GeneratedRegex(@"(?<=^|\.)[A-Za-z]+(?=\.|\)|\s|$|\()")]
    private static partial Regex Names();
}
