using Interop.Fhir.Search.Index;

namespace Interop.Fhir.Search;

/// <summary>Prefixes of ordered values (https://hl7.org/fhir/R4/search.html#prefix).</summary>
public enum SearchPrefix
{
    Equal,
    NotEqual,
    GreaterThan,
    LessThan,
    GreaterOrEqual,
    LessOrEqual,
    StartsAfter,
    EndsBefore,
    Approximately,
}

/// <summary>One value that a search asks for. A closed set of records.</summary>
public abstract record SearchValue;

/// <summary><c>system|code</c>: a null system is any, an empty one is none; a null code is any of the system.</summary>
public sealed record TokenValue(string? System, string? Code) : SearchValue;

/// <summary>Text as typed and folded as <see cref="StringEntry.Folded"/> is.</summary>
public sealed record StringValue(string Text, string Folded) : SearchValue;

/// <summary>A closed interval in UTC microseconds; <c>ap</c> is already widened.</summary>
public sealed record DateValue(SearchPrefix Prefix, long Low, long High) : SearchValue;

/// <summary>A number, and the half-open interval that its precision implies.</summary>
public sealed record NumberValue(SearchPrefix Prefix, double Number, double Low, double High) : SearchValue;

/// <summary>A number with a unit: a null system is any; the code matches the code, without a system also the unit; null is any.</summary>
public sealed record QuantityValue(SearchPrefix Prefix, double Number, double Low, double High, string? System, string? Code) : SearchValue;

/// <summary>
/// A local target by id, with its type where given; or any target of a type; or a <see cref="Url"/> that is not ours.
/// </summary>
public sealed record ReferenceValue(string? Type, string? Id, string? Url) : SearchValue;

/// <summary>A uri, matched exactly.</summary>
public sealed record UriValue(string Uri) : SearchValue;

/// <summary>A circle around a point: degrees and kilometres (https://hl7.org/fhir/R4/location.html#search).</summary>
public sealed record PositionValue(double Latitude, double Longitude, double Kilometres) : SearchValue;

/// <summary>One value per component of a composite parameter.</summary>
public sealed record CompositeValue(IReadOnlyList<SearchValue> Components) : SearchValue;
