namespace Interop.Fhir.FhirPath;

/// <summary>An expression that is not FHIRPath, or that this engine cannot evaluate, and the place in it (characters from 0).</summary>
public sealed class FhirPathException(string message, int position) : FormatException($"{message} (at character {position})")
{
    public int Position { get; } = position;

    /// <summary>True where the evaluation was ended because it takes too many steps, whatever its result would be.</summary>
    public bool IsLimit { get; init; }
}
