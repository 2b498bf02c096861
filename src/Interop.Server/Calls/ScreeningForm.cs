using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Calls;

/// <summary>
/// The five questions that are asked at the call, as the Questionnaires of <c>profiles/crisis</c>: one for each language, with the same
/// items and codes.
/// </summary>
/// <param name="Canonical"><c>url|version</c>, by which an answer names it.</param>
/// <param name="Body">The Questionnaire as it is published.</param>
internal sealed record ScreeningForm(string Id, string Url, string Canonical, byte[] Body, IReadOnlyList<FormItem> Items)
{
    private static readonly string[] Names = ["screen-5", "screen-5-es"];

    public static IReadOnlyList<ScreeningForm> All { get; } = [.. Names.Select(Load)];

    /// <summary>Whether an answer is to one of these forms, whatever version of it.</summary>
    public static bool IsAnsweredBy(ReadOnlyMemory<byte> response) =>
        TopLevel.Text(response.Span, "questionnaire") is { } named && All.Any(form => form.Url == named.Split('|')[0]);

    public static ScreeningForm? Of(string? canonical) => All.FirstOrDefault(form => form.Canonical == canonical);

    /// <summary>The questions that have answers, each with the codes that it allows.</summary>
    public IEnumerable<FormItem> Questions => Items.SelectMany(item => item.AndBelow).Where(item => item.Codes.Count > 0);

    private static ScreeningForm Load(string id)
    {
        using var stream = typeof(ScreeningForm).Assembly.GetManifestResourceStream($"crisis/Questionnaire-{id}.json")!;
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        var url = root.Text("url")!;
        return new(
            id,
            url,
            $"{url}|{root.Text("version")}",
            FhirJson.Write(root.WriteTo),
            [.. root.Items("item").Select(FormItem.Read)]);
    }
}

/// <summary>One item of a Questionnaire.</summary>
/// <param name="Codes">The codings that it allows, as <c>system|code</c>.</param>
internal sealed record FormItem(
    string LinkId, string Type, bool IsRequired, bool Repeats, IReadOnlyList<string> Codes, IReadOnlyList<FormItem> Items)
{
    public IEnumerable<FormItem> AndBelow => Items.SelectMany(item => item.AndBelow).Prepend(this);

    public static FormItem Read(JsonElement item) => new(
        item.Text("linkId")!,
        item.Text("type")!,
        item.At("required").ValueKind == JsonValueKind.True,
        item.At("repeats").ValueKind == JsonValueKind.True,
        [.. item.All("answerOption.valueCoding").Select(coding => $"{coding.Text("system")}|{coding.Text("code")}")],
        [.. item.Items("item").Select(Read)]);
}
