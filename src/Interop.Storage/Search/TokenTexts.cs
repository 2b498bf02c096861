using Interop.Fhir.Search;
using Interop.Fhir.Search.Index;
using Interop.Sharing.Redaction;

namespace Interop.Storage.Search;

/// <summary>
/// What a code says in words is found by <c>:text</c> (https://hl7.org/fhir/R4/search.html#token): rows of strings under a name of their
/// own, at the tiers at which the words are there, which need not be those of the code.
/// </summary>
internal static class TokenTexts
{
    public static IEnumerable<JudgedEntry> Of(IEnumerable<JudgedEntry> entries) =>
        from judged in entries
        let text = (judged.Entry as TokenEntry)?.Text
        where text is { Length: > 0 }
        select judged with
        {
            Entry = new StringEntry(SearchModifiers.TextOf(judged.Entry.Parameter), text, StringFolding.Fold(text)),
        };
}
