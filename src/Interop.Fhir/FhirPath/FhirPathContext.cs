namespace Interop.Fhir.FhirPath;

/// <summary>What an expression may ask of its caller, and how much it may cost. Everything is optional.</summary>
/// <param name="Now">The instant that <c>now()</c>, <c>today()</c> and <c>timeOfDay()</c> give; without it they are errors.</param>
/// <param name="Resolve">
/// The bytes of the resource that a reference names, for <c>resolve()</c>; null where there is none. Contained resources and entries of the
/// same Bundle are found without it. Without it, or where it gives null, a reference that states a type still yields an item of that type
/// without content.
/// </param>
/// <param name="Variables">Texts of further variables, by their names without <c>%</c>.</param>
/// <param name="MaxSteps">Steps of evaluation, roughly items looked at, after which a FhirPathException ends it.</param>
public sealed record FhirPathContext(
    DateTimeOffset? Now = null,
    Func<string, ReadOnlyMemory<byte>?>? Resolve = null,
    IReadOnlyDictionary<string, string>? Variables = null,
    int MaxSteps = 5_000_000)
{
    public static FhirPathContext Default { get; } = new();
}
