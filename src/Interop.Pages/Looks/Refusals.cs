using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;

namespace Interop.Pages.Looks;

/// <summary>
/// What the server said no with, in the person's language. A sentence of which there is no translation stays as the server said it: better
/// in another language than not at all.
/// </summary>
public sealed partial class Refusals
{
    /// <param name="words">The translations: keys are the server's sentences, with {0} and {1} for the resources that they name.</param>
    public static string Told(IStringLocalizer<Refusals> words, string sentence)
    {
        var named = new List<object>();
        var key = Resource().Replace(sentence, match =>
        {
            named.Add(match.Value);
            return string.Create(CultureInfo.InvariantCulture, $"{{{named.Count - 1}}}");
        });
        var found = words[key];
        return found.ResourceNotFound ? sentence : string.Format(CultureInfo.CurrentCulture, found.Value, [.. named]);
    }

    [GeneratedRegex(@"\bOrganization/[A-Za-z0-9\-]+")]
    private static partial Regex Resource();
}
