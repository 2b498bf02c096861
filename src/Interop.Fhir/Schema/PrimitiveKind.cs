namespace Interop.Fhir.Schema;

/// <summary>The primitive types of R4 (https://hl7.org/fhir/R4/datatypes.html#primitive), and None for all others.</summary>
internal enum PrimitiveKind : byte
{
    None,
    Base64Binary,
    Boolean,
    Canonical,
    Code,
    Date,
    DateTime,
    Decimal,
    Id,
    Instant,
    Integer,
    Markdown,
    Oid,
    PositiveInt,
    String,
    Time,
    UnsignedInt,
    Uri,
    Url,
    Uuid,
    Xhtml,
}
