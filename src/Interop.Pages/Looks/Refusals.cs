using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;

namespace Interop.Pages.Looks;

/// <summary>
/// What the server and the issuer said no with, in the person's language. A sentence of which there is no translation stays as it was said,
/// and says in which language that is: better in another language than not at all.
/// </summary>
public sealed partial class Refusals
{
    /// <summary>The language of the server and of the issuer.</summary>
    private const string Said = "en";

    private static readonly ResourceManager All = new(typeof(Refusals));

    // Made once a language: an expression that does not go back costs more to make than to ask.
    private static readonly ConcurrentDictionary<CultureInfo, IReadOnlyList<(Regex Sentence, string Text)>> Known = new();

    /// <param name="words">The translations: keys are the sentences, with {0} to {9} for what changes in them.</param>
    public static Problem Told(IStringLocalizer<Refusals> words, string sentence)
    {
        var whole = words[sentence];
        if (!whole.ResourceNotFound)
        {
            return new(whole.Value);
        }

        foreach (var (known, text) in Known.GetOrAdd(CultureInfo.CurrentUICulture, Templates))
        {
            if (known.Match(sentence) is { Success: true } match)
            {
                return new(string.Format(
                    CultureInfo.CurrentCulture, text, [.. match.Groups.Values.Skip(1).Select(group => (object)group.Value)]));
            }
        }

        return new(sentence, CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == Said ? null : Said);
    }

    /// <summary>Sentences with something in them that changes.</summary>
    private static IReadOnlyList<(Regex Sentence, string Text)> Templates(CultureInfo culture)
    {
        var texts = All.GetResourceSet(culture, createIfNotExists: true, tryParents: false);
        while (texts is null && culture != CultureInfo.InvariantCulture)
        {
            culture = culture.Parent; // at last English, of what is said otherwise in English too
            texts = All.GetResourceSet(culture, createIfNotExists: true, tryParents: false);
        }

        return
        [
            .. (texts?.Cast<DictionaryEntry>() ?? []).Where(entry => ((string)entry.Key).Contains('{')).Select(entry => (
                new Regex($"^{Place().Replace(Regex.Escape((string)entry.Key), "(.+)")}$", RegexOptions.NonBacktracking),
                (string)entry.Value!)),
        ];
    }

    [GeneratedRegex(@"\\\{\d}")]
    private static partial Regex Place();
}

/// <summary>Why something was not done.</summary>
/// <param name="Language">Of the sentence, where it is another than the page's (WCAG 3.1.2); else null.</param>
public sealed record Problem(string Text, string? Language = null);
