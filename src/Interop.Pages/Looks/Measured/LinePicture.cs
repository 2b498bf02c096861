using System.Globalization;

namespace Interop.Pages.Looks.Measured;

/// <summary>
/// Where the lines of a picture run: a figure from month to month, in the units of an SVG of 360 by 200. A month without a figure is a gap.
/// </summary>
/// <param name="points">What each month is called, and its figure.</param>
/// <param name="target">What is planned; null for nothing.</param>
public sealed class LinePicture(string title, IReadOnlyList<(string Label, Said Figure)> points, decimal? target)
{
    public const int Width = 360;
    public const int Height = 200;
    public const int Left = 44;
    public const int Right = 350;
    public const int Top = 14;
    public const int Bottom = 168;
    private const int MostLabels = 6;

    public string Title => title;

    /// <summary>Whether there is anything to draw.</summary>
    public bool IsEmpty => points.All(point => point.Figure.Value is null);

    /// <summary>The greatest number of the axis: one, two or five times a power of ten, or twice that.</summary>
    public decimal Most { get; } = Round(Math.Max(points.Max(point => point.Figure.Value) ?? 0, target ?? 0));

    /// <summary>The lines of the axis, with their numbers.</summary>
    public IEnumerable<(string Y, string Text)> Lines => Enumerable.Range(0, 5)
        .Select(step => Most * step / 4)
        .Select(value => (Y(value), value.ToString(Most < 4 ? "0.##" : "N0", CultureInfo.CurrentCulture)));

    public string? TargetY => target is { } planned ? Y(planned) : null;

    /// <summary>Each unbroken stretch of the line, as <c>points</c> of a polyline.</summary>
    public IEnumerable<string> Stretches
    {
        get
        {
            var stretch = new List<string>();
            for (var at = 0; at <= points.Count; at++)
            {
                if (at < points.Count && points[at].Figure.Value is { } value)
                {
                    stretch.Add($"{X(at)},{Y(value)}");
                    continue;
                }

                if (stretch.Count > 1)
                {
                    yield return string.Join(' ', stretch);
                }

                stretch.Clear();
            }
        }
    }

    public IEnumerable<(string X, string Y)> Dots => points.Select((point, at) => (point.Figure.Value, at))
        .Where(it => it.Value is not null)
        .Select(it => (X(it.at), Y(it.Value!.Value)));

    /// <summary>Months whose figure is not shown: a mark on the ground of the picture.</summary>
    public IEnumerable<string> Gaps => points.Select((point, at) => (point.Figure.IsMasked, at)).Where(it => it.IsMasked)
        .Select(it => X(it.at));

    /// <summary>At most six, so that none lies over another.</summary>
    public IEnumerable<(string X, string Text)> Labels
    {
        get
        {
            var step = (points.Count + MostLabels - 1) / MostLabels;
            return points.Select((point, at) => (point.Label, at)).Where(it => it.at % step == 0).Select(it => (X(it.at), it.Label));
        }
    }

    private string X(int at) => Text(Left + 12 + (points.Count < 2 ? 0 : (decimal)(Right - Left - 24) * at / (points.Count - 1)));

    private string Y(decimal value) => Text(Bottom - (Most == 0 ? 0 : (Bottom - Top) * value / Most));

    private static string Text(decimal number) => number.ToString("0.#", CultureInfo.InvariantCulture);

    private static decimal Round(decimal most)
    {
        var step = 1m;
        while (step * 10 <= most)
        {
            step *= 10;
        }

        return ((decimal[])[1, 2, 4, 5, 8, 10]).Select(times => times * step).First(round => round >= most || round == step * 10);
    }
}
