using Interop.Fhir.Profiles;
using Interop.Fhir.Terminology;
using Xunit;

namespace Interop.Fhir.Tests.Profiles;

/// <summary>Our own profiles, value sets and examples: the folder profiles/crisis.</summary>
internal static class CrisisProfiles
{
    public const string Base = "https://interop.example/fhir/StructureDefinition/";

    private static readonly string Folder = Path.Combine(Repository.Root, "profiles", "crisis");

    /// <summary>The files of our StructureDefinitions.</summary>
    public static IEnumerable<string> Definitions() =>
        Directory.EnumerateFiles(Folder, "StructureDefinition-*.json").Order(StringComparer.Ordinal);

    public static ProfileSet Load()
    {
        var terminology = new TerminologySet();
        var profiles = new ProfileSet(terminology);
        foreach (var file in Directory.EnumerateFiles(Folder, "*.json"))
        {
            var name = Path.GetFileName(file);
            if (name.StartsWith("StructureDefinition-", StringComparison.Ordinal))
            {
                Assert.Empty(profiles.Load(File.ReadAllBytes(file)));
            }
            else if (name.StartsWith("CodeSystem-", StringComparison.Ordinal) || name.StartsWith("ValueSet-", StringComparison.Ordinal))
            {
                Assert.Empty(terminology.Load(File.ReadAllBytes(file)));
            }
        }

        return profiles;
    }

    public static string Example(string name) => File.ReadAllText(Path.Combine(Folder, "examples", name));
}
