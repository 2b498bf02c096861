using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Forms;

/// <summary>A Questionnaire of <c>profiles/crisis</c> that comes with the server.</summary>
/// <param name="Canonical"><c>url|version</c>, by which an answer names it.</param>
/// <param name="Title">In the form's language, as all its texts.</param>
/// <param name="Body">The Questionnaire as it is published.</param>
internal sealed record Form(
    string Id, string Url, string Canonical, string Language, string Title, byte[] Body, IReadOnlyList<FormItem> Items)
{
    /// <summary>All items, those within others included.</summary>
    public IEnumerable<FormItem> AllItems => Items.SelectMany(item => item.AndBelow);

    public static Form Load(string id)
    {
        using var stream = typeof(Form).Assembly.GetManifestResourceStream($"crisis/Questionnaire-{id}.json")!;
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        var url = root.Text("url")!;
        return new(
            id,
            url,
            $"{url}|{root.Text("version")}",
            root.Text("language")!,
            root.Text("title")!,
            FhirJson.Write(root.WriteTo),
            [.. root.Items("item").Select(FormItem.Read)]);
    }
}

/// <summary>Forms that are one workflow's, such as one form in several languages.</summary>
internal sealed class FormSet(params IReadOnlyList<string> names)
{
    public IReadOnlyList<Form> All { get; } = [.. names.Select(Form.Load)];

    /// <summary>Whether a site may show them in other words (<see cref="Wording"/>): instruments, whose words are others'.</summary>
    public bool MayBeWorded { get; init; }

    /// <summary>Whether a QuestionnaireResponse answers one of these forms, whatever version of it.</summary>
    public bool IsAnsweredBy(ReadOnlyMemory<byte> response) =>
        TopLevel.Text(response.Span, "questionnaire") is { } named && All.Any(form => form.Url == named.Split('|')[0]);

    /// <summary>The form of a canonical with its version, or null.</summary>
    public Form? Of(string? canonical) => All.FirstOrDefault(form => form.Canonical == canonical);

    /// <summary>What a canonical may be, in words.</summary>
    public string Known => string.Join(" or ", All.Select(form => form.Canonical));
}
