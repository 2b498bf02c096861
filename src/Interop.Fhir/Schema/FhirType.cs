namespace Interop.Fhir.Schema;

/// <summary>A type of R4 as the engine uses it; a backbone element is a type of its own, known by its path.</summary>
internal sealed class FhirType(
    string name, string path, PrimitiveKind kind, bool isResource, FhirType? parent, Func<FhirType, TypeShape> build)
{
    private TypeShape? shape;

    /// <summary>The name in FHIRPath: <c>Patient</c>, <c>HumanName</c>, <c>code</c>, <c>BackboneElement</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Where its elements are defined: the name, or <c>Patient.contact</c>.</summary>
    public string Path { get; } = path;

    public PrimitiveKind Kind { get; } = kind;

    /// <summary>True for resource types, and for Resource and DomainResource themselves.</summary>
    public bool IsResource { get; } = isResource;

    public FhirType? Parent { get; } = parent;

    public TypeRole Role { get; } = name switch
    {
        "Extension" => TypeRole.Extension,
        "Reference" => TypeRole.Reference,
        "CodeableConcept" => TypeRole.CodeableConcept,
        "Narrative" => TypeRole.Narrative,
        "Attachment" => TypeRole.Attachment,
        "Bundle" => TypeRole.Bundle,
        "CodeSystem" => TypeRole.CodeSystem,
        "SearchParameter" => TypeRole.SearchParameter,
        _ when path == "CapabilityStatement.rest.resource.searchParam" => TypeRole.SearchParam,
        _ => isResource ? TypeRole.Resource : TypeRole.Plain,
    };

    /// <summary>Built when first asked for: a process sees few of the 650 shapes.</summary>
    public TypeShape Shape => shape ??= build(this);

    /// <summary>Compiled when the first instance is validated.</summary>
    public Validation.InvariantSet? Invariants { get; set; }

    public bool Is(string other)
    {
        for (var type = this; type is not null; type = type.Parent)
        {
            if (type.Name == other)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The types to which a rule of their own applies.</summary>
internal enum TypeRole : byte
{
    Plain,
    Resource,
    Extension,
    Reference,
    CodeableConcept,
    Narrative,
    Attachment,
    Bundle,
    CodeSystem,
    SearchParameter,
    SearchParam,
}
