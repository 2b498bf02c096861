using Interop.Fhir.Search;

namespace Interop.Storage.Search;

/// <summary>One search: matches, includes and total.</summary>
internal sealed class SearchStatement(SearchQuery query, Visibility visibility, Statements statements)
{
    public SearchPage Run()
    {
        _ = (query, visibility, statements);
        return new([], [], null, null);
    }
}
