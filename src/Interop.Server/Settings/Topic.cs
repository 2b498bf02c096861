using System.Text.Json;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Settings;

/// <summary>
/// What one may subscribe to (<c>profiles/workflow/topics.json</c>): all changes of resources of a type, of which an element has one of
/// some codes.
/// </summary>
/// <param name="Element">A CodeableConcept or Coding; null where every resource of the type is meant.</param>
/// <param name="Codes"><c>system|code</c>.</param>
/// <param name="Filters">Search parameters of the type by which a subscription may be narrowed.</param>
internal sealed record Topic(
    string Code, string Title, string Type, string? Element, IReadOnlyList<string> Codes, IReadOnlyList<string> Filters)
{
    private const string Base = CrisisProfiles.Base + "/SubscriptionTopic/";

    private static readonly JsonSerializerOptions Reading = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<Topic> All { get; } = Load();

    /// <summary>The canonical that a subscription names.</summary>
    public string Url => Base + Code;

    public static Topic? Of(string? url) => All.FirstOrDefault(topic => topic.Url == url);

    public bool Covers(string type, ReadOnlyMemory<byte> resource)
    {
        if (type != Type || Element is null)
        {
            return type == Type;
        }

        using var document = JsonDocument.Parse(resource, FhirJson.Parsing);
        var element = document.RootElement.At(Element);
        return element.Items("coding").Prepend(element).Any(coding => Codes.Contains($"{coding.Text("system")}|{coding.Text("code")}"));
    }

    private static Topic[] Load()
    {
        using var stream = typeof(Topic).Assembly.GetManifestResourceStream("workflow/topics.json")!;
        return [.. JsonSerializer.Deserialize<Topic[]>(stream, Reading)!.Select(topic => topic with { Codes = topic.Codes ?? [] })];
    }
}
