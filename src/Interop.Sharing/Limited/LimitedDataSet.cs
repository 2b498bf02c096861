using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Fhir.Schema;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;

namespace Interop.Sharing.Limited;

/// <summary>
/// What evaluators are shown of persons: a limited data set (45 CFR 164.514(e)), with less in it than the rule lets through. The table is
/// <c>profiles/sharing/limited-data-set.json</c>, or a site's own of the same form; what it does not list does not leave.
/// </summary>
public sealed class LimitedDataSet
{
    // 164.514(b)(2)(i)(C): ages over 89 are one category.
    private const int HighestAge = 89;
    private const int HighestShift = 52;

    private readonly Dictionary<string, LimitedType> types = new(StringComparer.Ordinal);

    private LimitedDataSet(JsonElement json, Func<string, string, bool> isKnown, List<string> problems)
    {
        Version = json.GetProperty("version").GetString()!;
        Cleared = LabelTable.LabelsOf(json.GetProperty("cleared"), "limited-data-set.json", problems);
        if ((Cleared & (Labels.Standing | Labels.Prediction)) != 0)
        {
            problems.Add("limited-data-set.json: predictions, and what nobody knows the label of, are in no limited data set");
        }

        MostWeeks = Within(json.GetProperty("weeks").GetInt32(), 1, HighestShift, "weeks", problems);
        OldestAge = Within(json.GetProperty("oldestAge").GetInt32(), 18, HighestAge, "oldestAge", problems);
        Codes = new(json.GetProperty("systems"), isKnown, problems);
        Units = Texts(json, "units");
        Districts = Texts(json, "districts");
        Extensions = json.GetProperty("extensions").EnumerateObject().ToDictionary(
            extension => extension.Name,
            extension => new LimitedExtension(Texts(extension.Value, "codes"), Texts(extension.Value, "parts")),
            StringComparer.Ordinal);
        var compiler = new LimitedCompiler(FhirFacts.R4, problems);
        foreach (var type in json.GetProperty("types").EnumerateObject())
        {
            if (FhirFacts.R4.IsResourceType(type.Name))
            {
                types[type.Name] = compiler.Compile(type.Name, type.Value);
            }
            else
            {
                problems.Add($"limited-data-set.json: R4 has no resource type {type.Name}");
            }
        }
    }

    public string Version { get; }

    /// <summary>Labels with which a resource may be in it all the same.</summary>
    public long Cleared { get; }

    public IReadOnlyCollection<string> Types => types.Keys;

    internal int MostWeeks { get; }

    internal int OldestAge { get; }

    internal AllowedCodes Codes { get; }

    /// <summary>UCUM codes.</summary>
    internal IReadOnlySet<string> Units { get; }

    /// <summary>Names of districts: the smallest places that are told.</summary>
    internal IReadOnlySet<string> Districts { get; }

    internal IReadOnlyDictionary<string, LimitedExtension> Extensions { get; }

    /// <summary>Reads a table (UTF-8 JSON), or the one that comes with the program where it is null.</summary>
    /// <param name="isKnown">Whether a code system that is loaded has a code.</param>
    /// <exception cref="PolicyException">It lists all that is wrong with the table.</exception>
    public static LimitedDataSet Load(ReadOnlyMemory<byte>? utf8, Func<string, string, bool> isKnown)
    {
        var problems = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(utf8 ?? SharingPolicy.Resource("limited-data-set"));
            var set = new LimitedDataSet(document.RootElement, isKnown, problems);
            return problems.Count == 0 ? set : throw new PolicyException([.. problems.Distinct()]);
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new PolicyException([$"limited-data-set.json: {wrong.Message}"]);
        }
    }

    /// <summary>The eyes with which it is looked for: a custodian's own record, of its types, without what is labelled.</summary>
    /// <param name="custodian">Id of the Organization.</param>
    /// <param name="instant">UTC microseconds.</param>
    public Sight SightOf(string custodian, long instant) =>
        new(custodian, null, [], instant, Tier.Own, Cleared, Directory: true, types.Keys.ToHashSet(StringComparer.Ordinal));

    /// <summary>The local references of a resource: ask which of them the same sight sees.</summary>
    public static IEnumerable<ResourceKey> References(SeenResource seen) =>
        ResourceReferences.Of(seen.Body).Places.Where(place => place.Container is null).Select(place => place.Target).OfType<ResourceKey>();

    /// <summary>The resource as the evaluator is shown it, or null where nothing of it leaves.</summary>
    /// <param name="seen">With the eyes of <see cref="SightOf"/>.</param>
    /// <param name="visible">Those of <see cref="References"/> that the same sight sees.</param>
    public Disclosure? Disclose(SeenResource seen, IReadOnlySet<ResourceKey> visible, Evaluator evaluator)
    {
        // Of what is about several persons no shift is right.
        if (seen.Tier != Tier.Own || seen.Patients.Count > 1 || (seen.Labels & ~Cleared) != 0
            || !types.TryGetValue(seen.Key.Type, out var type) || !Holds(seen, type)
            || (seen.Patients.Count == 0 && References(seen).Any(key => key.Type == "Patient")))
        {
            return null;
        }

        using var document = JsonDocument.Parse(seen.Body, JsonReading.Options);
        var whole = seen.Patients is [var patient] ? new ResourceKey("Patient", patient) : seen.Key;
        if (new LimitedWriter(this, visible, evaluator, whole).Write(document.RootElement, type.Node) is not { } shown)
        {
            return null;
        }

        var key = new ResourceKey(seen.Key.Type, evaluator.PseudonymOf(seen.Key));
        var body = new JsonObject { ["resourceType"] = key.Type, ["id"] = key.Id };
        foreach (var (name, value) in shown.ToList())
        {
            shown.Remove(name);
            body[name] = value;
        }

        return new(key, string.Empty, 0, JsonSerializer.SerializeToUtf8Bytes(body));
    }

    private static bool Holds(SeenResource seen, LimitedType type)
    {
        var reader = new Utf8JsonReader(seen.Body.Span, JsonReading.ReaderOptions);
        reader.Read();
        foreach (var condition in type.When)
        {
            if (condition.Holds(reader, []))
            {
                return true;
            }
        }

        return type.When.Count == 0;
    }

    private static int Within(int value, int least, int most, string name, List<string> problems)
    {
        if (value < least || value > most)
        {
            problems.Add($"limited-data-set.json: {name} is a number from {least} to {most}");
        }

        return Math.Clamp(value, least, most);
    }

    private static HashSet<string> Texts(JsonElement json, string name) =>
        json.Items(name).Select(item => item.GetString()!).ToHashSet(StringComparer.Ordinal);
}
