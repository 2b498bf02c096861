namespace Interop.Demo.City;

/// <summary>One encounter as later resources need it.</summary>
/// <param name="Reference"><c>Encounter/id</c>.</param>
/// <param name="Model">A code of response-model.</param>
/// <param name="Disposition">A code of the EIDO registry; null while the encounter goes on.</param>
/// <param name="WasMet">Somebody talked with the person.</param>
internal sealed record Visit(
    string Reference, DateTimeOffset Start, DateTimeOffset? End, string Model, string? Disposition, bool WasMet)
{
    public bool IsOpen => End is null;

    /// <summary>When assessments were made.</summary>
    public DateTimeOffset Middle => End is { } end ? Start + ((end - Start) / 2) : Start.AddMinutes(20);
}
