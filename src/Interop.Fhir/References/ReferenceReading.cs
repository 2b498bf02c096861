namespace Interop.Fhir.References;

/// <summary>What the text of a Reference says (https://hl7.org/fhir/R4/references.html#literal).</summary>
public abstract record ReferenceReading
{
    private ReferenceReading()
    {
    }

    /// <summary>A resource of this server, however its address was written.</summary>
    /// <param name="Version">The version that it names, or null.</param>
    public sealed record Local(ResourceKey Key, string? Version) : ReferenceReading;

    /// <summary>A contained resource; the empty id is the resource that contains.</summary>
    public sealed record Fragment(string Id) : ReferenceReading;

    /// <summary>A name that only the Bundle resolves in which it came.</summary>
    public sealed record Urn : ReferenceReading;

    /// <summary>A search that must find one resource (https://hl7.org/fhir/R4/http.html#trules).</summary>
    public sealed record Conditional(string Type, string Query) : ReferenceReading;

    /// <summary>An address elsewhere.</summary>
    /// <param name="Type">The resource type that the address ends with, or null.</param>
    public sealed record Foreign(string? Type) : ReferenceReading;

    /// <summary>None of these, or an address of this server at which no resource can be.</summary>
    public sealed record Unreadable : ReferenceReading;
}
