using System.Globalization;

namespace Interop.Pages.Looks.Measured;

/// <summary>
/// A map of districts as squares of one size, each where the site says that it lies: it has no shape of a street, and no point that could
/// be somebody's house. In the units of an SVG.
/// </summary>
/// <param name="rows">Names of districts from north to south, and from west to east; empty for a gap.</param>
/// <param name="groups">What the report says of each, by its name.</param>
public sealed class TileMap(string title, IReadOnlyList<IReadOnlyList<string>> rows, IReadOnlyList<ReportedRow> groups)
{
    public const int TileWidth = 120;
    public const int TileHeight = 84;
    private const int Shades = 5;
    private const int LongestLine = 15;

    private readonly decimal most = groups.Max(group => group.Score.Value) ?? 0;

    public string Title => title;

    /// <summary>Whether the site has said where any of these districts lies.</summary>
    public bool IsEmpty => !rows.Any(row => row.Any(name => groups.Any(group => group.Code == name)));

    public int Width => rows.Max(row => row.Count) * TileWidth;

    public int Height => rows.Count * TileHeight;

    public IEnumerable<Tile> Tiles => rows.SelectMany((row, y) => row.Select((name, x) => (Name: name, x, y)))
        .Where(place => place.Name.Length > 0)
        .Select(place =>
        {
            var score = groups.FirstOrDefault(group => group.Code == place.Name)?.Score ?? Said.Nothing;
            return new Tile(place.x * TileWidth, place.y * TileHeight, LinesOf(place.Name), score, ShadeOf(score));
        });

    private string ShadeOf(Said score) => score switch
    {
        { IsMasked: true } => "hidden-figure",
        { Value: { } value } when most > 0 =>
            $"shade-{Math.Clamp((int)Math.Ceiling(value / most * Shades), 1, Shades).ToString(CultureInfo.InvariantCulture)}",
        _ => "shade-none",
    };

    /// <summary>A name on two lines, where one is too narrow.</summary>
    private static IReadOnlyList<string> LinesOf(string name)
    {
        var cut = name.Length <= LongestLine ? -1 : name.LastIndexOf(' ', LongestLine);
        return cut < 0 ? [Short(name)] : [name[..cut], Short(name[(cut + 1)..])];
    }

    private static string Short(string line) => line.Length <= LongestLine ? line : $"{line[..(LongestLine - 1)]}\u2026";
}

/// <summary>One district on the map.</summary>
/// <param name="Lines">Its name.</param>
/// <param name="Shade">The stronger, the greater the figure beside those of the others.</param>
public sealed record Tile(int X, int Y, IReadOnlyList<string> Lines, Said Score, string Shade);
