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
    string Code, string Type, string? Element, IReadOnlyList<string> Codes, IReadOnlyList<string> Filters)
{
    private const string Base = CrisisProfiles.Base + "/SubscriptionTopic/";

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
        using var document = JsonDocument.Parse(stream);
        return
        [
            .. document.RootElement.EnumerateArray().Select(topic => new Topic(
                topic.Text("code")!,
                topic.Text("type")!,
                topic.Text("element"),
                [.. topic.Items("codes").Select(code => code.GetString()!)],
                [.. topic.Items("filters").Select(filter => filter.GetString()!)])),
        ];
    }
}
