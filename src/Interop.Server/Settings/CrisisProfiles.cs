using Interop.Fhir.Profiles;
using Interop.Fhir.Schema;
using Interop.Fhir.Terminology;
using Interop.Fhir.Validation;

namespace Interop.Server.Settings;

/// <summary>What our own profiles (the folder <c>profiles/crisis</c>, embedded) add to R4 at run time.</summary>
public static class CrisisProfiles
{
    public const string Base = "https://interop.example/fhir";

    /// <summary>The system of an incident's URN, as an identifier of its Encounters.</summary>
    public const string IncidentSystem = "urn:interop:incident";

    /// <summary>SDOH Clinical Care's extension by which a service says whether it has room.</summary>
    public const string Capacity =
        "http://hl7.org/fhir/us/sdoh-clinicalcare/StructureDefinition/SDOHCC-ExtensionHealthcareServiceCapacityStatus";

    private static readonly Lazy<(TerminologySet Terminology, ProfileSet Profiles)> Loaded = new(() => Load([]));

    /// <summary>
    /// R4's search parameters, and what R4 has none for: when a Task is due; for what and for whom somebody asked (the trail); whether a
    /// service has room, what it speaks and whom it serves.
    /// </summary>
    public static SearchParameterSet SearchParameters { get; } = SearchParameterSet.R4.With(
    [
        new("Task", "due", $"{Base}/SearchParameter/Task-due", SearchParameterType.Date, "Task.restriction.period.end", [], []),
        new("AuditEvent", "purpose", $"{Base}/SearchParameter/AuditEvent-purpose", SearchParameterType.Token,
            "AuditEvent.purposeOfEvent", [], []),
        new("AuditEvent", "agent-organization", $"{Base}/SearchParameter/AuditEvent-agent-organization", SearchParameterType.Reference,
            "AuditEvent.agent.who", ["Organization"], []),
        new("HealthcareService", "capacity", $"{Base}/SearchParameter/HealthcareService-capacity", SearchParameterType.Token,
            $"HealthcareService.extension.where(url = '{Capacity}').extension.where(url = 'capacityStatus').value", [], []),
        new("HealthcareService", "language", $"{Base}/SearchParameter/HealthcareService-language", SearchParameterType.Token,
            "HealthcareService.communication", [], []),
        new("HealthcareService", "eligibility", $"{Base}/SearchParameter/HealthcareService-eligibility", SearchParameterType.String,
            "HealthcareService.eligibility.comment", [], []),
    ]);

    /// <summary>Our code systems and value sets, beside those of R4's required bindings.</summary>
    public static TerminologySet Terminology => Loaded.Value.Terminology;

    /// <summary>Our profiles and extension definitions.</summary>
    public static ProfileSet Profiles => Loaded.Value.Profiles;

    /// <summary>Our own definitions and those in the files and folders of a setting.</summary>
    /// <exception cref="SettingsException">A path is not there, or a definition can't be used.</exception>
    public static (TerminologySet Terminology, ProfileSet Profiles) With(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
        {
            return Loaded.Value;
        }

        try
        {
            return Load(ResourceFiles.Read(paths).Select(file =>
                file.Problem is null ? (file.Name, file.Bytes) : throw new FormatException($"{file.Name}: {file.Problem}")));
        }
        catch (FormatException unusable)
        {
            throw new SettingsException($"Interop:Definitions: {unusable.Message}");
        }
    }

    /// <summary>Our own search parameters and those in the files and folders of a setting.</summary>
    /// <exception cref="SettingsException">A path is not there, or a definition can't be used.</exception>
    public static SearchParameterSet SearchParametersWith(IReadOnlyList<string> paths)
    {
        var known = SearchParameters;

        // What can't be read is told where the other definitions are. The parts of a composite come before it.
        var definitions = ResourceFiles.Read(paths)
            .Where(file => file.Problem is null && Fhir.Json.ResourceJson.ReadHeader(file.Bytes)?.Type == "SearchParameter")
            .OrderBy(file => Fhir.Json.TopLevel.Text(file.Bytes, "type") == "composite");
        foreach (var (name, bytes, _) in definitions)
        {
            var (facts, issues) = SearchParameterReader.Read(bytes, known);
            if (issues.Count > 0)
            {
                throw new SettingsException($"Interop:Definitions: {name}: {issues[0].Expression} {issues[0].Diagnostics}");
            }

            known = facts.Count > 0 ? known.With(facts) : known;
        }

        return known;
    }

    /// <summary>New sets of our own definitions and further ones; what is of another type than the three is passed over.</summary>
    /// <param name="further">Conformance resources with a name for messages.</param>
    /// <exception cref="FormatException">A definition can't be used.</exception>
    public static (TerminologySet Terminology, ProfileSet Profiles) Load(IEnumerable<(string Name, byte[] Bytes)> further)
    {
        var terminology = new TerminologySet();
        var profiles = new ProfileSet(terminology);
        foreach (var (name, bytes) in Embedded().Concat(further))
        {
            var issues = Fhir.Json.ResourceJson.ReadHeader(bytes)?.Type switch
            {
                "StructureDefinition" => profiles.Load(bytes),
                "CodeSystem" or "ValueSet" => terminology.Load(bytes),
                null => [new Issue(IssueSeverity.Error, "structure", "Not a resource.", null)],
                _ => [],
            };
            if (issues.Count > 0)
            {
                throw new FormatException($"{name}: {issues[0].Expression} {issues[0].Diagnostics}");
            }
        }

        return (terminology, profiles);
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Embedded()
    {
        var assembly = typeof(CrisisProfiles).Assembly;
        foreach (
            var name in assembly.GetManifestResourceNames().Where(
                name => name.StartsWith("crisis/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var buffer = new MemoryStream();
            stream.CopyTo(buffer);
            yield return (name, buffer.ToArray());
        }
    }
}
