using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Fhir.Tables;
using Interop.Server.Guard.Searches;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Guard.Tables;

/// <summary>Finds the views that a caller may read, by the id of their Library or by their canonical address.</summary>
internal sealed class StoredViews(GuardedReads reads, GuardedSearches searches)
{
    /// <summary>The view and its JSON; null where the caller reads no such view.</summary>
    public async Task<(ViewDefinition View, string Text)?> ReadAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        await reads.ReadPartAsync(caller, new ResourceKey("Library", id), cancellationToken) is ReadResult.Found { Disclosure: var found }
            ? Of(found)
            : null;

    /// <summary>As <see cref="ReadAsync"/>. Of several versions the address names one, or only one is active.</summary>
    /// <exception cref="FhirException">412: several are meant.</exception>
    public async Task<(ViewDefinition View, string Text)?> FindAsync(Caller caller, string canonical, CancellationToken cancellationToken)
    {
        var parts = canonical.Split('|', 2);
        var found = await searches.SearchAsync(
            caller,
            "Library",
            null,
            [
                KeyValuePair.Create("url", SearchText.Escape(parts[0])),
                parts.Length == 2 ? KeyValuePair.Create("version", SearchText.Escape(parts[1])) : KeyValuePair.Create("status", "active"),
            ],
            lenient: false,
            cancellationToken);
        return found.Matches.Count > 1
            ? throw new FhirException(IssueCode.MultipleMatches, "Several views have this address: name the version behind a |.")
            : found.Matches is [var only] ? Of(only) : null;
    }

    private static (ViewDefinition View, string Text)? Of(Sharing.Redaction.Disclosure library) =>
        ViewLibrary.Read(library.Body) is { View: { } view, Text: var text } ? (view, text) : null;
}
