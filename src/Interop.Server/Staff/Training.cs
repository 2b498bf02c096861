using System.Globalization;
using System.Text.Json;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Staff;

/// <summary>
/// A training that somebody had: a <c>Practitioner.qualification</c> with a code of crisis-training, the day on which it began, and its
/// hours (extension training-hours). A course of several sessions is one, or several with a day each.
/// </summary>
/// <param name="Code">joint-training, refresher or cit.</param>
/// <param name="Hours">All of them.</param>
/// <param name="HandsOn">Those in which they did themselves what they learnt.</param>
internal sealed record Training(string Code, DateOnly Start, decimal Hours, decimal HandsOn)
{
    public const string System = CrisisProfiles.Base + "/CodeSystem/crisis-training";
    public const string Joint = "joint-training";
    public const string HoursUrl = CrisisProfiles.Base + "/StructureDefinition/training-hours";

    public static readonly IReadOnlyList<string> Codes = [Joint, "refresher", "cit"];

    /// <summary>The trainings of a Practitioner, or of an object of its elements; what can't be read is none.</summary>
    public static IReadOnlyList<Training> Of(JsonElement practitioner) =>
        [.. practitioner.Items("qualification").Select(Read).OfType<Training>()];

    /// <summary>Null for a qualification that is no training, or not told whole.</summary>
    public static Training? Read(JsonElement qualification)
    {
        var hours = qualification.Extension(HoursUrl);
        return qualification.Code("code", System) is { } code && Codes.Contains(code)
            && DayOf(qualification.At("period").Text("start")) is { } start
            && Number(hours.Extension("hours")) is { } all and > 0 and <= 1000
            && (Number(hours.Extension("handsOn")) ?? 0) is var handsOn && handsOn >= 0 && handsOn <= all
                ? new(code, start, all, handsOn)
                : null;
    }

    private static decimal? Number(JsonElement part) =>
        part.At("valueDecimal") is { ValueKind: JsonValueKind.Number } json && json.TryGetDecimal(out var number) ? number : null;

    /// <summary>The day of a date or a time, as it was written.</summary>
    private static DateOnly? DayOf(string? text) => text is { Length: >= 10 }
        && DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : null;
}
