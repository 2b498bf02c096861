using Interop.Fhir;
using Interop.Storage.Read;

namespace Interop.Server.Measures;

/// <summary>A case of a measure, and the resources by which it is one.</summary>
/// <param name="Person">Id of the Patient; null for one of the programme's own people.</param>
/// <param name="Evidence">
/// What is counted, what says whether it counts, and what says to which groups its person belongs; found when it is asked for.
/// </param>
internal readonly record struct CountedCase(MeasureCase Case, string? Person, IEnumerable<ResourceKey> Evidence);
