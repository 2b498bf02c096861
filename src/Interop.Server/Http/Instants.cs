using Hl7.Fhir.Model;

namespace Interop.Server.Http;

/// <summary>UTC microseconds since 1970, the unit of every stored instant, and back.</summary>
internal static class Instants
{
    public static long ToMicroseconds(DateTimeOffset instant) =>
        (instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToDateTimeOffset(long microseconds) =>
        new(DateTime.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    /// <summary>FHIR instant in UTC with milliseconds.</summary>
    public static string ToText(long microseconds) =>
        ToDateTimeOffset(microseconds).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The same as an element.</summary>
    public static Instant ToInstant(long microseconds) => new() { JsonValue = ToText(microseconds) };
}
