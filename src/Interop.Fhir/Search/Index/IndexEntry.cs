namespace Interop.Fhir.Search.Index;

/// <summary>
/// One value that a resource can be found by: what the expression of a search parameter yields, converted as
/// https://hl7.org/fhir/R4/search.html says for the parameter's type. A closed set of records.
/// Equality is by value, so that entries of two views of one resource can be compared.
/// </summary>
/// <param name="Parameter">The parameter's code, such as <c>birthdate</c>.</param>
public abstract record IndexEntry(string Parameter);

/// <summary>
/// A token: the system is null where the element has none (a code with a required binding has that of its value set; a ContactPoint its
/// <c>phone</c>, <c>email</c>, ...), the code null where there is only a system or text.
/// </summary>
/// <param name="Text">display or text, for <c>:text</c>.</param>
public sealed record TokenEntry(string Parameter, string? System, string? Code, string? Text = null) : IndexEntry(Parameter);

/// <summary>A string, as it stands and folded (lower case, no accents, single spaces) for the default match.</summary>
public sealed record StringEntry(string Parameter, string Value, string Folded) : IndexEntry(Parameter);

/// <summary>
/// A closed interval in UTC microseconds since 1970: a partial date covers all of its unit; an open Period end is long.MinValue or
/// MaxValue.
/// </summary>
public sealed record DateEntry(string Parameter, long Low, long High) : IndexEntry(Parameter);

/// <summary>
/// A reference. Literal and relative: type and id (and version where given). Anything else literal: <see cref="Url"/>
/// (absolute, canonical, urn:, or #fragment). Logical: the identifier.
/// </summary>
public sealed record ReferenceEntry(
    string Parameter, string? TargetType, string? TargetId, string? TargetVersion, string? Url, string? IdentifierSystem,
    string? IdentifierValue)
    : IndexEntry(Parameter);

/// <summary>A number as the interval that its precision implies (https://hl7.org/fhir/R4/search.html#number).</summary>
public sealed record NumberEntry(string Parameter, double Low, double High) : IndexEntry(Parameter);

/// <summary>A quantity: the interval of its value, and its unit as system|code and as text.</summary>
public sealed record QuantityEntry(
    string Parameter, double Low, double High, string? System, string? Code, string? Unit) : IndexEntry(Parameter);

/// <summary>A uri, compared exactly.</summary>
public sealed record UriEntry(string Parameter, string Value) : IndexEntry(Parameter);

/// <summary>A point on earth in degrees (WGS 84), for the special parameter <c>near</c>.</summary>
public sealed record PositionEntry(string Parameter, double Latitude, double Longitude) : IndexEntry(Parameter);

/// <summary>One tuple of a composite parameter: one entry per component, in the order of the definition.</summary>
public sealed record CompositeEntry(string Parameter, EquatableList<IndexEntry> Components) : IndexEntry(Parameter);
