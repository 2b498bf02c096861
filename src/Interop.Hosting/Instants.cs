using System.Globalization;

namespace Interop.Hosting;

/// <summary>UTC microseconds since 1970, the unit of every stored instant, and back.</summary>
public static class Instants
{
    public static long ToMicroseconds(this DateTimeOffset instant) =>
        (instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToDateTimeOffset(long microseconds) =>
        new(DateTime.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    public static long InMicroseconds(this TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>FHIR instant in UTC with milliseconds.</summary>
    public static string ToText(long microseconds) =>
        ToDateTimeOffset(microseconds).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
