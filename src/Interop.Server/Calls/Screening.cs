using System.Globalization;
using System.Text.Json;
using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Calls;

/// <summary>What a QuestionnaireResponse to the screening says.</summary>
/// <param name="Answers">linkId to code, for what was answered.</param>
/// <param name="Period">When the asking began and ended; null where it does not say both.</param>
internal sealed record Screening(
    string? Status,
    ResourceKey? Encounter,
    ResourceKey? Subject,
    IReadOnlyDictionary<string, string> Answers,
    (DateTimeOffset Start, DateTimeOffset End)? Period)
{
    public const string PeriodUrl = CrisisProfiles.Base + "/StructureDefinition/screening-period";
    public const string ResultUrl = CrisisProfiles.Base + "/StructureDefinition/screening-result";

    /// <summary>Whether the asking is over and what it found stands.</summary>
    public bool IsComplete => Status is "completed" or "amended";

    public static Screening Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body, FhirJson.Parsing);
        return Read(document.RootElement);
    }

    public static Screening Read(JsonElement root)
    {
        var answers = new Dictionary<string, string>(StringComparer.Ordinal);
        Collect(root, answers);
        var period = root.Extension(PeriodUrl).At("valuePeriod");
        return new(
            root.Text("status"),
            KeyAt(root, "encounter"),
            KeyAt(root, "subject"),
            answers,
            Moment(period, "start") is { } start && Moment(period, "end") is { } end ? (start, end) : null);
    }

    private static void Collect(JsonElement parent, Dictionary<string, string> answers)
    {
        foreach (var item in parent.Items("item"))
        {
            if (item.Text("linkId") is { } link && item.All("answer.valueCoding").FirstOrDefault().Text("code") is { } code)
            {
                answers.TryAdd(link, code);
            }

            Collect(item, answers);
        }
    }

    private static ResourceKey? KeyAt(JsonElement root, string element) =>
        root.At(element).Text("reference") is { } text ? ResourceKey.TryParse(text) : null;

    /// <summary>A day or less is no moment.</summary>
    private static DateTimeOffset? Moment(JsonElement period, string name) =>
        period.Text(name) is { Length: > 19 } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment)
            ? moment
            : null;
}
