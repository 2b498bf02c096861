using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Fhir;

namespace Interop.Server.Authoring;

/// <summary>What Firely's classes have no short form for.</summary>
internal static class Elements
{
    public static CodeableConcept ToConcept(this Coding coding) => new() { Coding = [coding] };

    public static ResourceReference ToReference(this ResourceKey key) => new(key.ToString());

    public static Period Period(DateTimeOffset start, DateTimeOffset? end = null) =>
        new() { Start = start.ToDateTimeText(), End = end?.ToDateTimeText() };

    /// <summary>An instant in UTC with milliseconds.</summary>
    /// <param name="microseconds">UTC, since 1970.</param>
    public static Instant Instant(long microseconds) => new() { JsonValue = Instants.ToText(microseconds) };

    /// <summary>A dateTime of whole seconds in the value's own offset.</summary>
    public static string ToDateTimeText(this DateTimeOffset value) =>
        value.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    public static string ToDateText(this DateTimeOffset value) => value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
