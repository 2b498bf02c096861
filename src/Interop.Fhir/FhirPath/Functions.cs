using System.Collections.Frozen;

namespace Interop.Fhir.FhirPath;

/// <summary>
/// The functions that this engine has, by name: https://hl7.org/fhirpath/N1/#functions and
/// https://hl7.org/fhir/R4/fhirpath.html#functions.
/// </summary>
internal static class Functions
{
    private static readonly FrozenDictionary<string, PathFunction> Known = CollectionFunctions.All
        .Concat(LoopFunctions.All)
        .Concat(TreeFunctions.All)
        .Concat(TextFunctions.All)
        .Concat(CodecFunctions.All)
        .Concat(NumberFunctions.All)
        .Concat(ValueFunctions.All)
        .Concat(KeyFunctions.All)
        .ToFrozenDictionary(function => function.Name, function => function.Function, StringComparer.Ordinal);

    /// <summary>The function with this name and number of arguments. FhirPathException where there is none.</summary>
    public static PathFunction Find(string name, int arguments, int position)
    {
        if (!Known.TryGetValue(name, out var known))
        {
            throw new FhirPathException($"The function {name}() is not known", position);
        }

        return arguments >= known.Fewest && arguments <= known.Most
            ? known
            : throw new FhirPathException($"{name}() does not take {arguments} arguments", position);
    }
}
