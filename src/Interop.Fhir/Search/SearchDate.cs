using System.Globalization;
using System.Text.RegularExpressions;

namespace Interop.Fhir.Search;

/// <summary>A date in a search as the closed interval that it covers, in UTC microseconds; without a zone it is UTC.</summary>
internal readonly partial record struct SearchDate(long Low, long High)
{
    public static SearchDate? TryRead(string text)
    {
        // A plus sign that nobody escaped in a URL arrives as a space.
        var match = Pattern().Match(text.Replace(' ', '+'));
        if (!match.Success)
        {
            return null;
        }

        try
        {
            return Read(match, Part(match, 1)!.Value);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static SearchDate Read(Match match, int year)
    {
        var start = new DateTime(year, Part(match, 2) ?? 1, Part(match, 3) ?? 1, 0, 0, 0, DateTimeKind.Utc);
        if (Part(match, 2) is null)
        {
            return Between(start, year == 9999 ? DateTime.MaxValue : start.AddYears(1));
        }

        if (Part(match, 3) is null)
        {
            return Between(start, year == 9999 && start.Month == 12 ? DateTime.MaxValue : start.AddMonths(1));
        }

        if (Part(match, 4) is not { } hour)
        {
            return Between(start, start.Date == DateTime.MaxValue.Date ? DateTime.MaxValue : start.AddDays(1));
        }

        if (hour > 23 || Part(match, 5) > 59 || Part(match, 6) > 60)
        {
            throw new ArgumentOutOfRangeException(nameof(match));
        }

        // Arithmetic instead of a time of day, because 60 seconds are legal.
        var at = start.AddHours(hour).AddMinutes(Part(match, 5)!.Value).AddSeconds(Part(match, 6) ?? 0).AddMinutes(-Zone(match));
        if (Part(match, 6) is null)
        {
            return Between(at, at.AddMinutes(1));
        }

        var fraction = match.Groups[7].Value;
        var digits = Math.Min(fraction.Length, 6);
        var unit = (long)Math.Pow(10, 6 - digits);
        var low = Microseconds(at) + (digits == 0 ? 0 : long.Parse(fraction[..digits], CultureInfo.InvariantCulture) * unit);
        return new(low, low + unit - 1);
    }

    private static SearchDate Between(DateTime start, DateTime end) => new(Microseconds(start), Microseconds(end) - 1);

    private static long Microseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static int? Part(Match match, int group) =>
        match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    private static int Zone(Match match)
    {
        if (!match.Groups[8].Success || match.Groups[8].Value == "Z")
        {
            return 0;
        }

        var minutes = (int.Parse(match.Groups[8].ValueSpan[1..3], CultureInfo.InvariantCulture) * 60)
            + int.Parse(match.Groups[8].ValueSpan[4..6], CultureInfo.InvariantCulture);
        return match.Groups[8].Value[0] == '-' ? -minutes : minutes;
    }

    [GeneratedRegex(
        @"^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
