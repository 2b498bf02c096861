namespace Interop.Storage.Search;

/// <summary>How a row is come by.</summary>
internal enum Way
{
    /// <summary>The caller has its id, or that of its person, or found the person by two identifiers.</summary>
    ByName,

    /// <summary>A statement led there.</summary>
    ByListing,
}
