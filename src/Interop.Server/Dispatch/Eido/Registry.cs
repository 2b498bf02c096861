using System.Collections.Frozen;
using System.Text.Json;
using Hl7.Fhir.Model;

namespace Interop.Server.Dispatch.Eido;

/// <summary>The codes of one EIDO registry. A text that is not among them stays text.</summary>
internal sealed class Registry
{
    public static readonly Registry IncidentType = Load("incident-type");
    public static readonly Registry Disposition = Load("disposition");
    public static readonly Registry UnitStatus = Load("unit-status");
    public static readonly Registry ResourceType = Load("resource-type");
    public static readonly Registry IncidentStatus = Load("incident-status");
    public static readonly Registry AgencyRole = Load("agency-role");
    public static readonly Registry PersonRole = Load("person-role");
    public static readonly Registry LocationType = Load("location-type");
    public static readonly Registry PrimaryUnitStatus = Load("primary-unit-status");
    public static readonly Registry ResourceAttribute = Load("resource-attribute");

    /// <summary>The names of all elements of the standard, 1.1 draft included.</summary>
    public static readonly FrozenSet<string> Elements = Read("elements", root => Texts(root, "names").ToFrozenSet(StringComparer.Ordinal));

    private readonly string system;
    private readonly FrozenSet<string> codes;

    private Registry(string system, IEnumerable<string> codes)
    {
        this.system = system;
        this.codes = codes.ToFrozenSet(StringComparer.Ordinal);
    }

    public bool Contains(string value) => codes.Contains(value);

    /// <summary>A coding where the registry has the value, and always a text: the message's own words, else the value.</summary>
    public CodeableConcept Concept(string value, string? words = null) =>
        new() { Coding = Contains(value) ? [new(system, value)] : [], Text = words ?? value };

    private static Registry Load(string name) =>
        Read(name, root => new Registry(root.GetProperty("system").GetString()!, Texts(root, "codes")));

    private static IEnumerable<string> Texts(JsonElement root, string list) =>
        root.GetProperty(list).EnumerateArray().Select(text => text.GetString()!);

    private static T Read<T>(string name, Func<JsonElement, T> read)
    {
        using var stream = typeof(Registry).Assembly.GetManifestResourceStream($"cad/{name}.json")
            ?? throw new InvalidOperationException($"The list {name} is not embedded.");
        using var document = JsonDocument.Parse(stream);
        return read(document.RootElement);
    }
}
