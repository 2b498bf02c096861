namespace Interop.Storage.Search;

/// <summary>A row that one sight looks at, by its alias, and the alias whose columns seen and party say how.</summary>
/// <param name="R">Has the columns of <c>resource</c>.</param>
/// <param name="S">Has <c>seen</c>, the tier at which the sight sees the row (0 for not at all), and <c>party</c> (0 or 1).</param>
internal readonly record struct Look(Sql R, Sql S);
