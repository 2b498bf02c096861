using System.Globalization;
using Microsoft.Extensions.Localization;

namespace Interop.Pages.Looks;

/// <summary>Times as people say them, with the exact one beside, in the site's zone.</summary>
public sealed class When(PagesSettings settings, IStringLocalizer<Words> words, TimeProvider clock)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>A FHIR date, dateTime or instant; null where there is none, or none that can be read.</summary>
    public static DateTimeOffset? Read(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>The site's day, as FHIR writes it.</summary>
    public string Today => TimeZoneInfo.ConvertTime(Now, settings.TimeZone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public bool IsLate(DateTimeOffset? due) => due < Now;

    /// <summary>Such as "due in 3 h (Fri 14:20)", or "2 h late (Fri 09:20)".</summary>
    public string Due(DateTimeOffset? due)
    {
        if (due is not { } time)
        {
            return words["no time is set"];
        }

        var left = time - Now;
        string said = Math.Abs(left.TotalMinutes) < 1 ? words["due now"]
            : left < TimeSpan.Zero ? words["{0} late", Length(-left)]
            : words["due in {0}", Length(left)];
        return $"{said} ({Exact(time)})";
    }

    /// <summary>Such as "3 h ago (Fri 14:20)".</summary>
    public string Ago(DateTimeOffset? at)
    {
        if (at is not { } time)
        {
            return string.Empty;
        }

        var gone = Now - time;
        string said = Math.Abs(gone.TotalMinutes) < 1 ? words["just now"]
            : gone < TimeSpan.Zero ? words["in {0}", Length(-gone)]
            : words["{0} ago", Length(gone)];
        return $"{said} ({Exact(time)})";
    }

    /// <summary>Day and time; the day of the week within the next and last six days.</summary>
    public string Exact(DateTimeOffset? at)
    {
        if (at is not { } time)
        {
            return string.Empty;
        }

        var local = TimeZoneInfo.ConvertTime(time, settings.TimeZone);
        var today = TimeZoneInfo.ConvertTime(Now, settings.TimeZone).Date;
        var days = (local.Date - today).Days;
        var form = days == 0 ? "HH:mm" : Math.Abs(days) <= 6 ? "ddd HH:mm" : local.Year == today.Year ? "d MMM HH:mm" : "d MMM yyyy HH:mm";
        return local.ToString(form, CultureInfo.CurrentCulture);
    }

    public static string Day(string? date) =>
        Read(date) is { } time ? time.ToString("d MMMM yyyy", CultureInfo.CurrentCulture) : string.Empty;

    private string Length(TimeSpan time) => time.TotalMinutes < 60 ? words["{0} min", (int)Math.Round(time.TotalMinutes)]
        : time.TotalHours < 48 ? words["{0} h", (int)Math.Round(time.TotalHours)]
        : words["{0} days", (int)Math.Round(time.TotalDays)];
}
