using System.Text.Json;
using Interop.Fhir.Validation;

namespace Interop.Server.Dispatch.Eido;

/// <summary>
/// What is to be said of a well-formed message's content. Errors refuse it: a version, a direction or a length that nobody could act on
/// rightly. Warnings and information do not: codes of no registry, references that lead nowhere, members that are not read. An issue names
/// the element and the rule, never what the message says there.
/// </summary>
public static class EidoReview
{
    /// <summary>Characters of an id, a code, a telephone number or a part of a name. The standard states no limit for any text.</summary>
    public const int MaximumCode = 255;

    /// <summary>Characters of every other text: the notes, places and words of a message.</summary>
    public const int MaximumText = 100_000;

    private const int MaximumIssues = 100;

    private static readonly string[] EndingsOfCodes =
    [
        "$id", "$ref", "RegistryText", "RegistryCode", "Identifier", "Identification", "DirectionCode", "IncidentId", "eidoVersion",
        "cautionSeverity", "callBackInformationUri", "Name", "PersonBirthDate", "PersonSexCode",
    ];

    // The rest is kept in the message only. Agents are read as who a unit's references lead to.
    private static readonly string[] ReadComponents =
    [
        "agencyComponent", "agentComponent", "callComponent", "callbackComponent", "cautionComponent", "dispatchComponent",
        "emergencyResourceComponent", "incidentComponent", "linkComponent", "locationComponent", "mergeComponent", "notesComponent",
        "personComponent",
    ];

    /// <summary>All issues, in the order of the rules and then of the message. None for what is no JSON at all.</summary>
    public static IReadOnlyList<Issue> Of(ReadOnlyMemory<byte> utf8)
    {
        using var document = EidoReader.Open(utf8, out _);
        if (document is null)
        {
            return [];
        }

        EidoElement[] elements = [.. EidoElement.Of(document.RootElement)];
        return
        [
            .. elements.Where(IsTooLong).Select(TooLong),
            .. EidoCodes.Review(elements),
            .. EidoReferences.Review(elements),
            .. Unread(document.RootElement),
        ];
    }

    /// <summary>The first hundred, and how many there are beside them: an answer should not be longer than its message.</summary>
    public static IReadOnlyList<Issue> Capped(IReadOnlyList<Issue> issues) => issues.Count <= MaximumIssues
        ? issues
        :
        [
            .. issues.Take(MaximumIssues),
            new(issues[MaximumIssues].Severity, "informational", $"{issues.Count - MaximumIssues} further issues are not listed.", null),
        ];

    private static int Maximum(EidoElement text) =>
        EndingsOfCodes.Any(ending => text.Name.EndsWith(ending, StringComparison.Ordinal)) ? MaximumCode : MaximumText;

    private static bool IsTooLong(EidoElement element) =>
        element.Value.ValueKind == JsonValueKind.String && element.Value.GetString()!.Length > Maximum(element);

    private static Issue TooLong(EidoElement text) => new(
        IssueSeverity.Error,
        "too-long",
        $"A text {EidoElement.At(text.Path)} has more than the {Maximum(text)} characters that are taken.",
        EidoElement.Place(text.Path));

    private static IEnumerable<Issue> Unread(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        string[] names = [.. root.EnumerateObject().Select(member => member.Name)];
        foreach (var name in names.Where(Registry.Elements.Contains))
        {
            if (name == "eidoExtensionId" || (name.EndsWith("Component", StringComparison.Ordinal) && !ReadComponents.Contains(name)))
            {
                yield return new(IssueSeverity.Information, "informational", $"{name} is kept in the message only.", name);
            }
        }

        if (names.Count(name => !Registry.Elements.Contains(name)) is > 0 and var strange)
        {
            yield return new(
                IssueSeverity.Information,
                "informational",
                $"The message has {strange} members that the standard does not name. They are kept in the message only.",
                null);
        }
    }
}
